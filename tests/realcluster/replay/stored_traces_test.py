# SPDX-License-Identifier: Apache-2.0
"""Recorded episodes of a real cluster, played again without it: today's Observer comes to the
verdict of then, and no step of today's code asks for what the trace does not know.

usage: stored_traces_test.py WAVETANK_REAL SEAL_TRACE SOURCE_DIR
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

BINARY, SEAL, ROOT = (sys.argv.pop(1) for _ in range(3))
TRACES = sorted(glob.glob(os.path.join(ROOT, "realcluster/traces/*.jsonl.gz")))
SLICE = ("hotel-pod-kill", "hotel-bad-image", "hotel-oom")


class StoredTraces(unittest.TestCase):
    def test_three_repetitions_of_each_fault_are_kept(self):
        for scenario in SLICE:
            kept = [name for name in TRACES if f"/{scenario}.rule." in name]
            self.assertGreaterEqual(len(kept), 3, scenario)

    def test_each_is_judged_as_it_was(self):
        for path in TRACES:
            with self.subTest(os.path.basename(path)):
                with gzip.open(path, "rt") as file:
                    then = json.loads(file.readlines()[-1])["end"]
                ended = subprocess.run([BINARY, "real", "replay", "--trace", path, "--json"],
                                       capture_output=True, text=True, cwd=ROOT, timeout=120,
                                       check=False)
                self.assertEqual(ended.returncode, 0, ended.stderr)
                now = json.loads(ended.stdout)
                self.assertEqual(now["verdict"], then["verdict"])
                self.assertEqual(now["parts"]["cause_gone"], then["parts"]["cause_gone"])

    def test_one_whose_object_never_shows_the_fault_is_no_verdict(self):
        whole = os.path.join(ROOT, "realcluster/traces/hotel-testbed-selector.rule.7.1.jsonl.gz")
        with gzip.open(whole, "rt") as file:
            lines = [json.loads(line) for line in file]
        fault = next(line for line in lines if line.get("request", {}).get("by") == "fault")
        name = fault["request"]["path"].rsplit("/", 1)[1]

        def is_change_of_it(line):
            of = line.get("object", {})
            return (line.get("t", 0) >= fault["t"] and of.get("kind") == "Service"
                    and of["metadata"]["name"] == name)

        kept = [line for line in lines if not is_change_of_it(line)]
        self.assertLess(len(kept), len(lines))
        del kept[-1]["lines"], kept[-1]["hash"]  # or it would be refused for that
        with tempfile.TemporaryDirectory() as folder:
            cut = os.path.join(folder, "cut.jsonl.gz")
            with gzip.open(cut, "wt") as file:
                file.writelines(json.dumps(line) + "\n" for line in kept)
            subprocess.run([SEAL, cut, cut], check=True)
            ended = subprocess.run([BINARY, "real", "replay", "--trace", cut, "--json"],
                                   capture_output=True, text=True, cwd=ROOT, timeout=120,
                                   check=False)
        self.assertEqual(ended.returncode, 4, ended.stdout + ended.stderr)
        self.assertIn("does not show it", ended.stderr)
        self.assertEqual(ended.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
