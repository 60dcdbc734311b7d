#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An episode on the testbed from end to end: images, load, fault, repair, verdict; and a run that
is killed in the middle of its fault leaves nothing after `real cleanup`. The last one makes a
stranger's cluster of the testbed: nobody says that it is one, and the command runs on a node.

usage: testbed_episode_test.py WAVETANK_REAL SOURCE_DIR
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../testbed"))
from a_testbed import ATestbed  # noqa: E402

BINARY, ROOT = os.path.abspath(sys.argv.pop(1)), sys.argv.pop(1)
SCENARIO = "testbed/hotel-bad-image"
APP = "hotel"  # its namespace
KINDS = "deployments,statefulsets,pods,services,configmaps,secrets,persistentvolumeclaims"


class Episode(ATestbed, unittest.TestCase):
    binary = BINARY

    @classmethod
    def setUpClass(cls):
        cls.up("--local", "--chaos")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        made = cls.real("images", "--scenario", SCENARIO, "--out", cls.folder + "/images.tar")
        archives = made.stdout.split()
        if made.returncode != 0 or len(archives) != 2:
            raise AssertionError(made)
        loaded = cls.call_testbed("load", *archives)
        if loaded.returncode != 0:
            raise AssertionError(loaded.stderr)
        cls.before = cls.objects()

    @classmethod
    def words(cls, *words):
        return [BINARY, "real", *words]

    @classmethod
    def real(cls, *words):
        return subprocess.run(cls.words(*words), capture_output=True, text=True, cwd=ROOT,
                              stdin=subprocess.DEVNULL, timeout=900, check=False)

    @classmethod
    def objects(cls):
        """What there is in all namespaces, without what the system makes by itself."""
        names = cls.say("get", KINDS + ",namespaces", "-A", "-o", "name").split()
        return sorted(name for name in names if not name.startswith("pod/"))

    def play(self, *words):
        return ("play", "--scenario", SCENARIO, "--agent", "rule", "--seed", "7", "--inventory",
                self.folder + "/inventory.jsonl", *words)

    def image(self):
        said = self.kubectl("get", "deployment", "recommendation", "-n", APP, "-o",
                            "jsonpath={.spec.template.spec.containers[0].image}")
        return said.stdout if said.returncode == 0 else ""

    def test_1_the_agent_solves_it_and_the_app_is_gone_afterwards(self):
        start = time.monotonic()
        ended = self.real(*self.play("--json"))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        said = json.loads(ended.stdout)
        print(f"verdict {said['verdict']} after {time.monotonic() - start:.0f} s", flush=True)
        self.assertEqual(said["verdict"], 1)
        self.assertTrue(said["parts"]["cause_gone"])
        self.assertEqual(self.objects(), self.before)

    def test_2_what_a_killed_run_leaves_is_cleaned_up(self):
        with open(self.folder + "/killed.log", "w", encoding="utf-8") as log:
            run = subprocess.Popen(self.words(*self.play()), stdout=log, stderr=log, cwd=ROOT,
                                   stdin=subprocess.DEVNULL)
            self.addCleanup(run.wait)
            self.addCleanup(run.kill)
            healthy, deadline = "", time.monotonic() + 420
            while time.monotonic() < deadline and run.poll() is None:
                now = self.image()
                if healthy and now and now != healthy:
                    break  # the fault is in
                healthy = healthy or now
                time.sleep(1)
            self.assertIsNone(run.poll(), "it ended before its fault")
            self.assertNotEqual(self.image(), healthy)
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.assertNotEqual(self.objects(), self.before)
        cleaned = self.real("cleanup", "--inventory", self.folder + "/inventory.jsonl")
        self.assertEqual(cleaned.returncode, 0, cleaned.stderr)
        self.assertEqual(self.objects(), self.before)
        self.assertNotEqual(self.kubectl("get", "namespace", APP).returncode, 0)

    def test_3_a_cluster_of_somebody_else_is_played_on_when_it_is_said_to_be_ones_own(self):
        mark = ("configmap", "wavetank-testbed", "-n", "kube-system")
        self.say("delete", *mark)
        self.addCleanup(self.say, "create", *mark)
        before = self.objects()
        kubeconfig = self.folder + "/somebody.kubeconfig"
        shutil.copy(self.state["kubeconfig"], kubeconfig)

        def on_a_node(*words):
            call = ["nsenter", "--net=/run/netns/wt-n1", *self.words(*words)]
            return subprocess.run(call, capture_output=True, text=True, cwd=ROOT, timeout=900,
                                  stdin=subprocess.DEVNULL, check=False,
                                  env=dict(os.environ, WAVETANK_TESTBED_STATE=self.folder))

        theirs = self.play("--kubeconfig", kubeconfig, "--json")
        refused = on_a_node(*theirs)
        self.assertEqual(refused.returncode, 4, refused)
        self.assertIn("--i-own-this-cluster --namespace NAME", refused.stderr)
        self.assertEqual(self.objects(), before)

        trial = "wavetank-trial"
        ended = on_a_node(*theirs, "--i-own-this-cluster", "--namespace", trial)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        said = json.loads(ended.stdout)
        print(f"verdict {said['verdict']} in namespace {trial}", flush=True)
        self.assertEqual(said["verdict"], 1)
        self.assertEqual(self.objects(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
