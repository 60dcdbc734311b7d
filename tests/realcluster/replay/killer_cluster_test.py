#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rogue of repeated-pod-kill on a testbed: it kills pods by PodChaos, or by itself where there
is no Chaos Mesh, and no longer once its Deployment is scaled down.

usage: killer_cluster_test.py WAVETANK_REAL WRITE_IMAGES WAVETANK_KILLER PRINT_KILLER_OBJECTS
       Plain | Chaos
Exit code 77: not run (no root, binaries not built, another testbed is up).
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TESTBED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../testbed")
sys.path.insert(0, TESTBED)
from a_testbed import ATestbed  # noqa: E402

BINARY, WRITE, KILLER, OBJECTS = sys.argv[1:5]
WEB = TESTBED + "/web.yaml"
IMAGE = "registry.internal/tools/pod-recycler:1.4.2"
ROGUE = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "pod-recycler"},
         "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "pod-recycler"}},
                  "template": {"metadata": {"labels": {"app": "pod-recycler"}}, "spec": {
                      "containers": [{"name": "recycler", "image": IMAGE, "args": ["--every=30s"],
                                      "resources": {"limits": {"cpu": "100m",
                                                               "memory": "64Mi"}}}]}}}}


class Rogue(ATestbed):
    binary = BINARY
    flags = []

    @classmethod
    def setUpClass(cls):
        cls.up(*cls.flags)
        with tempfile.TemporaryDirectory() as folder:
            archive = folder + "/killer.tar"
            subprocess.run([WRITE, "killer=" + IMAGE, KILLER, archive], check=True)
            ended = cls.call_testbed("load", archive)
            if ended.returncode != 0:
                raise AssertionError(ended.stderr)
        cls.say("create", "-f", WEB)
        cls.say("rollout", "status", "deployment/web", "--timeout=60s")
        objects = subprocess.run([OBJECTS, "default", "pod-recycler", "app=web", "3"], check=True,
                                 capture_output=True, text=True).stdout
        for text in objects.splitlines():
            cls.say("create", "-f", "-", text=text)
        cls.started = time.time()
        cls.say("create", "-f", "-", text=json.dumps(ROGUE))
        cls.say("rollout", "status", "deployment/pod-recycler", "--timeout=60s")

    def killed(self):
        log = self.say("logs", "deployment/pod-recycler")
        return re.findall(r"^INFO deleted pod (\S+)$", log, re.M)

    def pods(self):
        return set(self.say("get", "pods", "-l", "app=web", "-o", "name").split())

    def living(self):
        """The pods that nobody deleted: the last one killed may still be ending."""
        items = json.loads(self.say("get", "pods", "-l", "app=web", "-o", "json"))["items"]
        return {item["metadata"]["name"] for item in items
                if "deletionTimestamp" not in item["metadata"]}

    def test_it_kills_until_its_deployment_is_stopped(self):
        first = self.pods()
        time.sleep(25)
        print(self.say("logs", "deployment/pod-recycler"), flush=True)
        killed = self.killed()
        # A kill every three seconds in the mean, each at most four after the last.
        self.assertGreaterEqual(len(killed), 5)
        self.assertLessEqual(len(killed), 13)
        time.sleep(6)
        self.assertFalse({"pod/" + name for name in killed} & self.pods())
        self.assertTrue(first - self.pods())
        events = self.say("get", "events", "-o", "json")
        kills = [e for e in json.loads(events)["items"] if e["reason"] == "Killing"]
        self.assertGreaterEqual(len(kills), len(killed) - 1)
        self.chaos_is_as_expected(self.killed())
        self.say("scale", "deployment/pod-recycler", "--replicas=0")
        self.say("wait", "--for=delete", "pod", "-l", "app=pod-recycler", "--timeout=60s")
        self.say("rollout", "status", "deployment/web", "--timeout=60s")
        before = self.living()
        self.assertEqual(len(before), 3)
        time.sleep(9)
        self.assertEqual(before, self.living())


class Plain(Rogue, unittest.TestCase):
    def chaos_is_as_expected(self, killed):
        self.assertNotEqual(self.kubectl("get", "podchaos", "-A").returncode, 0)


class Chaos(Rogue, unittest.TestCase):
    flags = ["--chaos"]

    def chaos_is_as_expected(self, killed):
        items = json.loads(self.say("get", "podchaos", "-n", "wavetank-chaos", "-o",
                                    "json"))["items"]
        pinned = {item["spec"]["selector"]["pods"]["default"][0] for item in items}
        self.assertLessEqual(set(killed), pinned)
        self.assertEqual(self.say("get", "podchaos", "-n", "default", "-o", "name"), "")
        injected = [c for item in items for c in item.get("status", {}).get("conditions", [])
                    if c["type"] == "AllInjected" and c["status"] == "True"]
        self.assertGreaterEqual(len(injected), len(killed) - 1)


def why_not(way):
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("containerd") is None:
        return "containerd missing: wavetank testbed build"
    found = json.loads(Rogue.call_testbed("status", "--json").stdout)
    if found["state"] != "down":
        return f"a testbed is {found['state']} here: wavetank testbed down takes it away"
    build = "wavetank testbed build" + (" --chaos" if way == "Chaos" else "")
    chaos = os.path.exists(found["cache_folder"] + "/bin/chaos-controller-manager")
    if not found["binaries_cached"] or (way == "Chaos" and not chaos):
        return f"its binaries are not built: {build} (minutes, the first time)"
    other = Rogue.call_testbed("status").stderr
    return other.strip() if "another state folder" in other else None


if __name__ == "__main__":
    reason = why_not(sys.argv[5])
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], sys.argv[5]], verbosity=2)
