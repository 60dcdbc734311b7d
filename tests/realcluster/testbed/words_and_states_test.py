# SPDX-License-Identifier: Apache-2.0
"""`wavetank testbed` without a cluster: wrong words, what it says of made-up state folders.

usage: words_and_states_test.py WAVETANK_REAL
"""
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))
NOBODY = 65534


class WordsAndStates(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.state = self.folder + "/state"
        self.env = {"PATH": os.environ["PATH"], "HOME": self.folder,
                    "WAVETANK_TESTBED_STATE": self.state}

    def run_it(self, *words, env=None, **more):
        return subprocess.run([BINARY, "testbed", *words], capture_output=True, text=True,
                              env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
                              timeout=120, **more)

    def assert_fails(self, ended, code, *words):
        self.assertEqual((ended.returncode, ended.stdout), (code, ""), ended)
        for word in words:
            self.assertIn(word, ended.stderr)

    def status(self, **env):
        ended = self.run_it("status", "--json", env=env)
        self.assertEqual(ended.returncode, 4, ended)
        return json.loads(ended.stdout)

    def make_process(self, name, words, start=None):
        """A process with these words, and a pid file that says it is `name`, with its start or
        another; without, as pid files once were."""
        process = subprocess.Popen(words, executable="/bin/sleep")
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.make_pid_file(name, process.pid if start is None else f"{process.pid} {start}")
        return process

    def make_noted_process(self, name):
        """As `up` notes it; nothing in its words tells of a testbed."""
        process = self.make_process(name, [name, "100"])
        with open(f"/proc/{process.pid}/stat") as file:
            start = file.read().rpartition(") ")[2].split()[19]
        self.make_pid_file(name, f"{process.pid} {start}")
        return process

    def make_state(self):
        os.makedirs(self.state + "/pids", exist_ok=True)
        self.write(self.state + "/wavetank-testbed", "")

    def write(self, path, text):
        with open(path, "w") as file:
            file.write(text)

    def make_pid_file(self, name, pid):
        self.make_state()
        with open(f"{self.state}/pids/{name}", "w") as file:
            file.write(f"{pid}\n")

    def test_wrong_words_end_with_2_and_say_which(self):
        for words, named in (([], "up|down"), (["upp"], "upp"), (["load"], "archive"),
                             (["up", "more"], "more"), (["up", "--nodes", "0"], "--nodes"),
                             (["up", "--nodes", "10"], "--nodes"),
                             (["up", "--port", "70000"], "--port"),
                             (["down", "--json"], "--json"), (["up", "--nods", "2"], "--nodes")):
            ended = self.run_it(*words)
            self.assert_fails(ended, 2, named)
            self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)

    def test_nothing_is_up_and_looking_makes_nothing(self):
        found = self.status()
        self.assertEqual((found["state"], found["nodes"], found["processes"], found["leftovers"],
                          found["binaries_cached"]), ("down", [], [], [], False))
        self.assertIn("testbed   down", self.run_it("status").stdout)
        self.assert_fails(self.run_it("kubeconfig"), 4, "no testbed is up")
        self.assertEqual(self.run_it("down").returncode, 0)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_testbed_whose_process_is_gone_is_half_dead(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        self.make_pid_file("etcd", gone.pid)
        found = self.status()
        self.assertEqual((found["state"], found["why"]), ("half-dead", "etcd is gone"))
        self.assertEqual(found["processes"],
                         [{"name": "etcd", "pid": gone.pid, "rss_mib": 0, "alive": False}])

    def test_a_stranger_that_was_given_the_process_id_is_not_ours(self):
        self.make_process("etcd", ["sleep", "100"])
        with open(self.state + "/up", "w"):
            pass
        self.assertEqual(self.status()["state"], "half-dead")

    def test_a_process_is_known_by_its_start_under_any_home_and_cache(self):
        ours = self.make_noted_process("etcd")
        self.make_process("dns", [f"{self.state}/dns", "100"], start=12345)
        self.make_process("metrics", [f"{self.state}/metrics", "100"], start=0)
        for env in ({}, {"HOME": "/nonexistent"}, {"WAVETANK_TESTBED_CACHE": "/nonexistent"}):
            rows = {row["name"]: row for row in self.status(**env)["processes"]}
            self.assertEqual(rows["etcd"]["pid"], ours.pid)
            self.assertEqual([rows[name]["alive"] for name in ("etcd", "dns", "metrics")],
                             [True, False, False])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_down_ends_a_noted_process_under_another_home(self):
        ours = self.make_noted_process("chaos-controller-manager")
        stranger = self.make_process("etcd", [f"{self.state}/etcd", "100"], start=12345)
        ended = self.run_it("down", env={"HOME": "/nonexistent"})
        self.assertEqual(ended.returncode, 0, ended)
        self.assertEqual(ours.wait(timeout=10), -9)
        self.assertIsNone(stranger.poll())
        self.assertEqual(os.listdir(self.folder), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_down_says_what_lives_on_and_keeps_its_pid_file(self):
        ours = self.make_noted_process("etcd")
        harmless = {"BASH_FUNC_kill%%": "() { :; }"}  # as of a process that the kernel holds
        ended = self.run_it("down", env=harmless)
        self.assert_fails(ended, 4, "could not remove", f"process {ours.pid}, etcd")
        self.assertNotIn("the testbed is down", ended.stderr)
        self.assertEqual(self.status()["processes"][0]["alive"], True)
        self.assertEqual(self.run_it("down").returncode, 0)
        self.assertEqual(ours.wait(timeout=10), -9)

    def test_one_that_did_not_come_up_to_the_end_is_half_dead_though_all_live(self):
        self.make_process("etcd", [f"{self.state}/etcd", "100"])
        found = self.status()
        self.assertEqual((found["state"], found["processes"][0]["alive"]), ("half-dead", True))

    def make_cache(self, script):
        """A cache whose `wavekube kubectl` is this shell script."""
        cache = self.folder + "/cache"
        os.makedirs(cache + "/bin", exist_ok=True)
        self.write(cache + "/bin/wavekube", "#!/bin/sh\n" + script)
        os.chmod(cache + "/bin/wavekube", 0o755)
        return cache

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_up_is_what_lives_and_answers_and_the_binaries_are_those_it_came_up_with(self):
        self.make_noted_process("kube-apiserver")
        self.write(self.state + "/up", "")
        cache = self.make_cache("echo n1 True")
        self.write(self.state + "/wavetank-testbed", cache + "/bin\n")
        for env in ({}, {"HOME": "/nonexistent"}):
            ended = self.run_it("status", "--json", env=env)
            self.assertEqual(ended.returncode, 0, ended)
            found = json.loads(ended.stdout)
            self.assertEqual((found["state"], found["why"], found["nodes"]),
                             ("up", "", [{"name": "n1", "ready": True}]))
            self.assertIn(cache + "/bin/wavekube kubectl", self.run_it("status", env=env).stdout)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_one_whose_api_server_does_not_answer_is_half_dead_and_that_is_said(self):
        self.make_noted_process("kube-apiserver")
        self.write(self.state + "/up", "")
        for script in ("exec sleep 100", "exit 1"):
            env = {"WAVETANK_TESTBED_CACHE": self.make_cache(script)}
            found = self.status(**env)
            self.assertEqual((found["state"], found["why"]),
                             ("half-dead", "kube-apiserver does not answer in 5 s"))
        self.assertIn("why       kube-apiserver does not", self.run_it("status", env=env).stdout)
        self.assert_fails(self.run_it("kubeconfig", env=env), 4, "no testbed is up")

    def test_while_up_or_down_is_at_work_nothing_else_begins(self):
        os.mkdir(self.state)
        folder = os.open(self.state, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.assertEqual(self.status()["state"], "changing")
        self.assert_fails(self.run_it("down"), 4, "at work")
        if os.geteuid() == 0:
            self.assert_fails(self.run_it("up"), 4, "at work")

    def test_a_folder_that_is_no_testbed_s_is_left_as_it_is(self):
        os.mkdir(self.state)
        self.write(self.state + "/thesis", "years")
        for words in (["down"], ["up"]) if os.geteuid() == 0 else (["down"],):
            ended = self.run_it(*words)
            self.assert_fails(ended, 4, self.state, "WAVETANK_TESTBED_STATE has to name")
            self.assertEqual(os.listdir(self.state), ["thesis"])

    def test_one_of_its_folders_names_in_a_folder_is_no_mark(self):
        for names in (["pids"], ["pki"], ["log", "etcd"]):
            for name in names:
                os.makedirs(f"{self.state}/{name}")
            self.assert_fails(self.run_it("down"), 4, self.state)
            self.assertEqual(sorted(os.listdir(self.state)), sorted(names))
            shutil.rmtree(self.state)

    def test_root_a_home_and_a_relative_path_are_no_state_folder(self):
        link = self.folder + "/link"
        os.symlink(self.folder, link)
        self.write(self.folder + "/wavetank-testbed", "")  # even so
        for state, said in (("/", "that is / itself"), ("/var/..", "that is / itself"),
                            (self.folder, "that is " + self.folder), (link, "that is"),
                            ("state", "depends on where one stands")):
            for words in (["down"], ["up"]) if os.geteuid() == 0 else (["down"],):
                ended = self.run_it(*words, env={"WAVETANK_TESTBED_STATE": state}, cwd="/")
                self.assert_fails(ended, 4, said, "name a folder of its own")
        self.assertEqual(sorted(os.listdir(self.folder)), ["link", "wavetank-testbed"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_empty_folders_and_those_of_testbeds_without_a_mark_are_removed(self):
        for names in ([], ["pids", "pki"], ["etcd", "log", "netem", "sysctls"]):
            for name in names or [""]:
                os.makedirs(f"{self.state}/{name}")
            self.assertEqual(self.run_it("down").returncode, 0)
            self.assertEqual(os.listdir(self.folder), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_down_ends_what_is_left_and_nothing_else(self):
        ours = self.make_process("etcd", [f"{self.state}/etcd", "100"])
        stranger = self.make_process("kube-apiserver", ["sleep", "100"])
        ended = self.run_it("down")
        self.assertEqual(ended.returncode, 0, ended)
        self.assertIn("half-dead", ended.stderr)
        self.assertEqual(ours.wait(), -9)
        self.assertIsNone(stranger.poll())
        self.assertEqual(os.listdir(self.folder), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be nobody")
    def test_without_root_it_says_how_and_makes_nothing(self):
        try:
            ended = self.run_it("up", user=NOBODY)
        except PermissionError:
            self.skipTest("nobody cannot reach this tree")
        self.assert_fails(ended, 4, "needs root", "sudo")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_go_that_is_too_old_is_named_with_the_remedy(self):
        old = self.folder + "/go"
        with open(old, "w") as file:
            file.write("#!/bin/sh\necho go1.19.8\n")
        os.chmod(old, 0o755)
        ended = self.run_it("build", env={"GO": old})
        self.assertEqual(ended.returncode, 4, ended)
        self.assertIn("go1.19.8", ended.stderr)
        self.assertIn("needs Go 1.25 or newer", ended.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
