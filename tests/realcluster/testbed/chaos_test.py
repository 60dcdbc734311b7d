# SPDX-License-Identifier: Apache-2.0
"""Chaos Mesh on a testbed: each kind is injected, felt from a pod, and gone after its deletion.

usage: chaos_test.py WAVETANK_REAL
"""
import json
import os
import subprocess
import sys
import time
import unittest

from a_testbed import ATestbed

BINARY = sys.argv.pop(1)
HERE = os.path.dirname(os.path.abspath(__file__))


class Chaos(ATestbed, unittest.TestCase):
    binary = BINARY

    @classmethod
    def setUpClass(cls):
        start = time.monotonic()
        cls.up("--chaos-daemon")
        print(f"up with Chaos Mesh and its daemons: {time.monotonic() - start:.1f} s", flush=True)
        print(f"resident {cls.state['rss_mib']} MiB", flush=True)
        cls.say("create", "-f", HERE + "/web.yaml")
        cls.say("rollout", "status", "deployment/web", "--timeout=60s")
        cls.say("run", "client", "--image=wavetank.local/app:1", "--image-pull-policy=Never")
        cls.say("wait", "--for=condition=Ready", "pod/client", "--timeout=60s")

    def setUp(self):
        self.say("rollout", "status", "deployment/web", "--timeout=60s")
        pods = json.loads(self.say("get", "pods", "-l", "app=web", "-o", "json"))["items"]
        pod = min((p for p in pods if "deletionTimestamp" not in p["metadata"]),
                  key=lambda p: p["metadata"]["name"])
        self.pod, self.address = pod["metadata"]["name"], pod["status"]["podIP"]

    def eventually(self, seconds, ask):
        until = time.monotonic() + seconds
        while not ask():
            self.assertLess(time.monotonic(), until, "does not come true")
            time.sleep(0.2)

    def inject(self, kind, spec):
        """Draws of Chaos Mesh are not seeded, so the pod is named."""
        selector = f"mode: all, selector: {{pods: {{default: [{self.pod}]}}}}"
        self.say("create", "-f", "-", text=f"apiVersion: chaos-mesh.org/v1alpha1\nkind: {kind}\n"
                 f"metadata: {{name: one}}\nspec: {{{selector}, {spec}}}\n")
        path = 'jsonpath={.status.conditions[?(@.type=="AllInjected")].status}'
        self.eventually(20, lambda: self.say("get", kind, "one", "-o", path) == "True")

    def recover(self, kind):
        self.say("delete", kind, "one", "--timeout=30s")

    def milliseconds(self):
        """A request to the pod; None if it is not answered."""
        ended = self.kubectl("exec", "client", "--", "/testbed-app", "time",
                             f"http://{self.address}:8080/")
        return float(ended.stdout) if ended.returncode == 0 else None

    def test_pod_kill(self):
        self.inject("PodChaos", "action: pod-kill, gracePeriod: 0")
        self.eventually(10, lambda: self.kubectl("get", "pod", self.pod).returncode != 0)
        self.recover("PodChaos")

    def test_pod_failure(self):
        self.inject("PodChaos", "action: pod-failure, duration: 60s")
        self.eventually(20, lambda: self.milliseconds() is None)
        self.recover("PodChaos")
        self.eventually(30, lambda: self.milliseconds() is not None)

    def test_container_kill(self):
        self.inject("PodChaos", "action: container-kill, containerNames: [app]")
        path = "jsonpath={.status.containerStatuses[0].restartCount}"
        self.eventually(20, lambda: self.say("get", "pod", self.pod, "-o", path) == "1")
        self.recover("PodChaos")

    def test_network_delay(self):
        self.assertLess(self.milliseconds(), 50)
        self.inject("NetworkChaos", "action: delay, delay: {latency: 50ms}, duration: 60s")
        self.assertGreaterEqual(self.milliseconds(), 95)  # two packets on the way out
        self.recover("NetworkChaos")
        self.eventually(10, lambda: self.milliseconds() < 50)

    def test_network_partition(self):
        self.inject("NetworkChaos", "action: partition, direction: both, duration: 60s")
        self.assertIsNone(self.milliseconds())
        self.recover("NetworkChaos")
        self.eventually(10, lambda: self.milliseconds() is not None)

    def test_memory_stress_ends_in_an_oom_kill(self):
        self.inject("StressChaos", "stressors: {memory: {workers: 1, size: 200MB}}, duration: 60s")
        path = "jsonpath={.status.containerStatuses[0].lastState.terminated.reason}"
        self.eventually(30, lambda: self.say("get", "pod", self.pod, "-o", path) == "OOMKilled")
        self.recover("StressChaos")


if __name__ == "__main__":
    unittest.main(verbosity=2)
