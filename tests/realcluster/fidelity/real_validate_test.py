# SPDX-License-Identifier: Apache-2.0
"""`wavetank real validate --from-stored` as scripts see it, on recorded episodes, some of
them changed.

usage: real_validate_test.py WAVETANK_REAL SEAL_TRACE SOURCE_DIR
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

REAL, SEAL, ROOT = (sys.argv.pop(1) for _ in range(3))


def run(binary, *words):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
    return subprocess.run([binary, *words], capture_output=True, text=True, cwd=ROOT, env=clean,
                          stdin=subprocess.DEVNULL, timeout=300)


def validate(folder, *words):
    return run(REAL, "real", "validate", "--traces", folder, *words)


class Validate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = {}
        for name in ("%s.rule.7.%d.jsonl.gz" % (scenario, repetition)
                     for scenario in ("hotel-oom", "hotel-bad-image") for repetition in (1, 2)):
            path = os.path.join(ROOT, "realcluster/traces", name)
            with gzip.open(path, "rt", encoding="utf-8") as file:
                cls.lines[name] = file.read().splitlines()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def store(self, name, edit=lambda lines: None, sealed=True, **header):
        """A recorded episode with another header and what `edit` does to its lines; its path."""
        lines = list(self.lines[name])
        edit(lines)
        path = os.path.join(self.folder, "%s.%d.jsonl.gz" % (name, len(os.listdir(self.folder))))
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(json.dumps({**json.loads(lines[0]), **header}) + "\n")
            file.write("\n".join(lines[1:]) + "\n")
        if sealed:
            subprocess.run([SEAL, path, path], check=True)
        return path

    def store_all(self):
        for scenario in ("hotel-oom", "hotel-bad-image"):
            for i in (0, 1):
                self.store("%s.rule.7.%d.jsonl.gz" % (scenario, i + 1))

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

    def test_a_verdict_that_its_own_episode_does_not_have_is_refused(self):
        def worse(lines):
            self.assertIn('"verdict":1', lines[-1])
            lines[-1] = lines[-1].replace('"verdict":1', '"verdict":-1')
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", worse)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "verdict -1",
                            "judged 1", "real record")

    def test_a_repair_that_was_accepted_but_answered_with_an_error_is_refused(self):
        def refused(lines):
            patch = '"by": "agent", "method": "PATCH"'
            at = next(i for i, line in enumerate(lines) if patch in line)
            self.assertTrue(lines[at].endswith('"status": 200}'), lines[at][-80:])
            lines[at] = lines[at].replace('"status": 200}', '"status": 500}')
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", refused)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "accepted",
                            "real record")

    def test_lines_that_were_cut_out_are_refused(self):
        def cut(lines):
            del lines[300:400]
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", cut, sealed=False)
        for words in (("validate", "--traces", self.folder, "--from-stored"),
                      ("replay", "--trace", path)):
            self.assert_refused(run(REAL, "real", *words), 3, path,
                                "cut or changed after it was recorded")

    def test_a_trace_whose_hash_was_taken_away_is_refused(self):
        def unseal(lines):
            lines[-1] = lines[-1][:lines[-1].rindex(', "lines": ')] + "}"
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", unseal, sealed=False)
        for words in (("validate", "--traces", self.folder, "--from-stored"),
                      ("replay", "--trace", path)):
            self.assert_refused(run(REAL, "real", *words), 3, path,
                                "does not count and hash the lines")

    def test_text_and_markdown_tell_the_same_numbers(self):
        self.store("hotel-oom.rule.7.1.jsonl.gz", scenario="hotel-oom")
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
        self.store("hotel-oom.rule.7.1.jsonl.gz", scenario="healthy/hotel-quiet"
                   if os.path.exists(ROOT + "/scenarios/catalog/healthy/hotel-quiet.yaml")
                   else "services/hotel-wrong-target-port")
        ended = validate(self.folder, "--from-stored")
        self.assert_refused(ended, 4, "suite slice", "real record")

    def test_a_trace_of_an_unknown_scenario_is_refused_by_its_file(self):
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", scenario="testbed/hotel-omm")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "testbed/hotel-omm")

    def test_an_unknown_agent_is_refused(self):
        self.store("hotel-oom.rule.7.1.jsonl.gz", agent="rulle")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, "rulle", "rule")

    def test_a_simulated_trace_is_refused(self):
        path = self.store("hotel-oom.rule.7.1.jsonl.gz", world="simulated")
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "simulator")

    def test_one_episode_stored_twice_is_refused(self):
        self.store("hotel-oom.rule.7.1.jsonl.gz", repetition=1)
        path = self.store("hotel-oom.rule.7.2.jsonl.gz", repetition=1)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path, "keep one")

    def test_a_trace_that_is_cut_off_is_refused_by_its_place(self):
        path = self.store("hotel-oom.rule.7.1.jsonl.gz")
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) // 2)
        self.assert_refused(validate(self.folder, "--from-stored"), 3, path)

    def test_json_and_markdown_do_not_go_together(self):
        self.store("hotel-oom.rule.7.1.jsonl.gz")
        ended = validate(self.folder, "--from-stored", "--json", "--markdown")
        self.assert_refused(ended, 2, "--markdown")

    def test_without_from_stored_what_is_missing_is_recorded_first(self):
        self.store("hotel-oom.rule.7.1.jsonl.gz", repetition=1)
        ended = validate(self.folder, "--seed", "7", "--kubeconfig", self.folder + "/none")
        self.assertEqual((ended.returncode, ended.stdout), (4, ""), ended)
        self.assertIn(self.folder + "/none: cannot open", ended.stderr)


if __name__ == "__main__":
    unittest.main()
