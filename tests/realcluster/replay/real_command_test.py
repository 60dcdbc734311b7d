# SPDX-License-Identifier: Apache-2.0
"""What `wavetank real` says without a cluster.

usage: real_command_test.py WAVETANK_REAL SOURCE_DIR
"""
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import unittest

from api_stand_in import MARK, ApiStandIn

BINARY, ROOT = sys.argv.pop(1), sys.argv.pop(1)


def real(*words, cwd=ROOT, **env):
    return subprocess.run([BINARY, "real", *words], capture_output=True, text=True, cwd=cwd,
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
                      ["play", "testbed/hotel-nothing"], ["cleanup", "testbed/hotel-oom"],
                      ["play", "testbed/hotel-oom", "--scenario", "testbed/hotel-bad-image"]):
            said = real(*words, WAVETANK_TESTBED_STATE=self.folder.name)
            self.assertIn(said.returncode, (2, 3), f"{words}: {said.stderr}")
            self.assertEqual(said.stderr.count("error"), 1, said.stderr)

    def test_a_kubeconfig_that_does_not_read_is_an_environment_error(self):
        broken = os.path.join(self.folder.name, "broken")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("a: [\n")
        for config in ("/nowhere/config", broken):
            said = real("play", "--kubeconfig", config, "--inventory", self.inventory)
            self.assertEqual(said.returncode, 4, said.stderr)
            self.assertIn(config, said.stderr)

    def test_cleanup_looks_in_the_same_file_from_every_folder_and_says_what_it_did(self):
        env = {"WAVETANK_ROOT": self.folder.name}
        os.makedirs(os.path.join(self.folder.name, "cmake"))
        with open(os.path.join(self.folder.name, "cmake", "packages.txt"), "w"):
            pass
        file = os.path.join(self.folder.name, "runs", "real", "inventory.jsonl")
        for folder in (ROOT, "/"):
            said = real("cleanup", cwd=folder, **env)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertEqual(said.stdout, f"nothing to clean in {file}\n")
        os.makedirs(os.path.dirname(file))
        api = self.api()
        api.objects["/api/v1/namespaces/a"] = {"metadata": {"name": "a", "uid": "7"}}
        with open(file, "w", encoding="utf-8") as out:
            out.write('{"what":"created","path":"/api/v1/namespaces/a","uid":"7"}\n')
        said = real("cleanup", "--kubeconfig", self.config, cwd="/", **env)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(said.stdout, f"1 objects of {file} taken away or put back\n")
        self.assertIn(f"warning: {file} does not say which cluster", said.stderr)
        self.assertEqual(list(api.objects), [MARK])

    def api(self, **how):
        api = ApiStandIn(**how)
        self.addCleanup(api.close)
        self.config = api.kubeconfig(os.path.join(self.folder.name, "config"))
        return api

    def cleaned(self, written):
        """`real cleanup` of an inventory that says that."""
        os.makedirs(os.path.dirname(self.inventory), exist_ok=True)
        with open(self.inventory, "w", encoding="utf-8") as out:
            out.write(written)
        return real("cleanup", "--kubeconfig", self.config, "--inventory", self.inventory)

    def written(self):
        with open(self.inventory, encoding="utf-8") as text:
            return text.read()

    def test_what_is_left_on_another_cluster_is_no_business_of_this_one(self):
        before = json.dumps({"kind": "ConfigMap", "apiVersion": "v1",
                             "metadata": {"name": "c", "namespace": "b", "uid": "8"}})
        entries = ('{"what":"created","path":"/api/v1/namespaces/a","uid":"7"}\n' +
                   json.dumps({"what": "changed", "path": "/api/v1/namespaces/b/configmaps/c",
                               "before": before}) + "\n")
        for uid, of in (("u-2", '"uid":"u-1",'), (None, '"uid":"u-1",'), ("u-2", ""),
                        (None, "")):
            api = self.api(uid=uid)
            text = '{"what":"cluster",' + of + '"server":"https://left:6443"}\n' + entries
            said = self.cleaned(text)
            self.assertEqual(said.returncode, 4, said.stderr)
            for word in ("https://left:6443", f"127.0.0.1:{api.server.server_port}",
                         uid or "not readable", self.inventory):
                self.assertIn(word, said.stderr)
            self.assertEqual((api.writes, self.written()), ([], text))
            played = real("play", "--kubeconfig", self.config, "--inventory", self.inventory)
            self.assertEqual(played.returncode, 4, played.stderr)
            self.assertIn("https://left:6443", played.stderr)
            self.assertEqual((api.writes, self.written()), ([], text))

    def test_the_same_cluster_is_known_by_another_address(self):
        api = self.api()
        api.objects["/api/v1/namespaces/a"] = {"metadata": {"name": "a", "uid": "7"}}
        said = self.cleaned('{"what":"cluster","uid":"u-1","server":"https://left:6443"}\n'
                            '{"what":"created","path":"/api/v1/namespaces/a","uid":"7"}\n')
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertNotIn("warning", said.stderr)
        self.assertEqual(list(api.objects), [MARK])

    def test_what_is_wrong_with_the_words_is_said_before_anything_is_created(self):
        api = self.api()
        late = '[{"verb":"wait","at_s":9e6}]'
        for words in (["--agent", "nobody"], ["--actions", '[{"verb":"nothing"}]'],
                      ["--actions", late]):
            said = real("play", *words, "--kubeconfig", self.config, "--inventory",
                        self.inventory)
            self.assertEqual(said.returncode, 2, f"{words}: {said.stderr}")
        self.assertEqual(api.writes, [])

    def test_what_these_credentials_may_not_is_said_and_is_exit_4(self):
        own = ["--i-own-this-cluster", "--namespace", "mine"]
        for verb, method, path, said_is in (
                ("create", "POST", "/api/v1/namespaces", "create namespaces"),
                ("get", "GET", "/api/v1/namespaces/mine", "get namespaces"),
                ("create", "POST", "/apis/apps/v1/namespaces/mine/deployments",
                 "create deployments in namespace mine")):
            self.api(uid=None, forbids=lambda m, p, at=(method, path): (m, p) == at or p == MARK)
            said = real("play", "testbed/hotel-oom", *own, "--kubeconfig", self.config,
                        "--inventory", self.inventory)
            self.assertEqual(said.returncode, 4, said.stderr)
            self.assertIn(f"may not {said_is}", said.stderr, verb)

    def test_a_word_that_names_no_namespace_is_a_usage_error(self):
        for word in ("Bad_Name", "kube-mine"):
            said = real("play", "--i-own-this-cluster", "--namespace", word)
            self.assertEqual(said.returncode, 2, said.stderr)
            self.assertIn("--namespace", said.stderr)

    def test_refused_credentials_are_told_with_their_file(self):
        self.api(status=401)
        said = real("play", "--kubeconfig", self.config, "--inventory", self.inventory)
        self.assertEqual(said.returncode, 4, said.stderr)
        self.assertIn(self.config, said.stderr)
        self.assertIn("credentials", said.stderr)

    def test_an_interrupt_while_applying_is_130_and_leaves_nothing(self):
        api = self.api()
        run = subprocess.Popen([BINARY, "real", "play", "testbed/hotel-oom", "--kubeconfig",
                                self.config, "--inventory", self.inventory], cwd=ROOT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        self.assertTrue(api.posted.wait(60))
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=100)
        self.assertEqual(run.returncode, 130, said)
        self.assertEqual(list(api.objects), [MARK])
        self.assertEqual(json.loads(self.written().split("\n")[0]),
                         {"what": "cluster", "uid": "u-1",
                          "server": f"http://127.0.0.1:{api.server.server_port}"})

    def test_what_an_earlier_run_left_comes_with_the_command_that_takes_it_away(self):
        self.api()
        os.makedirs(os.path.dirname(self.inventory))
        with open(self.inventory, "w", encoding="utf-8") as out:
            out.write('{"what":"created","path":"/api/v1/namespaces/a","uid":"7"}\n')
        given = ["--kubeconfig", self.config, "--context", "a", "--inventory", self.inventory]
        said = real("play", *given)
        self.assertEqual(said.returncode, 4, said.stderr)
        self.assertIn("`wavetank real cleanup " + " ".join(given) + "`", said.stderr)

    def test_samples_without_an_experiment_make_no_profile(self):
        samples = os.path.join(self.folder.name, "empty.samples.jsonl")
        out = os.path.join(self.folder.name, "profile.yaml")
        for more in ("", '{"experiment":"none","run":1,"at_ms":{"a":1}}\n'):
            with open(samples, "w", encoding="utf-8") as file:
                file.write('{"about":{"date":"today"}}\n' + more)
            said = real("calibrate", "--from", samples, "--out", out)
            self.assertEqual(said.returncode, 3, said.stderr)
            self.assertIn(samples, said.stderr)
            self.assertFalse(os.path.exists(out))

    def test_a_replayed_trace_names_the_command_that_replays_it(self):
        folder = os.path.join(ROOT, "realcluster", "traces")
        traces = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl.gz"))
        path = os.path.join(folder, traces[0])
        said = real("replay", "--trace", path, "--json")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(json.loads(said.stdout)["replay"],
                         f"wavetank real replay --trace {path}")

    def test_images_hold_what_the_app_and_its_faults_run(self):
        out = os.path.join(self.folder.name, "images.tar")
        said = real("images", "testbed/hotel-pod-kill", "--out", out)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(said.stdout.split(), [out, out[:-len(".tar")] + ".rogues.tar"])
        for archive in said.stdout.split():
            with tarfile.open(archive) as files:
                self.assertIn("index.json", files.getnames())


if __name__ == "__main__":
    unittest.main(verbosity=2)
