# SPDX-License-Identifier: Apache-2.0
"""The binary as scripts see it: exit codes, stdout for data, stderr for the rest.

usage: commands_test.py BINARY
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = sys.argv.pop(1)
COMMANDS = ["demo", "play", "run", "bench", "train", "report", "record", "replay", "validate",
            "list", "doctor", "version"]


def run(*words, env=None, cwd=None, **more):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
    return subprocess.run([BINARY, *words], env={**clean, **(env or {})}, cwd=cwd,
                          capture_output=True, text=True, timeout=60, **more)


class Commands(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, self.root)
        os.makedirs(self.root + "/cmake")
        os.makedirs(self.root + "/scenarios/catalog/services")
        with open(self.root + "/cmake/packages.txt", "w") as file:
            file.write("[core]\ndpkg\n")
        with open(self.root + "/scenarios/catalog/services/wrong-port.yaml", "w") as file:
            file.write("")
        self.env = {"WAVETANK_ROOT": self.root}

    def assert_one_line_error(self, ended, code, text):
        self.assertEqual(ended.returncode, code, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertIn(text, ended.stderr)

    def test_a_mistyped_word_ends_in_one_line_on_stderr_and_exit_2(self):
        self.assert_one_line_error(run("lst"), 2, 'did you mean \"list\"?')
        self.assert_one_line_error(run("list", "scenarios", "--jsn"), 2, 'did you mean \"--json\"?')
        self.assert_one_line_error(run(), 2, "wavetank --help")

    def test_every_command_has_help_with_an_example_that_needs_nothing_else(self):
        listed = run("--help")
        self.assertEqual(listed.returncode, 0)
        for command in COMMANDS:
            self.assertIn("  " + command, listed.stdout)
            ended = run(command, "--help", cwd="/", env={"WAVETANK_SEED": "not a number"})
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            for part in ("Example:", "./wavetank " + command, "--json", "--seed", "--threads"):
                self.assertIn(part, ended.stdout)

    def test_json_prints_one_document_with_a_schema_and_nothing_on_stderr(self):
        for words in (["list", "scenarios"], ["doctor"], ["version"], ["--version"]):
            ended = run(*words, "--json", env=self.env)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""), words)
            self.assertRegex(json.loads(ended.stdout)["schema"], r"^wavetank\.\w+/1$")

    def test_list_reads_the_folder_that_WAVETANK_ROOT_names(self):
        self.assertEqual(run("list", "scenarios", env=self.env).stdout, "wrong-port  services\n")
        self.assert_one_line_error(run("list", "apps", env=self.env), 4, "scenarios/apps")
        self.assert_one_line_error(run("list", "apps", env={"WAVETANK_ROOT": "/nowhere"}), 4,
                                   "WAVETANK_ROOT=/nowhere")

    def test_a_copied_tree_reads_its_own_files_not_those_it_was_built_from(self):
        os.makedirs(self.root + "/build/cli")
        copy = shutil.copy(BINARY, self.root + "/build/cli/wavetank")
        ended = subprocess.run([copy, "list", "scenarios"], env={}, capture_output=True, text=True,
                               timeout=60)
        self.assertEqual(ended.stdout, "wrong-port  services\n", ended)

    def test_a_broken_wavetank_yaml_is_named_with_line_and_column(self):
        with open(self.root + "/wavetank.yaml", "w") as file:
            file.write("sede: 3\n")
        ended = run("version", cwd=self.root)
        self.assert_one_line_error(ended, 2, "wavetank.yaml:1:1: unknown option sede")

    def test_one_wavetank_yaml_serves_both_binaries(self):
        with open(self.root + "/wavetank.yaml", "w") as file:
            file.write("seed: 3\ntrain: {updates: 5}\nbench: {suite: lite}\n")
        self.assertEqual(run("version", cwd=self.root).returncode, 0)
        self.assert_one_line_error(run("train", cwd=self.root), 2, "wavetank-learn")

    def test_closed_standard_streams_do_no_harm(self):
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 2>&-"):
            ended = subprocess.run(["bash", "-c", f'"$0" version {closed}', BINARY],
                                   capture_output=True, text=True, timeout=60)
            self.assertEqual(ended.returncode, 0, (closed, ended))

    def test_a_full_disk_under_stdout_is_reported(self):
        with open("/dev/full", "w") as full:
            ended = subprocess.run([BINARY, "version"], stdout=full, stderr=subprocess.PIPE,
                                   text=True, timeout=60)
        self.assertEqual(ended.returncode, 4)
        self.assertIn("stdout", ended.stderr)

    def test_it_runs_with_an_empty_environment(self):
        ended = subprocess.run([BINARY, "doctor"], env={}, capture_output=True, timeout=60)
        self.assertIn(ended.returncode, (0, 4))


if __name__ == "__main__":
    unittest.main(verbosity=2)
