# SPDX-License-Identifier: Apache-2.0
"""Manifests that are not in the repository, through the commands a user types: they load, stay
flat without a fault, and show a fault's symptom after its time and not before.

usage: own_app_test.py BINARY ROOT
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import own_apps

ROOT = sys.argv.pop(2)
BINARY = sys.argv.pop(1)
FAULT_AT_S = 62

SCENARIO = """apiVersion: wavetank.dev/v1
kind: Scenario
metadata: {name: own}
spec:
  app: ./app
  load: {pattern: constant, rate: 40rps}
  faults: %s
  task: resolve
  limits: {time: 10m, steps: 60}
"""

# An agent that waits and writes down what the observation shows.
RECORDER = """import json, sys
log = open(sys.argv[1], "w")
for line in sys.stdin:
    message = json.loads(line)
    log.write(json.dumps({"t_s": message["sim_time_s"], **message["observation"]}) + "\\n")
    log.flush()
    print('{"action": {"verb": "wait", "target": "cluster", "option": null}}', flush=True)
"""


def run(*words):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
    return subprocess.run([BINARY, *map(str, words)], env={**clean, "WAVETANK_ROOT": ROOT},
                          capture_output=True, text=True, timeout=100)


def own_folder(write, faults="[]"):
    folder = tempfile.TemporaryDirectory(prefix="own app ")
    path = pathlib.Path(folder.name)
    (path / "app").mkdir()
    write(path / "app")
    (path / "own.yaml").write_text(SCENARIO % faults)
    (path / "recorder.py").write_text(RECORDER)
    return folder, path


def watch(path):
    """The client's series and every observation of an episode in which nobody acts."""
    log = path / "seen.jsonl"
    agent = "exec:%s '%s' '%s'" % (sys.executable, path / "recorder.py", log)
    ended = run("run", "--scenario", path / "own.yaml", "--seed", "3", "--agent", agent,
                "--series", "--json")
    assert ended.returncode == 0, ended
    seen = [json.loads(line) for line in log.read_text().splitlines()]
    return json.loads(ended.stdout), seen


def counts(seen):
    names = ("name", "desired", "ready", "restarts", "unavailable", "surplus")
    return sorted(tuple(w[n] for n in names) for w in seen["workloads"])


class OwnApp(unittest.TestCase):
    def test_it_is_valid_and_names_what_is_not_simulated_in_one_warning(self):
        for name, (write, _) in own_apps.SETS.items():
            with self.subTest(name):
                folder, path = own_folder(write)
                with folder:
                    ended = run("validate", path / "own.yaml")
                    self.assertEqual(ended.returncode, 0, ended)
                    played = run("play", "--scenario", path / "own.yaml", "--agent", "no-op",
                                 "--brief")
                    self.assertEqual(played.returncode, 0, played)
                    warned = [w for w in played.stderr.splitlines() if "not simulated" in w]
                    self.assertEqual(len(warned), 1 if name == "blog" else 0, played.stderr)

    def test_calls_are_inferred_from_what_names_a_service(self):
        wanted = {
            "shop": [("storefront", "catalog"), ("storefront", "orders"), ("orders", "orders-db"),
                     ("orders", "cache"), ("catalog", "orders-db")],
            "dump": [("web", "accounts"), ("accounts", "ledger")],
            "blog": [("nginx", "blog-api"), ("blog-api", "renderer"), ("blog-api", "mysql")]}
        for name, (write, _) in own_apps.SETS.items():
            with self.subTest(name):
                folder, path = own_folder(write)
                with folder:
                    _, seen = watch(path)
                calls = sorted(tuple(c) for c in seen[0]["calls"])
                self.assertEqual(calls, sorted(wanted[name]))

    def test_without_a_fault_nothing_moves_for_ten_minutes(self):
        for name, (write, _) in own_apps.SETS.items():
            with self.subTest(name):
                folder, path = own_folder(write)
                with folder:
                    document, seen = watch(path)
                self.assertGreaterEqual(document["series"][-1]["t_s"], 600)
                self.assertEqual({p["error_rate"] for p in document["series"]}, {0})
                self.assertEqual({p["rate_rps"] for p in document["series"]}, {40})
                self.assertEqual(len({str(counts(s)) for s in seen}), 1)
                self.assertGreaterEqual(seen[-1]["t_s"], 580)
                self.assertEqual({w[3] for w in counts(seen[0])}, {0})  # restarts

    def check_fault(self, write, kind, target, who):
        folder, path = own_folder(write, "[{kind: %s, target: {%s}, at: %ds}]"
                                  % (kind, target, FAULT_AT_S))
        with folder:
            ended = run("validate", path / "own.yaml")
            self.assertEqual(ended.returncode, 0, ended)
            document, seen = watch(path)
            played = run("play", "--scenario", path / "own.yaml", "--agent", "oracle", "--brief",
                         "--json")
            self.assertEqual(played.returncode, 0, played)
        self.assertEqual(document["injected_s"], FAULT_AT_S)
        series = document["series"]
        self.assertEqual({p["error_rate"] for p in series if p["t_s"] < FAULT_AT_S}, {0})
        before = {str(counts(s)) for s in seen if s["t_s"] < FAULT_AT_S}
        self.assertEqual(len(before), 1)
        if who == own_apps.CLIENT:
            self.assertGreater(max(p["error_rate"] for p in series), 0.1)
        else:
            self.assertGreater(len({str(counts(s)) for s in seen}), 1)
        # Whoever knows the answer can repair what clients notice.
        self.assertEqual(json.loads(played.stdout)["parts"]["cause_gone"], True)
        self.assertEqual(json.loads(played.stdout)["verdict"], 1, played.stdout[:2000])


def add_fault_test(name, write, kind, target, who):
    def test(self):
        self.check_fault(write, kind, target, who)
    title = "test_%s_of_%s_shows_after_its_time_and_not_before" % (kind.replace("-", "_"), name)
    setattr(OwnApp, title, test)


for set_name, (write_set, targets) in own_apps.SETS.items():
    for fault, (where, noticed) in targets.items():
        add_fault_test(set_name, write_set, fault, where, noticed)

if __name__ == "__main__":
    unittest.main()
