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


# A program and its Service, to be broken one way at a time.
WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 80, name: http}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
"""


def web(*changes):
    text = WEB
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def env(text):
    return web(("          ports:", "          env: [%s]\n          ports:" % text))


# What is wrong -> (text, where it is said to be wrong, what is said)
REFUSED = {
    "nothing": ("# only a comment\n", "", "no Kubernetes objects"),
    "a tab": (web(("  template:", "\ttemplate:")), "6:1", "tab in the indentation"),
    "no end": (web(("[{port: 80, targetPort: http}]", "[{port: 80")), r"\d+:\d+", "broken YAML"),
    "no map": ("- a\n- b\n", "1:1", "expected a map"),
    "a template": (web(("web:1", "{{ .Values.image }}")), "11:18", "helm template"),
    "a kind with a slip": (web(("Deployment", "Deploymnt")), "2:7", 'did you mean "Deployment"'),
    "an old version": (web(("apps/v1", "extensions/v1beta1")), "2:7", "expected apps/v1"),
    "an unknown field": (web(("image:", "imagePulPolicy: Always\n          image:")), "11:11",
                         'unknown field "spec.template.spec.containers.0..imagePulPolicy"'),
    "a text for a number": (web(("  template:", "  replicas: '3'\n  template:")), "6:3",
                            "cannot unmarshal string"),
    "a negative number": (web(("  template:", "  replicas: -1\n  template:")), "6:3",
                          "greater than or equal to 0"),
    "far too many": (web(("  template:", "  replicas: 2000000000\n  template:")), "6:13",
                     "at most 5000 are simulated"),
    "no selector": (web(("  selector: {matchLabels: {app: web}}\n", "")), "4:1", "Required value"),
    "another selector": (web(("matchLabels: {app: web}", "matchLabels: {app: api}")), "7:16",
                         "does not match template"),
    "no image": (web(("          image: web:1\n", "")), "10:11", "image: Required value"),
    "a spec that is a text": ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
                              "spec: hello\n", "4:1", "cannot unmarshal string"),
    "a port of 0": (web(("{port: 80, ", "{port: 0, ")), r"17:\d+", "between 1 and 65535"),
    "twice the same": (WEB + "---\n" + WEB, r"\d+:\d+", "given twice"),
    "a key twice": (WEB + "kind: Service\n", r"\d+:\d+", 'key "kind" is given twice'),
    "a name that is a number": (web(("{name: web}", "{name: 12}")), "3:18", "expected a text"),
    "levels without end": ("a: " + "{a: " * 300 + "1" + "}" * 300, r"\d+:\d+",
                           "deeper than 100 levels"),
    "aliases without end": ("a: &a [*a]\n", r"\d+:\d+", "deeper than 100 levels"),
    "too large for any node": (web(("          ports:", "          resources: {requests: "
                                    "{memory: 900Gi}}\n          ports:")), "",
                               "not Ready: web; pod web-.* is Pending on no node"),
    "bytes with a b": (web(("          ports:", "          resources:\n            limits:\n"
                            "              memory: 128Mb\n          ports:")), "14:15",
                       r"Deployment web: spec\.template\.spec\.containers\[0\]\.resources\.limits"
                       r'\.memory: "128Mb" is not a quantity; expected .*Ki, Mi, Gi.*; did you '
                       r'mean "128Mi"\?'),
    "a size in words": (web(("          ports:", "          resources: {requests: {cpu: lots}}\n"
                             "          ports:")), "12:34",
                        r'resources\.requests\.cpu: "lots" is not a quantity; expected [^?]*$'),
    "a ConfigMap that is not there": (
        env("{name: A, valueFrom: {configMapKeyRef: {name: none, key: k}}}"), "",
        'CreateContainerConfigError: configmap "none" not found'),
    "a crowd in one pod": (web(("      containers:\n", "      containers:\n" + "".join(
        "        - {name: c%d, image: x}\n" % i for i in range(100)))), "9:7",
        "101 containers; at most 32"),
}

# Odd, but what kubectl apply would take.
TAKEN = {
    "CRLF and a byte order mark": "\ufeff" + WEB.replace("\n", "\r\n"),
    "a directive and empty documents": "%YAML 1.1\n---\n" + WEB + "---\n---\n# end\n...\n",
    "10,000 documents": WEB + "".join(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\n" % i
        for i in range(10000)),
    "variables that multiply": env(", ".join(
        ["{name: V0, value: $(V0)}"] +
        ["{name: V%d, value: '%s'}" % (i, "$(V%d)" % (i - 1) * 8) for i in range(1, 24)])),
    "a bare pod": "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: web}}\nspec: "
                  "{containers: [{name: a, image: b, ports: [{containerPort: 80, name: http}]}]}\n"
                  + WEB[WEB.index("---"):],
    "sidecars in many replicas": web(
        ("  template:", "  replicas: 30\n  template:"),
        ("        - name: web", "        - {name: s, image: s}\n        - {name: t, image: t}\n"
         "        - name: web")),
}


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
                    if name == "blog":
                        self.assertRegex(warned[0], r"HorizontalPodAutoscaler \(1\).*"
                                         r"initContainers at .*everything\.yml:\d+:\d+ "
                                         r"Deployment blog-api")
                        self.assertIn(warned[0], ended.stderr)

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

    def test_the_oracle_harms_no_app_without_readiness_probes(self):
        kinds = {"configmap-key-missing": "workload: api", "image-not-found": "workload: api",
                 "command-not-executable": "workload: api", "replicas-zero": "workload: db",
                 "memory-limit-too-small": "workload: db", "repeated-pod-kill": "workload: db",
                 "node-selector-no-such-node": "workload: web",
                 "service-selector-no-match": "service: api",
                 "service-target-port-wrong": "service: db"}
        for kind, target in kinds.items():
            with self.subTest(kind):
                folder, path = own_folder(own_apps.write_no_probes, "[{kind: %s, target: {%s}, "
                                          "at: {uniform: [60s, 75s]}}]" % (kind, target))
                with folder:
                    ended = run("bench", "--suite", path / "own.yaml", "--agent", "oracle",
                                "--seeds", "1-8", "--out", path / "out")
                    self.assertEqual(ended.returncode, 0, ended)
                    lines = (path / "out/episodes.jsonl").read_text().splitlines()
                self.assertEqual([json.loads(line)["verdict"] for line in lines], [1] * 8, [
                    json.loads(line)["parts"] for line in lines])

    def test_what_cannot_be_read_is_named_with_its_place_and_a_remedy(self):
        for name, (text, place, said) in REFUSED.items():
            with self.subTest(name):
                folder, path = own_folder(lambda app: (app / "a.yaml").write_text(text))
                with folder:
                    ended = run("validate", path / "own.yaml")
                self.assertEqual(ended.returncode, 3, ended)
                self.assertRegex(ended.stderr, said)
                if place:
                    self.assertRegex(ended.stderr, r"a\.yaml:%s: " % place)

    def test_odd_manifests_run_and_stay_flat(self):
        for name, text in TAKEN.items():
            with self.subTest(name):
                folder, path = own_folder(
                    lambda app: (app / "a.yaml").write_bytes(text.encode()))
                with folder:
                    document, seen = watch(path)
                self.assertEqual({p["error_rate"] for p in document["series"]}, {0})
                self.assertEqual({p["rate_rps"] for p in document["series"]}, {40})
                self.assertEqual(len({str(counts(s)) for s in seen}), 1)

    def test_versions_behind_one_service_share_its_calls(self):
        def write(app):
            text = env("{name: NEXT, value: 'http://back'}")
            deployment, service = WEB.replace("web", "back").split("---\n")
            for version in ("v1", "v2", "v3"):
                text += "---\n" + deployment.replace(
                    "{name: back}", "{name: back-%s}" % version, 1).replace(
                    "{app: back}", "{app: back, version: %s}" % version)
            (app / "a.yaml").write_text(text + "---\n" + service)
        seen_by = {}
        for fault in ("[]", "[{kind: replicas-zero, target: {workload: back-v1}, at: 62s}]",
                      "[{kind: service-target-port-wrong, target: {service: back}, at: 62s}]"):
            folder, path = own_folder(write, fault)
            with folder:
                document, seen = watch(path)
            self.assertEqual(seen[0]["calls"], [["web", "back"]])
            seen_by[fault[:12]] = {p["error_rate"] for p in document["series"]}
        flat, one_gone, none_reached = seen_by.values()
        self.assertEqual((flat, one_gone), ({0}, {0}))
        self.assertGreater(max(none_reached), 0.9)

    def test_programs_of_one_name_in_two_namespaces_are_told_apart(self):
        def write(app):
            for space, other in (("one", "two"), ("two", "none")):
                text = env("{name: NEXT, value: 'http://web.%s:80'}" % other)
                (app / (space + ".yaml")).write_text(
                    text.replace("{name: web}", "{name: web, namespace: %s}" % space))
        folder, path = own_folder(write, "[{kind: replicas-zero, target: {workload: web, "
                                  "namespace: two}, at: 62s}]")
        with folder:
            document, seen = watch(path)
            solved = run("run", "--scenario", path / "own.yaml", "--agent", "oracle", "--json")
        self.assertEqual(seen[0]["calls"], [["web", "two/web"]])
        self.assertEqual({w["name"] for w in seen[-1]["workloads"] if w["desired"] == 0},
                         {"two/web"})
        self.assertEqual({p["error_rate"] for p in document["series"] if p["t_s"] < 62}, {0})
        self.assertGreater(document["series"][-1]["error_rate"], 0.9)
        self.assertEqual(json.loads(solved.stdout)["verdict"], 1)


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
