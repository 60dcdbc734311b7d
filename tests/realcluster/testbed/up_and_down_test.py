# SPDX-License-Identifier: Apache-2.0
"""A testbed comes up, works, goes down; the machine is then as it was before.

usage: up_and_down_test.py WAVETANK_REAL [TEST...]
Exit code 77: not run (no root, binaries not built, another testbed is up).
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

BINARY = sys.argv.pop(1)
HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
UP_SECONDS = 30
MEMORY_MIB = 2560
FOLDERS = ("/", "/run", "/run/netns", "/var/lib", "/var/log", "/var/lib/cni", "/var/lib/kubelet")
SYSCTLS = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops")


def testbed(*words, **env):
    return subprocess.run([BINARY, "testbed", *words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300, env={**os.environ, **env})


def status():
    return json.loads(testbed("status", "--json").stdout)


def output(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def processes():
    """Command lines of what a testbed starts; everything else on the machine may come and go."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if any(part in words[0] for part in (b"wavekube", b"containerd", b"testbed-app", b"runc")):
            found.append(b" ".join(words).decode())
    return found


def listing():
    """What of this machine a testbed touches, by name."""
    return {
        "processes": processes(),
        "network namespaces": output("lsns", "-rno", "NS", "-t", "net"),
        "mounts": output("findmnt", "-rno", "TARGET,FSTYPE"),
        "links": output("ip", "-br", "link", "show"),
        "routes": output("ip", "route", "show", "table", "all"),
        "rules": [re.sub(r" \[\d+:\d+\]$", "", line)  # packets and bytes so far
                  for line in output("iptables-save") if not line.startswith("#")],
        "cgroups": [folder for folder, _, _ in os.walk("/sys/fs/cgroup")
                    if re.search(r"/wt-n\d|kubepods|k8s\.io|containerd", folder)],
        "folders": [f"{top}/{name}" for top in FOLDERS if os.path.isdir(top)
                    for name in os.listdir(top)],
        "sysctls": [f"{name} {pathlib.Path('/proc/sys/' + name).read_text()}" for name in SYSCTLS],
    }


