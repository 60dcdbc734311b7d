# SPDX-License-Identifier: Apache-2.0
"""record: traces in files, left where they are there, never a part of one.

usage: record_test.py BINARY
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))
SCENARIO = "testbed/hotel-bad-image"


class Record(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wavetank-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def record(self, *words):
        env = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
        return subprocess.run([BINARY, "record", *words], cwd=self.folder, env=env,
                              capture_output=True, text=True, timeout=120)

    def names(self, folder="runs/traces"):
        return sorted(path.name for path in (self.folder / folder).iterdir())

    def test_a_file_for_each_seed_and_those_that_are_there_are_left(self):
        first = self.record(SCENARIO, "--seed", "7")
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        trace = self.folder / "runs/traces/hotel-bad-image.rule.7.jsonl.gz"
        self.assertIn(f"runs/traces/{trace.name}: verdict 1", first.stdout)
        before = (trace.read_bytes(), trace.stat().st_mtime_ns)
        second = self.record("--scenario", SCENARIO, "--seed", "7", "--repeat", "2", "--json")
        self.assertEqual((second.returncode, second.stderr), (0, ""))
        self.assertEqual((trace.read_bytes(), trace.stat().st_mtime_ns), before)
        told = json.loads(second.stdout)
        self.assertEqual((told["schema"], told["scenario"]), ("wavetank.record/1", SCENARIO))
        self.assertEqual([(t["seed"], t["was_there"], t["verdict"]) for t in told["traces"]],
                         [(7, True, 1), (8, False, 1)])
        self.assertEqual(self.names(), ["hotel-bad-image.rule.7.jsonl.gz",
                                        "hotel-bad-image.rule.8.jsonl.gz"])
        forced = self.record(SCENARIO, "--seed", "7", "--force")
        self.assertNotIn("was there", forced.stdout)
        self.assertEqual(trace.read_bytes(), before[0])
        self.assertNotEqual(trace.stat().st_mtime_ns, before[1])

    def test_a_trace_begins_with_its_head_and_ends_with_the_episode(self):
        self.record("hotel-bad-image", "--seed", "7", "--out", "out")
        with gzip.open(self.folder / "out/hotel-bad-image.rule.7.jsonl.gz", "rt") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual(lines[0]["schema"], "wavetank.trace/1")
        self.assertEqual(lines[0]["world"], "simulated")
        self.assertEqual(lines[0]["scenario"], SCENARIO)
        self.assertEqual(lines[0]["kubernetes"], "v1.35")
        self.assertEqual(lines[-1]["end"]["schema"], "wavetank.episode/1")
        self.assertIn(f"--scenario {SCENARIO} ", lines[-1]["end"]["replay"])
        times = [line["t"] for line in lines[1:]]
        self.assertEqual(times, sorted(times))
        self.assertNotIn(str(pathlib.Path(BINARY).parent), json.dumps(lines))

    def test_a_part_of_a_trace_is_recorded_anew(self):
        self.record(SCENARIO, "--seed", "7", "--out", ".")
        trace = self.folder / "hotel-bad-image.rule.7.jsonl.gz"
        whole = trace.read_bytes()
        trace.write_bytes(whole[:len(whole) // 2])
        ended = self.record(SCENARIO, "--seed", "7", "--out", ".")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("cut off", ended.stderr)
        self.assertEqual(trace.read_bytes(), whole)

    def test_the_trace_of_another_episode_is_not_replaced(self):
        self.record(SCENARIO, "--seed", "7", "--out", ".")
        (self.folder / "hotel-bad-image.rule.7.jsonl.gz").rename(
            self.folder / "hotel-bad-image.rule.8.jsonl.gz")
        ended = self.record(SCENARIO, "--seed", "8", "--out", ".")
        self.assertEqual(ended.returncode, 2, ended)
        self.assertIn("--force", ended.stderr)

    def test_what_cannot_be_is_one_line_on_stderr(self):
        (self.folder / "file").write_text("")
        for words, code, text in ((["hotel-bad-imge"], 2, "for example testbed/hotel-bad-image"),
                                  ([SCENARIO, "--agent", "rul"], 2, "--agent"),
                                  ([SCENARIO, "--repeat", "0"], 2, "--repeat"),
                                  ([SCENARIO, "--out", "file/below"], 4, "file/below"),
                                  ([SCENARIO, "--out", "/proc"], 4, "/proc")):
            ended = self.record(*words)
            self.assertEqual((ended.returncode, ended.stdout), (code, ""), ended)
            self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
            self.assertIn(text, ended.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
