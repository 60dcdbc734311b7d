# SPDX-License-Identifier: Apache-2.0
"""`real calibrate` without a cluster: samples are fitted again, bad input is refused, nothing is
written when no cluster is there.

Usage: calibrate_command_test.py WAVETANK_REAL REPOSITORY
"""
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, ROOT = sys.argv[1], sys.argv[2]
PROFILES = f"{ROOT}/scenarios/profiles"


def calibrate(*words, **environment):
    return subprocess.run([PROGRAM, "real", "calibrate", *words], capture_output=True, text=True,
                          env={**os.environ, "WAVETANK_ROOT": ROOT, **environment}, check=False)


class CalibrateCommand(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_stored_samples_give_the_stored_profile(self):
        out = self.path("testbed.yaml")
        done = calibrate("--from", f"{PROFILES}/testbed.samples.jsonl", "--out", out, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(out, encoding="utf-8") as file, \
                open(f"{PROFILES}/testbed.yaml", encoding="utf-8") as stored:
            self.assertEqual(file.read(), stored.read())
        summary = json.loads(done.stdout)
        self.assertEqual(summary["profile"], "testbed")
        self.assertGreaterEqual(summary["spans"]["create -> Ready"]["n"], 30)

    def test_samples_that_are_none_are_refused_with_their_line(self):
        broken = self.path("x.jsonl")
        with open(broken, "w", encoding="utf-8") as file:
            file.write('{"about": {"date": "x"}}\nnothing\n')
        done = calibrate("--from", broken, "--out", self.path("p.yaml"))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("x.jsonl:2", done.stderr)
        self.assertFalse(os.path.exists(self.path("p.yaml")))

    def test_an_experiment_that_is_none_is_refused_with_those_there_are(self):
        done = calibrate("--only", "pod,deploymint", "--out", self.path("p.yaml"),
                         "--kubeconfig", self.path("none"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn('did you mean "deployment"?', done.stderr)

    def test_samples_of_before_outlive_a_run_that_cannot_begin(self):
        samples = self.path("p.samples.jsonl")
        shutil.copyfile(f"{PROFILES}/testbed.samples.jsonl", samples)
        for words in ((), ("--only", "deployment")):
            done = calibrate(*words, "--out", self.path("p.yaml"),
                             WAVETANK_TESTBED_STATE=self.path("none"))
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertTrue(filecmp.cmp(samples, f"{PROFILES}/testbed.samples.jsonl", False))

    def test_no_cluster_is_told_with_the_way_to_one(self):
        done = calibrate("--out", self.path("p.yaml"), WAVETANK_TESTBED_STATE=self.path("none"))
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("testbed up", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
