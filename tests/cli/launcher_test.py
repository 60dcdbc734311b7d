# SPDX-License-Identifier: Apache-2.0
"""The launcher: what it decides before the binary runs. Works on copies of the script with a
binary of the test's own, so that nothing is installed and nothing of this build is touched.

usage: launcher_test.py SOURCE_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = sys.argv.pop(1)
# What the launcher calls, less sudo and apt-get.
TOOLS = ("bash cat dirname dpkg-query env find flock git grep id mkdir mv readlink rm sed sort tr "
         "wc sleep touch").split()
NOBODY = 65534


class Launcher(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, self.root)
        os.chmod(self.root, 0o777)
        self.bin = self.root + "/bin"
        for folder in ("bin", "cmake", "cli/commands", "cli/learn", "sim", "docs", "build/cli"):
            os.makedirs(f"{self.root}/{folder}")
        os.chmod(self.root + "/build", 0o777)
        shutil.copy(SOURCE + "/wavetank", self.root)
        shutil.copy(SOURCE + "/cmake/setup.sh", self.root + "/cmake")
        self.write("cmake/packages.txt", "[core]\ndpkg\n[learn]\ndpkg\n")
        self.write("sim/a.cpp", "")
        for tool in TOOLS:
            os.symlink(shutil.which(tool), f"{self.bin}/{tool}")
        # "Building" makes a binary that prints its name and arguments; cmake makes build.ninja.
        self.write_tool("ninja", f'echo "ninja ${{@: -1}}" >> {self.root}/calls\n'
                        f'[ ! -e {self.root}/broken ] || exit 1\n'
                        f'sleep 0.2; cp {self.root}/program {self.root}/build/cli/${{@: -1}}\n')
        self.write_tool("cmake", f'echo cmake >> {self.root}/calls; touch {self.root}/build/'
                        f'build.ninja; echo "CMAKE_HOME_DIRECTORY:INTERNAL={self.root}" '
                        f'> {self.root}/build/CMakeCache.txt\n')
        os.symlink(shutil.which("cp"), self.bin + "/cp")
        self.write_tool("../program", 'echo "${0##*/}: $*"\n')

    def write(self, name, text):
        with open(f"{self.root}/{name}", "w") as file:
            file.write(text)

    def write_tool(self, name, body):
        self.write("bin/" + name, "#!/bin/bash\n" + body)
        os.chmod(f"{self.root}/bin/{name}", 0o755)

    def calls(self):
        try:
            with open(self.root + "/calls") as file:
                return file.read().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def run_it(self, *words, **more):
        return subprocess.run([self.root + "/wavetank", *words], capture_output=True, text=True,
                              env={"PATH": self.bin}, stdin=subprocess.DEVNULL, timeout=60, **more)

    def assert_prints(self, ended, text):
        self.assertEqual((ended.returncode, ended.stdout), (0, text), ended.stderr)

    def test_the_first_call_builds_and_passes_its_arguments_on(self):
        self.assert_prints(self.run_it("list", "two words", "--json"),
                           "wavetank: list two words --json\n")
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank"])

    def test_a_later_call_builds_nothing_and_starts_in_a_tenth_of_a_second(self):
        self.run_it("list")
        took = []
        for _ in range(5):
            start = time.monotonic()
            self.assert_prints(self.run_it("list"), "wavetank: list\n")
            took.append(time.monotonic() - start)
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank"])
        self.assertLess(min(took), 0.1)

    def test_a_changed_new_or_replaced_source_builds_again_a_document_does_not(self):
        self.run_it("list")
        self.write("docs/page.md", "new")
        self.write("notes.txt", "new")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 1)
        self.write("sim/a.cpp", "changed")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 2)
        self.write("sim/new.h", "")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 3)
        self.write("docs/old.cpp", "")
        os.utime(self.root + "/docs/old.cpp", (0, 0))
        os.rename(self.root + "/docs/old.cpp", self.root + "/sim/a.cpp")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 4)
        self.write("sim/build_graph.cpp", "")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 5)

    def test_a_commit_builds_again_so_that_the_version_is_true(self):
        git = ["git", "-C", self.root, "-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
        self.run_it("list")
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 1)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "two"], check=True)
        self.run_it("list")
        self.assertEqual(self.calls().count("ninja wavetank"), 2)

    def test_a_failed_build_exits_1_and_is_tried_again(self):
        self.write("broken", "")
        ended = self.run_it("list")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        os.remove(self.root + "/broken")
        self.assert_prints(self.run_it("list"), "wavetank: list\n")

    def test_two_calls_at_once_build_once(self):
        both = [subprocess.Popen([self.root + "/wavetank", "list"], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env={"PATH": self.bin}, text=True)
                for _ in range(2)]
        said = [one.communicate(timeout=60)[0] for one in both]
        self.assertEqual(said, ["wavetank: list\n"] * 2)
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank"])

    def test_a_moved_tree_is_configured_afresh_when_it_builds(self):
        self.run_it("list")
        self.write("build/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n")
        self.write("sim/a.cpp", "changed")
        self.run_it("list")
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank"] * 2)

    def test_a_command_that_needs_libtorch_builds_the_second_binary_only_when_called(self):
        self.write("cli/learn/train.cpp", "")
        self.assert_prints(self.run_it("list"), "wavetank: list\n")
        self.assertNotIn("ninja wavetank-learn", self.calls())
        self.assert_prints(self.run_it("train", "--steps", "5"),
                           "wavetank-learn: train --steps 5\n")
        self.assertIn("ninja wavetank-learn", self.calls())

    def test_a_command_that_needs_a_real_cluster_is_in_a_third_binary_with_its_own_packages(self):
        os.makedirs(self.root + "/cli/real")
        self.write("cli/real/testbed.cpp", "")
        self.write("cmake/packages.txt", "[core]\ndpkg\n[learn]\nno-such-torch\n[real]\ndpkg\n")
        self.assert_prints(self.run_it("testbed", "up"), "wavetank-real: testbed up\n")
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank-real"])

    def test_the_help_of_such_a_command_needs_no_libtorch(self):
        self.write("cli/learn/train.cpp", "")
        self.assert_prints(self.run_it("train", "--help"), "wavetank: train --help\n")
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank"])

    def test_a_command_in_both_binaries_plays_its_core_part_before_libtorch_is_asked_for(self):
        self.write("cli/commands/demo.cpp", "")
        self.write("cli/learn/demo.cpp", "")
        self.assert_prints(self.run_it("demo"), "wavetank: demo\nwavetank-learn: demo\n")
        self.assertEqual(self.calls(), ["cmake", "ninja wavetank", "cmake", "ninja wavetank-learn"])
        self.assert_prints(self.run_it("demo", "--help"), "wavetank: demo --help\n")

    def test_without_root_it_prints_the_apt_line_alone_on_a_line_and_exits_4(self):
        self.write("cmake/packages.txt",
                   "# note\n[core]\ndpkg\nno-such-one\nno-such-two\n[learn]\nno-such-three\n")
        if os.geteuid() == 0:
            ended = self.run_it("list", user=NOBODY, group=NOBODY, extra_groups=[])
        else:
            ended = self.run_it("list")
        self.assertEqual((ended.returncode, ended.stdout), (4, ""), ended.stderr)
        self.assertIn("apt-get install -y --no-install-recommends no-such-one no-such-two",
                      ended.stderr.split("\n"))
        self.assertNotIn("ninja wavetank", self.calls())

    def test_demo_without_root_and_libtorch_plays_and_then_names_the_package(self):
        self.write("cli/commands/demo.cpp", "")
        self.write("cli/learn/demo.cpp", "")
        self.write("cmake/packages.txt", "[core]\ndpkg\n[learn]\nno-such-torch\n")
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self.write("calls", "")
        os.chmod(self.root + "/calls", 0o666)
        os.chmod(self.root + "/build/cli", 0o777)
        ended = self.run_it("demo", **who)
        self.assertEqual((ended.returncode, ended.stdout), (4, "wavetank: demo\n"), ended.stderr)
        self.assertIn("apt-get install -y --no-install-recommends no-such-torch",
                      ended.stderr.split("\n"))

    def write_apt(self, ending):
        """An apt-get that reports progress, says something and ends so; and a sudo for it."""
        self.write_tool("apt-get", f'echo "apt-get ${{@: -3}}" >> {self.root}/calls\n'
                        f'echo "pmstatus:x:50:half" >&3; echo "said by apt"\n{ending}\n')
        self.write_tool("sudo", 'if [ "$1" = -n ]; then exit 0; fi\nexec "$@"\n')
        os.symlink(shutil.which("tail"), self.bin + "/tail")
        self.write("cmake/packages.txt", "[core]\ndpkg\nno-such-one\n")

    def test_missing_packages_are_installed_before_the_build(self):
        self.write_apt("exit 0")
        ended = self.run_it("list")
        self.assert_prints(ended, "wavetank: list\n")
        self.assertIn("apt-get install --no-install-recommends no-such-one", self.calls())
        self.assertLess(self.calls().index("apt-get install --no-install-recommends no-such-one"),
                        self.calls().index("ninja wavetank"))
        self.assertNotIn("said by apt", ended.stderr)

    def test_a_failed_installation_exits_4_with_the_end_of_what_apt_said(self):
        self.write_apt("exit 100")
        ended = self.run_it("list")
        self.assertEqual((ended.returncode, ended.stdout), (4, ""))
        self.assertIn("said by apt", ended.stderr)
        self.assertNotIn("ninja wavetank", self.calls())

    def test_closed_standard_input_an_empty_environment_and_a_link_to_it_do_no_harm(self):
        os.symlink(self.root + "/wavetank", self.root + "/bin/wt")
        ended = subprocess.run(["bash", "-c", f"cd / && PATH={self.bin} exec wt list <&-"],
                               env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
                               timeout=60)
        self.assert_prints(ended, "wavetank: list\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
