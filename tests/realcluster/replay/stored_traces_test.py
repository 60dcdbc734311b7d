# SPDX-License-Identifier: Apache-2.0
"""Recorded episodes of a real cluster, played again without it: today's Observer comes to the
verdict of then, and no step of today's code asks for what the trace does not know.

usage: stored_traces_test.py WAVETANK_REAL SOURCE_DIR
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import unittest

BINARY, ROOT = sys.argv.pop(1), sys.argv.pop(1)
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
