# SPDX-License-Identifier: Apache-2.0
"""`wavetank real validate --from-stored` as scripts see it. Simulated episodes with the header of
real ones stand in for a cluster.

usage: real_validate_test.py WAVETANK WAVETANK_REAL SOURCE_DIR
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

WAVETANK, REAL, ROOT = (sys.argv.pop(1) for _ in range(3))


def run(binary, *words):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
    return subprocess.run([binary, *words], capture_output=True, text=True, cwd=ROOT, env=clean,
                          stdin=subprocess.DEVNULL, timeout=300)


def validate(folder, *words):
    return run(REAL, "real", "validate", "--traces", folder, *words)


class Validate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.lines = {}
        for scenario in ("hotel-oom", "hotel-bad-image"):
            made = run(WAVETANK, "record", "testbed/" + scenario, "--seed", "30", "--repeat", "2",
                       "--out", kept.name)
            assert made.returncode == 0, made.stderr
        for name in sorted(os.listdir(kept.name)):
            with gzip.open(os.path.join(kept.name, name), "rt", encoding="utf-8") as file:
                cls.lines[name] = file.read().splitlines()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def store(self, name, **header):
        """A recorded episode with another header; its path."""
        lines = self.lines[name]
        path = os.path.join(self.folder, "%s.%d.jsonl.gz" % (name, len(os.listdir(self.folder))))
        of_real = {"world": "real", "machine": "2 cores, busy", "seed": 7, **header}
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(json.dumps({**json.loads(lines[0]), **of_real}) + "\n")
            file.write("\n".join(lines[1:]) + "\n")
        return path

    def store_all(self):
        for scenario in ("hotel-oom", "hotel-bad-image"):
            for i in (0, 1):
                self.store("%s.rule.%d.jsonl.gz" % (scenario, 30 + i), repetition=i + 1)

    def assert_refused(self, ended, code, *texts):
        self.assertEqual(ended.returncode, code, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for text in texts:
            self.assertIn(text, ended.stderr)

    def test_json_keeps_the_contract_and_is_the_same_each_time(self):
        self.store_all()
        words = ("--from-stored", "--suite", "slice", "--simulated", "3", "--json")
        ended = validate(self.folder, *words)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        said = json.loads(ended.stdout)
        self.assertEqual(said["schema"], "wavetank.real-validate/1")
        self.assertEqual(said["verdict"]["n"], 4)
        self.assertIn("kappa", said["verdict"])
        self.assertGreaterEqual(said["verdict"]["agreement"], 0)
        self.assertGreater(said["events"]["lcs"], 0.7)
        self.assertEqual(set(said["times"]), {"testbed/hotel-oom", "testbed/hotel-bad-image"})
        repair = said["times"]["testbed/hotel-oom"]["rule"]["fault_to_repair"]
        self.assertEqual((repair["real"]["n"], repair["simulated"]["n"]), (2, 3))
        self.assertIsNone(said["policies"]["srcc"])
        self.assertIsNone(said["policies"]["mmrv"])
        self.assertEqual(validate(self.folder, *words).stdout, ended.stdout)

    def test_equal_episodes_have_no_distance(self):
        self.store("hotel-oom.rule.30.jsonl.gz", seed=30)
        ended = validate(self.folder, "--from-stored", "--simulated", "1", "--json")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        said = json.loads(ended.stdout)
        self.assertEqual(said["events"]["lcs"], 1)
        self.assertEqual(said["verdict"]["agreement"], 1)
        for name, times in said["times"]["testbed/hotel-oom"]["rule"].items():
            self.assertIn(times["difference"], (0, None), name)
        group = said["groups"][0]
        self.assertEqual(group["requests_lost"]["total"]["difference"], 0)
        self.assertEqual(group["events"]["one_sided"], [])

    def test_text_and_markdown_tell_the_same_numbers(self):
        self.store("hotel-oom.rule.30.jsonl.gz", scenario="hotel-oom")
        text = validate(self.folder, "--from-stored", "--simulated", "2")
        table = validate(self.folder, "--from-stored", "--simulated", "2", "--markdown")
        self.assertEqual((text.returncode, table.returncode), (0, 0), text.stderr + table.stderr)
        row = next(line for line in text.stdout.splitlines() if "fault -> repair" in line)
        cells = [cell.strip() for cell in re.split(r"\s{2,}", row.strip())]
        self.assertIn("| " + " | ".join(cells).replace(">", "&gt;") + " |", table.stdout)

    def test_no_trace_is_refused_with_the_command_that_records_one(self):
        nowhere = os.path.join(self.folder, "nowhere")
        for folder in (self.folder, nowhere):
            self.assert_refused(validate(folder, "--from-stored"), 4, folder, "real record")

    def test_traces_of_other_suites_only_are_refused(self):
        self.store("hotel-oom.rule.30.jsonl.gz", scenario="healthy/hotel-quiet"
                   if os.path.exists(ROOT + "/scenarios/catalog/healthy/hotel-quiet.yaml")
                   else "services/hotel-wrong-target-port")
        ended = validate(self.folder, "--from-stored")
        self.assert_refused(ended, 4, "suite slice", "real record")

    def test_a_trace_of_an_unknown_scenario_is_refused_by_its_file(self):
        path = self.store("hotel-oom.rule.30.jsonl.gz", scenario="testbed/hotel-omm")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "testbed/hotel-omm")

    def test_an_unknown_agent_is_refused(self):
        self.store("hotel-oom.rule.30.jsonl.gz", agent="rulle")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, "rulle", "rule")

    def test_a_simulated_trace_is_refused(self):
        path = self.store("hotel-oom.rule.30.jsonl.gz", world="simulated")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "simulator")

    def test_one_episode_stored_twice_is_refused(self):
        self.store("hotel-oom.rule.30.jsonl.gz", repetition=1)
        path = self.store("hotel-oom.rule.31.jsonl.gz", repetition=1)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "keep one")

    def test_a_trace_that_is_cut_off_is_refused_by_its_place(self):
        path = self.store("hotel-oom.rule.30.jsonl.gz")
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) // 2)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path)

    def test_json_and_markdown_do_not_go_together(self):
        self.store("hotel-oom.rule.30.jsonl.gz")
        ended = validate(self.folder, "--from-stored", "--json", "--markdown")
        self.assert_refused(ended, 2, "--markdown")

    def test_without_from_stored_what_is_missing_is_recorded_first(self):
        self.store("hotel-oom.rule.30.jsonl.gz", repetition=1)
        ended = validate(self.folder, "--seed", "7", "--kubeconfig", self.folder + "/none")
        self.assertEqual((ended.returncode, ended.stdout), (4, ""), ended)
        self.assertIn(self.folder + "/none: cannot open", ended.stderr)


if __name__ == "__main__":
    unittest.main()
