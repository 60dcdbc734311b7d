# SPDX-License-Identifier: Apache-2.0
"""train_command_test.py WAVETANK_LEARN: the train command as a person or a script meets it."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))


def cartpole(steps, seed=3):
    return ["train", "--env", "cartpole", "--preset", "grpo", "--seed", str(seed), "--steps",
            str(steps)]


def cluster(updates):
    return ["train", "--env", "cluster", "--updates", str(updates), "--groups", "2",
            "--group-size", "8", "--width", "8", "--seed", "5"]


class Train(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return pathlib.Path(self.folder.name, name)

    def run_command(self, *words):
        return subprocess.run([BINARY, *words], cwd=self.folder.name, capture_output=True,
                              text=True, timeout=300)

    def document(self, *words):
        done = self.run_command(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def interrupt(self, words, when):
        """Sends SIGINT once the run has logged `when` updates; the exit code."""
        process = subprocess.Popen([BINARY, *words, "--out", "run"], cwd=self.folder.name,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        metrics = self.path("run/metrics.jsonl")
        while process.poll() is None:
            if metrics.exists() and metrics.read_text().count("\n") >= when:
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.005)
        _, errors = process.communicate(timeout=300)
        return process.returncode, errors

    def check_interrupted_run(self, words):
        whole = self.document(*words, "--out", "whole")
        self.assertGreaterEqual(whole["updates"], 20)
        code, errors = self.interrupt(words, 3)
        self.assertEqual(code, 130, errors)
        self.assertIn("--out run --resume", errors)
        done = self.document(*words, "--out", "run", "--resume")
        self.assertEqual(done["hash"], whole["hash"])
        self.assertTrue(done["complete"])
        lines = self.path("run/metrics.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["update"] for line in lines],
                         list(range(1, whole["updates"] + 1)))

    def test_ctrl_c_leaves_a_checkpoint_that_goes_on_to_the_same_hash_cartpole(self):
        self.check_interrupted_run(cartpole(150000))

    def test_ctrl_c_leaves_a_checkpoint_that_goes_on_to_the_same_hash_cluster(self):
        self.check_interrupted_run(cluster(24))

    def test_json_is_one_document_and_the_checkpoint_exists(self):
        document = self.document(*cartpole(3000))
        for key in ("schema", "return_last100", "cpu_s", "hash", "checkpoint"):
            self.assertIn(key, document)
        self.assertEqual(document["schema"], "wavetank.train/1")
        self.assertTrue(self.path(document["checkpoint"]).exists())

    def test_a_run_without_out_gets_a_folder_of_its_own(self):
        first = self.document(*cartpole(1000))["checkpoint"]
        second = self.document(*cartpole(1000))["checkpoint"]
        self.assertEqual([first, second],
                         ["runs/train-1/checkpoint.wtc", "runs/train-2/checkpoint.wtc"])

    def test_run_json_holds_the_whole_configuration(self):
        self.document(*cluster(1), "--out", "run")
        run = json.loads(self.path("run/run.json").read_text())
        for key in ("commit", "suite", "suite_hash", "scenarios", "settings", "grpo", "hold_out",
                    "seed", "groups", "group_size", "width", "blind", "updates"):
            self.assertIn(key, run)
        self.assertEqual(run["seed"], 5)
        self.assertEqual(set(run["settings"]), {"reward", "curriculum", "start", "rates"})

    def fails(self, code, text, *words):
        done = self.run_command(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        errors = done.stderr.strip().splitlines()
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertIn(text, errors[0])

    def test_bad_input_is_one_line_with_place_and_nearest_word(self):
        for words, code, text in (
                (["--preset", "gpro"], 2, '--preset: no preset "gpro"'),
                (["--preset", "gpro"], 2, 'did you mean "grpo"?'),
                (["--env", "cartpol"], 2, "cartpole"),
                (["--group-size", "1"], 2, "expected at least 2"),
                (["--width", "513"], 2, "expected at most 512"),
                (["--learning-rate", "0"], 2, "--learning-rate: 0 is out of range"),
                (["--cpu-minutes", "-1"], 2, "--cpu-minutes"),
                (["--resume"], 2, "needs --out DIR"),
                (["--resume", "--out", "none"], 4, "no such checkpoint"),
                (["--hold-out", "rate,profil"], 2,
                 "--hold-out: no service or workload 'profil' in the suite; "),
                (["--hold-out", "profil"], 2, 'did you mean "profile"?'),
                (["--set", "foo=1"], 2, "--set: no setting 'foo'; expected reward.verdict, "),
                (["--set", "foo=1"], 2, "rates.clip_high"),
                (["--set", "reward.harn=1"], 2, 'did you mean "reward.harm"?'),
                (["--set", "reward.harm"], 2, "expected NAME=NUMBER, got 'reward.harm'"),
                (["--suite", "liet"], 2, "liet")):
            with self.subTest(words):
                self.fails(code, text, "train", *words)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_suite_file_is_trained_on(self):
        self.path("mine.yaml").write_text(
            "apiVersion: wavetank.dev/v1\nkind: Suite\nmetadata: {name: mine}\n"
            "spec: {seeds: [1, 2], scenarios: [hotel-calm, services/hotel-wrong-target-port]}\n")
        self.document(*cluster(1), "--suite", "mine.yaml", "--out", "run")
        run = json.loads(self.path("run/run.json").read_text())
        self.assertEqual((run["suite"], len(run["scenarios"])), ("mine", 2))

    def test_a_run_is_not_overwritten_and_not_resumed_with_other_flags(self):
        in_run = ["--out", "run"]
        before = self.document(*cartpole(1000), *in_run)
        self.fails(2, "pass --resume", *cartpole(1000), *in_run)
        self.fails(2, "seed was 3, is 4", *cartpole(1000, seed=4), *in_run, "--resume")
        self.fails(2, "it is of --env cartpole", *cluster(9), *in_run, "--resume")
        self.assertEqual(self.document(*cartpole(1000), *in_run, "--resume")["hash"],
                         before["hash"])

    def test_a_damaged_checkpoint_is_refused(self):
        words = [*cartpole(1000), "--out", "run"]
        self.document(*words)
        data = bytearray(self.path("run/checkpoint.wtc").read_bytes())
        data[len(data) // 2] ^= 1
        self.path("run/checkpoint.wtc").write_bytes(data)
        self.fails(2, "its checksum does not fit; put a whole copy of it back, or begin anew with "
                   "another --out", *words, "--resume")

    def test_an_out_that_is_a_file_is_refused_with_the_remedy(self):
        self.path("file").write_text("")
        self.fails(4, "file: is a file, expected a folder; choose another --out", *cartpole(1000),
                   "--out", "file")


if __name__ == "__main__":
    unittest.main()