class UpAndDown(unittest.TestCase):
    def setUp(self):
        testbed("down")  # logs of an `up` that failed
        self.before = listing()
        self.addCleanup(testbed, "down")

    def up(self, *words):
        start = time.monotonic()
        ended = testbed("up", "--local", *words)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.kubeconfig = ended.stdout.strip()
        return time.monotonic() - start, ended.stderr

    def kubectl(self, *words):
        wavekube = status()["cache_folder"] + "/bin/wavekube"
        return subprocess.run([wavekube, "kubectl", "--kubeconfig", self.kubeconfig, *words],
                              capture_output=True, text=True, timeout=120)

    def says(self, *words):
        ended = self.kubectl(*words)
        self.assertEqual(ended.returncode, 0, ended)
        return ended.stdout

    def eventually(self, seconds, ask):
        """What takes a moment in a real cluster: rules of kube-proxy, the first usage."""
        until = time.monotonic() + seconds
        while not ask():
            self.assertLess(time.monotonic(), until, "does not come true")
            time.sleep(0.5)

    def assert_as_before(self):
        after = {}
        for _ in range(20):  # the kernel removes a namespace some time after its last user
            after = listing()
            if {k: sorted(v) for k, v in after.items()} == \
                    {k: sorted(v) for k, v in self.before.items()}:
                return
            time.sleep(0.5)
        for kind, names in after.items():
            self.assertEqual(sorted(names), sorted(self.before[kind]), kind)

    def test_up_and_down_leave_nothing(self):
        took, _ = self.up()
        found = status()
        self.assertEqual((found["state"], found["nodes"]), ("up", [
            {"name": "n1", "ready": True}, {"name": "n2", "ready": True}]))
        self.assertEqual(testbed("kubeconfig").stdout.strip(), self.kubeconfig)
        again = testbed("up")
        self.assertEqual((again.returncode, again.stdout), (4, ""), again)
        self.assertIn("testbed down", again.stderr)
        self.check_that_it_works()
        found = status()
        start = time.monotonic()
        ended = testbed("down")
        down = time.monotonic() - start
        self.assertEqual((ended.returncode, ended.stdout), (0, ""), ended)
        self.assert_as_before()
        print(f"up {took:.1f} s, down {down:.1f} s, resident {found['rss_mib']} MiB with three "
              f"pods, {len(found['processes'])} processes", flush=True)
        self.assertLessEqual(took, UP_SECONDS)
        self.assertLessEqual(found["rss_mib"], MEMORY_MIB)

    def check_that_it_works(self):
        self.assertIn('"gitVersion": "v1.35.', self.says("version", "-o", "json"))
        loaded = testbed("load", status()["cache_folder"] + "/bin/image-app.tar")
        self.assertEqual([line[:3] for line in loaded.stdout.splitlines()], ["n1:", "n2:"], loaded)
        self.assertEqual(testbed("load", __file__).returncode, 4)
        self.says("create", "-f", HERE + "/web.yaml")
        self.says("rollout", "status", "deployment/web", "--timeout=60s")
        self.assertIn("serving on :8080", self.says("logs", "deployment/web"))
        inside = ("exec", "deployment/web", "--", "/testbed-app")
        for name in ("http://web/", "http://web.default.svc.cluster.local/"):
            self.eventually(10, lambda: "web-" in self.kubectl(*inside, "get", name).stdout)
        pods = self.says("get", "pods", "-l", "app=web", "-o",
                         "jsonpath={.items[*].status.podIP}").split()
        self.assertEqual(sorted(self.says(*inside, "lookup", "web-pods").split()), sorted(pods))
        self.assertEqual(self.says(*inside, "lookup", "kubernetes.default").split(), ["10.96.0.1"])
        self.assertIn("no such host", self.kubectl(*inside, "lookup", "nothing.default").stderr)
        self.eventually(60, lambda: self.kubectl("top", "pods", "-l", "app=web").stdout.count(
            "Mi") == 3)
        self.assertEqual(self.says("top", "nodes").count("%"), 6)  # two in the heading

    def test_half_dead_is_cleaned(self):
        self.up("--nodes", "1")
        killed = {row["name"]: row["pid"] for row in status()["processes"]}
        for name in ("n1-containerd", "n1-kubelet", "kube-apiserver"):
            os.kill(killed[name], signal.SIGKILL)
        self.eventually(10, lambda: status()["state"] == "half-dead")
        _, said = self.up("--nodes", "1")
        self.assertIn("half-dead", said)
        self.assertEqual(status()["nodes"], [{"name": "n1", "ready": True}])
        self.assertEqual(testbed("down").returncode, 0)
        self.assert_as_before()

    def test_hung_api_server_is_half_dead_and_another_home_takes_it_down(self):
        self.up("--nodes", "1")
        server = {row["name"]: row["pid"] for row in status()["processes"]}["kube-apiserver"]
        os.kill(server, signal.SIGSTOP)
        ended = testbed("status", "--json")
        os.kill(server, signal.SIGCONT)
        found = json.loads(ended.stdout)
        self.assertEqual((ended.returncode, found["state"], found["why"]),
                         (4, "half-dead", "kube-apiserver does not answer in 5 s"))
        self.eventually(10, lambda: status()["state"] == "up")
        elsewhere = {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}
        found = json.loads(testbed("status", "--json", **elsewhere).stdout)
        self.assertEqual((found["state"], found["nodes"]),
                         ("up", [{"name": "n1", "ready": True}]))
        self.assertEqual(testbed("down", **elsewhere).returncode, 0)
        self.assert_as_before()

    def test_failed_up_leaves_nothing(self):
        with socket.create_server(("127.0.0.1", 12379)):
            ended = testbed("up")
        self.assertEqual(ended.returncode, 4, ended)
        self.assertIn("port 12379 is in use", ended.stderr)
        self.assert_as_before()
        ended = testbed("up", WAVETANK_TESTBED_APISERVER_ARGS="--no-such-flag")
        self.assertEqual((ended.returncode, ended.stdout), (4, ""), ended)
        self.assertIn("no-such-flag", ended.stderr)
        self.assertIn("the logs stay in", ended.stderr)
        self.assertNotIn("Killed", ended.stderr)
        self.assertEqual(status()["state"], "down")
        self.assertEqual(testbed("down").returncode, 0)  # the logs
        self.assert_as_before()

    def test_interrupted_up_leaves_nothing(self):
        for seconds in (0.5, 4):
            started = subprocess.Popen([BINARY, "testbed", "up"], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, start_new_session=True)
            time.sleep(seconds)
            os.killpg(started.pid, signal.SIGINT)
            _, said = started.communicate(timeout=60)
            self.assertEqual(started.returncode, 130, said)
            self.assertEqual(status()["state"], "down")
            self.assert_as_before()


def why_not():
    if os.geteuid() != 0:
        return "needs root"
    missing = [tool for tool in ("ip", "iptables-save", "containerd", "runc", "conntrack")
               if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} missing: wavetank testbed build"
    found = status()
    if found["state"] != "down":
        return f"a testbed is {found['state']} here: wavetank testbed down"
    if not found["binaries_cached"]:
        return "its binaries are not built: wavetank testbed build (minutes, the first time)"
    other = testbed("status").stderr
    return other.strip() if "another state folder" in other else None


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print("skipped:", reason)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
