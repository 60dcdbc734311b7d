# SPDX-License-Identifier: Apache-2.0
"""What `wavetank real` says without a cluster.

usage: real_command_test.py WAVETANK_REAL SOURCE_DIR
"""
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

BINARY, ROOT = sys.argv.pop(1), sys.argv.pop(1)


def real(*words, **env):
    return subprocess.run([BINARY, "real", *words], capture_output=True, text=True, cwd=ROOT,
                          stdin=subprocess.DEVNULL, timeout=120, env={**os.environ, **env})


class WithoutACluster(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.inventory = os.path.join(self.folder.name, "deep", "inventory.jsonl")

    def test_no_testbed_is_an_environment_error_with_the_command_that_makes_one(self):
        said = real("play", "--inventory", self.inventory,
                    WAVETANK_TESTBED_STATE=self.folder.name)
        self.assertEqual(said.returncode, 4, said.stderr)
        self.assertIn("wavetank testbed up --local", said.stderr)

    def test_a_server_that_does_not_answer_is_named(self):
        config = os.path.join(self.folder.name, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write("apiVersion: v1\nkind: Config\ncurrent-context: a\n"
                       "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
                       "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n"
                       "users: [{name: a, user: {}}]\n")
        said = real("play", "--kubeconfig", config, "--inventory", self.inventory)
        self.assertEqual(said.returncode, 4, said.stderr)
        self.assertIn("127.0.0.1:9", said.stderr)
        self.assertFalse(os.path.exists(self.inventory) and os.path.getsize(self.inventory))

    def test_words_that_mean_nothing_are_usage_errors(self):
        for words in (["plya"], [], ["play", "--scenario", "testbed/hotel-nothing"],
                      ["play", "--kubeconfig", "/nowhere/config"]):
            said = real(*words, WAVETANK_TESTBED_STATE=self.folder.name)
            self.assertIn(said.returncode, (2, 3), f"{words}: {said.stderr}")
            self.assertEqual(said.stderr.count("error"), 1, said.stderr)

    def test_images_hold_what_the_app_and_its_faults_run(self):
        out = os.path.join(self.folder.name, "images.tar")
        said = real("images", "--scenario", "testbed/hotel-pod-kill", "--out", out)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(said.stdout.split(), [out, out[:-len(".tar")] + ".rogues.tar"])
        for archive in said.stdout.split():
            with tarfile.open(archive) as files:
                self.assertIn("index.json", files.getnames())


if __name__ == "__main__":
    unittest.main(verbosity=2)
