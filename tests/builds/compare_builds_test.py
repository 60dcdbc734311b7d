# SPDX-License-Identifier: Apache-2.0
"""The comparison of builds can fail.

usage: compare_builds_test.py
"""
import os
import subprocess
import sys
import tempfile
import unittest

COMPARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare_builds.py")


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def program(self, name, *lines, code=0):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) +
                       f"exit {code}\n")
        os.chmod(path, 0o755)
        return path

    def code(self, *programs):
        return subprocess.run([sys.executable, COMPARE, "--short", self.folder, *programs],
                              capture_output=True, text=True, timeout=60).returncode

    def test_equal_lines_pass_and_anything_else_fails(self):
        first = self.program("first", "rule 2 20 aa", "r23 2 20 bb")
        self.assertEqual(self.code(first, self.program("same", "rule 2 20 aa", "r23 2 20 bb")), 0)
        for name, lines, code in (("other", ("rule 2 20 aa", "r23 2 20 cc"), 0),
                                  ("short", ("rule 2 20 aa",), 0),
                                  ("long", ("rule 2 20 aa", "r23 2 20 bb", "x 1 1 dd"), 0),
                                  ("ended", ("rule 2 20 aa", "r23 2 20 bb"), 1)):
            self.assertEqual(self.code(first, self.program(name, *lines, code=code)), 1, name)
        self.assertEqual(self.code(first, os.path.join(self.folder, "missing")), 1)
        self.assertEqual(self.code(self.program("silent")), 1)


if __name__ == "__main__":
    unittest.main()
