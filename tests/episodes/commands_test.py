# SPDX-License-Identifier: Apache-2.0
"""run, replay and validate as scripts see them.

usage: commands_test.py BINARY ROOT
"""
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = sys.argv.pop(2)
BINARY = sys.argv.pop(1)
SCENARIO = ROOT + "/scenarios/catalog/services/hotel-wrong-target-port.yaml"


def run(*words):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
    return subprocess.run([BINARY, *words], env={**clean, "WAVETANK_ROOT": ROOT},
                          capture_output=True, text=True, timeout=100)


def episode(*words):
    ended = run("run", "--scenario", SCENARIO, "--seed", "7", "--json", *words)
    assert ended.returncode == 0, ended
    return json.loads(ended.stdout)


class Commands(unittest.TestCase):
    def test_the_replay_field_of_an_episode_is_a_command_that_finds_the_same_hash(self):
        for agent in ("oracle", "rule", "sweep"):
            line = episode("--agent", agent)
            words = shlex.split(line["replay"])
            self.assertEqual(words[0], "wavetank")
            ended = run(*words[1:], "--json")
            self.assertEqual(ended.returncode, 0, ended)
            again = json.loads(ended.stdout)
            self.assertTrue(again["equal"])
            self.assertEqual((again["hash"], again["verdict"]), (line["hash"], line["verdict"]))

    def test_a_sampled_agent_plays_an_episode_alike_by_run_play_bench_and_replay(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = run("bench", "--suite", "lite", "--agent", "random", "--seeds", "7", "--out",
                        folder + "/run")
            self.assertEqual(ended.returncode, 0, ended)
            with open(folder + "/run/episodes.jsonl") as lines:
                of_suite = {e["scenario"]: e for e in map(json.loads, lines)}
        self.assertGreater(len({e["steps"] for e in of_suite.values()}), 5)
        for name in ("hotel-wrong-target-port", "hotel-replicas-zero", "hotel-calm"):
            words = ("--scenario", name, "--seed", "7", "--agent", "random", "--json")
            for command in ("run", "play"):
                alone = json.loads(run(command, *words).stdout)
                self.assertEqual((alone["hash"], alone["steps"], alone["actions"]),
                                 tuple(of_suite[name][k] for k in ("hash", "steps", "actions")))
            one = json.loads(run("bench", "--suite", name, "--agent", "random", "--seeds", "7",
                                 "--json").stdout)
            self.assertEqual(one["overall"]["steps_mean"], of_suite[name]["steps"])
            again = run(*shlex.split(of_suite[name]["replay"])[1:], "--json")
            self.assertTrue(json.loads(again.stdout)["equal"], again)

    def test_replay_reads_a_line_of_episodes_jsonl_and_notices_another_hash(self):
        line = episode("--agent", "rule")
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/episodes.jsonl"
            with open(path, "w") as file:
                file.write(json.dumps(line) + "\n" + json.dumps({**line, "hash": "12"}) + "\n")
            self.assertEqual(run("replay", "--episodes", path).returncode, 0)
            self.assertEqual(run("replay", "--episodes", path, "--line", "2").returncode, 10)
            self.assertEqual(run("replay", "--episodes", path, "--line", "3").returncode, 2)

    def test_a_series_shows_the_symptom_after_the_fault_and_not_before(self):
        document = episode("--agent", "no-op", "--series")
        series, fault = document["series"], document["injected_s"]
        self.assertEqual([p["t_s"] for p in series[:3]], [5.0, 10.0, 15.0])
        self.assertEqual(series[-1]["t_s"], 1800.0)
        self.assertLess(max(p["error_rate"] for p in series if p["t_s"] < fault), 0.01)
        self.assertGreater(max(p["error_rate"] for p in series if p["t_s"] > fault + 30), 0.02)
        self.assertEqual(document["hash"], episode("--agent", "no-op")["hash"])

    def test_actions_happen_at_their_time_and_name_their_targets(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write('{"at_s": 33.25, "verb": "scale", "target": "workload/geo", "option": 2}\n')
            file.write('{"at_s": 90, "verb": "describe", "target": "service/geo"}\n')
            file.flush()
            document = episode("--actions", file.name)
        taken = [(a["at_s"], a["verb"], a["target"]) for a in document["actions"]]
        self.assertEqual(taken, [(33.25, "scale", "workload/geo"),
                                 (90, "describe", "service/geo")])

    def test_what_play_prints_of_an_option_is_what_was_done_and_can_be_done_again(self):
        scenario = "workloads/hotel-image-not-found"
        played = run("play", "--scenario", scenario, "--seed", "1", "--agent", "oracle")
        undo = re.search(r"([0-9.]+)s  undo (\S+) -> (.*)", played.stdout)
        self.assertIn("verdict  1", played.stdout)
        action = {"at_s": float(undo[1]), "verb": "undo", "target": "workload/" + undo[2],
                  "option": undo[3]}
        again = run("run", "--scenario", scenario, "--seed", "1", "--json", "--actions",
                    json.dumps([action]))
        self.assertEqual(again.returncode, 0, again)
        self.assertTrue(json.loads(again.stdout)["parts"]["cause_gone"], again.stdout)

    def test_validate_warns_of_clients_that_fail_without_a_fault(self):
        with open(SCENARIO, encoding="utf-8") as text, tempfile.TemporaryDirectory() as folder:
            crowded = re.sub(r"rate: (\w+|\{[^}]*\})", "rate: 60000rps", text.read())
            path = os.path.join(folder, "crowded.yaml")
            with open(path, "w", encoding="utf-8") as to:
                to.write(crowded)
            ended = run("validate", path)
            self.assertIn("without any fault", ended.stderr)
            self.assertIn("does not solve it", ended.stderr)

    def test_validate_prints_the_place_and_the_nearest_word_and_ends_with_3(self):
        ended = run("validate", SCENARIO)
        self.assertEqual((ended.returncode, ended.stdout), (0, SCENARIO + ": ok\n"))
        with open(SCENARIO) as file:
            text = file.read()
        for good, bad, said in (("service: profile", "service: profil", "profile"),
                                ("service-target-port-wrong", "service-target-prt-wrong",
                                 "service-target-port-wrong")):
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(text.replace(good, bad))
                file.flush()
                ended = run("validate", file.name, SCENARIO)
                self.assertEqual(ended.returncode, 3, ended)
                self.assertRegex(ended.stderr, r"^%s:\d+:\d+: " % file.name)
                self.assertIn('did you mean "%s"' % said, ended.stderr)
                self.assertEqual(ended.stdout, SCENARIO + ": ok\n")

    def validate(self, *changes):
        """`validate` of the scenario with lines changed: exit code, stderr, its lines."""
        with open(SCENARIO) as file:
            text = file.read()
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after, 1)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            ended = run("validate", file.name)
            document = json.loads(run("validate", file.name, "--json").stdout)
        return ended, document["files"][0], text.splitlines()

    FAULT = "    - kind: service-target-port-wrong\n      target: {service: profile}\n"

    def test_validate_refuses_a_fault_that_does_nothing_at_its_place(self):
        twice = "    - {kind: replicas-zero, target: {workload: %s}, at: 70s}\n"
        ended, document, lines = self.validate((self.FAULT, twice % "geo" + twice % "geo" +
                                                self.FAULT))
        self.assertEqual(ended.returncode, 3, ended)
        line = [i for i, text in enumerate(lines, 1) if "replicas-zero" in text][1]
        self.assertRegex(ended.stderr, r":%d:7: spec\.faults\[1\]: replicas-zero on geo does "
                         r"nothing \(seed 1\)" % line)
        self.assertEqual((ended.stdout, len(document["errors"])), ("", 1))
        ended, _, _ = self.validate((self.FAULT, twice % "geo" + twice % "rate" + self.FAULT))
        self.assertEqual(ended.returncode, 0, ended)
        kill = "    - {kind: repeated-pod-kill, target: {workload: %s}, at: 70s}\n"
        ended, _, _ = self.validate((self.FAULT, kill % "geo" + kill % "rate" + self.FAULT))
        self.assertEqual(ended.returncode, 0, ended)

    def test_validate_refuses_a_fault_after_the_time_limit(self):
        ended, document, _ = self.validate(("  task: resolve\n", "  task: resolve\n"
                                            "  limits: {time: 100s}\n"))
        self.assertEqual(ended.returncode, 3, ended)
        self.assertRegex(ended.stderr, r"^\S+:\d+:\d+: spec\.faults\[0\]\.at: comes at .*"
                         r"time limit of 1m40s")
        self.assertFalse(document["valid"])

    def test_validate_warns_of_a_fault_that_clients_never_notice(self):
        ended, document, lines = self.validate((
            "      target: {service: profile}\n", "      target: {service: jaeger}\n"))
        self.assertEqual(ended.returncode, 0, ended)
        line = [i for i, text in enumerate(lines, 1) if "service-target-port-wrong" in text][0]
        self.assertRegex(ended.stderr, r":%d:7: spec\.faults\[0\]: service-target-port-wrong on "
                         r"jaeger never breaks the SLO within the time limit \(seeds 1, 2, 3\)"
                         % line)
        self.assertEqual(len(document["warnings"]), 1)
        self.assertTrue(document["valid"])

    def test_validate_warns_of_a_fault_that_ends_by_itself(self):
        ended, document, _ = self.validate(("duration: until-repaired", "duration: 60s"))
        self.assertEqual(ended.returncode, 0, ended)
        self.assertIn("spec.faults[0].duration: the fault ends by itself", ended.stderr)
        self.assertTrue(document["warnings"])

    def test_validate_of_a_suite_tries_its_scenarios(self):
        twice = "    - {kind: replicas-zero, target: {workload: geo}, at: 70s}\n"
        with open(SCENARIO, encoding="utf-8") as text, tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "twice.yaml"), "w", encoding="utf-8") as to:
                to.write(text.read().replace(self.FAULT, twice + twice + self.FAULT))
            suite = os.path.join(folder, "suite.yaml")
            with open(suite, "w", encoding="utf-8") as to:
                to.write("apiVersion: wavetank.dev/v1\nkind: Suite\nmetadata: {name: s}\nspec:\n"
                         f"  description: d\n  seeds: [1, 2]\n  scenarios: [{folder}/twice.yaml]\n")
            ended = run("validate", suite)
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("twice.yaml", ended.stderr)
        self.assertIn("replicas-zero on geo does nothing", ended.stderr)

    def test_no_scenario_of_the_catalog_is_refused_or_weak(self):
        files = glob.glob(ROOT + "/scenarios/catalog/*/*.yaml")
        ended = run("validate", *files)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended)
        self.assertGreaterEqual(len(files), 30)

    def test_an_unknown_scenario_is_named_with_its_flag_and_the_nearest_names(self):
        for command in ("play", "run", "replay"):
            for wrong, near in (("nope", "/hotel-"), ("hotel-replicas-zer", "hotel-replicas-zero"),
                                ("config/hotel-config", "config/hotel-config-key-missing")):
                ended = run(command, "--scenario", wrong)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertRegex(ended.stderr, r"--scenario: no scenario '%s'" % wrong)
                self.assertIn(near, ended.stderr)
                self.assertNotIn("--suite", ended.stderr)
                self.assertEqual(len(ended.stderr.splitlines()), 1)
        ended = run("bench", "--suite", "light")
        self.assertRegex(ended.stderr, r"--suite: no suite or scenario 'light'.*\blite\b")
        for command, wrong, meant in (("bench", "lita", "lite"), ("bench", "nope", None),
                                      ("bench", "hotel-clam", "hotel-calm"),
                                      ("run", "healthy/hotel-clam", "healthy/hotel-calm")):
            flag = "--suite" if command == "bench" else "--scenario"
            ended = run(command, flag, wrong)
            if meant:
                self.assertIn('; did you mean "%s"?' % meant, ended.stderr)
            else:
                self.assertNotIn("did you mean", ended.stderr)

    def test_a_file_that_is_not_there_ends_every_command_alike(self):
        for words in (("validate", "/no/such.yaml"), ("play", "--scenario", "/no/such.yaml"),
                      ("run", "--scenario", "/no/such.yaml"), ("bench", "--suite", "/no/such")):
            ended = run(*words)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
            self.assertIn("/no/such", ended.stderr)

    def test_bench_refuses_a_seed_that_it_would_not_use(self):
        ended = run("bench", "--suite", SCENARIO, "--agent", "no-op", "--seed", "7")
        self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
        self.assertRegex(ended.stderr, r"--seed: .*expected --seeds A-B")

    def test_where_nothing_was_repaired_no_time_to_repair_is_told(self):
        words = ("bench", "--suite", SCENARIO, "--seeds", "1-2", "--agent")
        for agent, repaired in (("no-op", False), ("oracle", True)):
            row = [line for line in run(*words, agent).stdout.splitlines()
                   if line.startswith("all faulty")][0].split()
            self.assertEqual(row[-1] == "-", not repaired, row)
            document = json.loads(run(*words, agent, "--json").stdout)
            for part in ("overall", "faulty"):
                self.assertEqual(document[part]["ttr_median_s"] is None, not repaired)
            self.assertIsNone(document["healthy"]["ttr_median_s"])

    def test_an_out_that_is_a_file_is_refused_with_the_remedy(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/file"
            with open(path, "w") as file:
                file.write("mine")
            for words in (("bench", "--suite", "hotel-calm", "--seeds", "1"),
                          ("record", "hotel-calm")):
                for out, said in ((path, path + ": is a file, expected a folder; "),
                                  (path + "/run", f"{path}/run: cannot be made: {path} is a "
                                   "file; ")):
                    ended = run(*words, "--out", out)
                    self.assertEqual((ended.returncode, ended.stdout), (4, ""), ended)
                    self.assertIn(said + "choose another --out\n", ended.stderr)
            with open(path) as file:
                self.assertEqual(file.read(), "mine")

    def test_a_seed_that_is_too_large_is_told_the_range(self):
        for command, flag in (("run", "--seed"), ("bench", "--seeds")):
            ended = run(command, flag, "99999999999999999999")
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
            self.assertRegex(ended.stderr, flag + r": 9{20} is out of range; expected .* from 0 to "
                             r"9223372036854775807\n$")

    def test_a_time_that_is_too_long_is_out_of_range(self):
        ended, _, _ = self.validate(("  task: resolve\n", "  task: resolve\n"
                                     "  limits: {time: 99999999h}\n"))
        self.assertEqual(ended.returncode, 3, ended)
        self.assertRegex(ended.stderr, r"spec\.limits\.time: .*99999999h.* is out of range; "
                         r"expected from \S+ to \S+")

    def own_app(self, folder, text):
        """A healthy scenario of an app of one file; path of the scenario."""
        with open(folder + "/app.yaml", "w") as app, open(folder + "/s.yaml", "w") as scenario:
            app.write(text)
            scenario.write("apiVersion: wavetank.dev/v1\nkind: Scenario\nmetadata: {name: own}\n"
                           "spec: {app: ./app.yaml, faults: []}\n")
        return folder + "/s.yaml"

    def test_a_list_whose_items_are_none_is_told_so(self):
        for items in ("items: 3", "metadata: {}", "items: {a: b}"):
            with tempfile.TemporaryDirectory() as folder:
                ended = run("validate", self.own_app(folder, "apiVersion: v1\nkind: List\n"
                                                             + items + "\n"))
                self.assertEqual(ended.returncode, 3, ended)
                self.assertRegex(ended.stderr, r"app\.yaml:\d+:\d+: items: not a list")

    def test_an_unknown_kind_is_warned_of_once(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.own_app(
                folder, "apiVersion: foo.example/v1\nkind: Widget\nmetadata: {name: w}\n---\n"
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                "spec: {containers: [{name: a, image: a:1, ports: [{containerPort: 80}]}]}\n")
            ended = run("validate", path)
            self.assertEqual(ended.returncode, 0, ended)
            self.assertEqual(ended.stderr.count("Widget"), 1, ended.stderr)
            self.assertRegex(ended.stderr, r"left out, of a kind that is not known: "
                             r"\S+app\.yaml:1:1 Widget w")

    def test_a_held_out_cause_that_no_app_of_the_suite_has_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            words = ("bench", "--suite", SCENARIO, "--agent", "no-op", "--seeds", "1-2", "--out",
                     folder + "/run", "--held-out")
            ended = run(*words, "rate,profil")
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
            self.assertRegex(ended.stderr, r"--held-out: no service or workload 'profil' in the "
                             r'suite; expected .*; did you mean "profile"\?$')
            for far in ("nope", "node", "hotel-profil-xyzxyzxyz"):
                ended = run(*words, far)
                self.assertRegex(ended.stderr, r"--held-out: no service or workload '%s' in the "
                                 r"suite; expected consul, frontend, .* and \d+ more\n$" % far)
                self.assertNotIn("node-1", ended.stderr)
            self.assertFalse(os.path.exists(folder + "/run"))
            self.assertEqual(run(*words, "rate,profile").returncode, 0)

    def suite_file(self, folder, scenarios):
        path = folder + "/mine.yaml"
        with open(path, "w") as file:
            file.write("apiVersion: wavetank.dev/v1\nkind: Suite\nmetadata: {name: mine}\nspec:\n"
                       "  seeds: [3, 4]\n  scenarios: [%s]\n" % ", ".join(scenarios))
        return path

    def test_a_suite_file_names_scenarios_of_the_catalog_and_files_beside_it(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(folder + "/own")
            with open(SCENARIO) as file, open(folder + "/own/s.yaml", "w") as own:
                own.write(file.read().replace("name: hotel-wrong-target-port", "name: own"))
            path = self.suite_file(folder, ["hotel-calm", "services/hotel-wrong-target-port",
                                            "own/s.yaml"])
            ended = run("bench", "--suite", path, "--agent", "no-op", "--out", folder + "/run")
            self.assertEqual(ended.returncode, 0, ended)
            with open(folder + "/run/episodes.jsonl") as lines:
                played = sorted((e["scenario"], e["seed"]) for e in map(json.loads, lines))
            self.assertEqual(played, [(name, seed) for name in
                                      ("hotel-calm", "hotel-wrong-target-port", "own")
                                      for seed in (3, 4)])
            ended = run("validate", path)
            self.assertEqual((ended.returncode, ended.stdout), (0, path + ": ok\n"), ended)

    def test_a_suite_file_that_names_what_is_not_there_is_refused_at_the_place(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(SCENARIO, folder + "/copy.yaml")
            for scenarios, said in ((["hotel-calm", "hotel-clam"], 'did you mean "'),
                                    (["none.yaml"], 'no scenario "none.yaml"'),
                                    (["hotel-calm", "hotel-calm"], "named twice"),
                                    (["hotel-wrong-target-port", "copy.yaml"], "named twice"),
                                    ([], "no scenarios")):
                path = self.suite_file(folder, scenarios)
                for words in (("validate", path), ("bench", "--suite", path)):
                    ended = run(*words)
                    self.assertEqual((ended.returncode, ended.stdout), (3, ""), ended)
                    self.assertIn(said, ended.stderr)
                    self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)

    def test_a_broken_line_of_a_resumed_run_is_named_with_file_and_line(self):
        one = ("bench", "--suite", SCENARIO, "--agent", "no-op", "--seeds", "1-4", "--out")
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run(*one, folder).returncode, 0)
            path = folder + "/episodes.jsonl"
            with open(path) as file:
                lines = file.read().splitlines()
            def with_value(key, text):
                return re.sub(r'"%s":("[^"]*"|[^,}]*)' % key, '"%s":%s' % (key, text), lines[2], 1)

            for broken, column, said in (
                    ("{\"seed\": 1,, }", 12, "it is not JSON from here on"),
                    ("[1]", 1, "expected a JSON object"),
                    (lines[2].replace('"verdict"', '"verdikt"'), 1, "key 'verdict' not found"),
                    (lines[2].replace("hotel-wrong", "hotel-right"), 1, "not part of the suite"),
                    (with_value("verdict", "7"), 1, "verdict: expected -1, 0 or 1"),
                    (with_value("verdict", "0.5"), 1, "verdict: expected -1, 0 or 1"),
                    (with_value("verdict", str(2**64 - 1)), 1, "verdict: expected -1, 0 or 1"),
                    (with_value("verdict", "257"), 1, "verdict: expected -1, 0 or 1"),
                    (with_value("steps", "-1"), 1, "steps: expected a whole number from 0 to"),
                    (with_value("writes", "4294967296"), 1, "writes: expected a whole number"),
                    (with_value("seed", "99"), 1, "seed 99"),
                    (with_value("seed", "-1"), 1, "seed: expected a whole number"),
                    (with_value("class", '"ill"'), 1, "class: expected faulty or healthy"),
                    (with_value("sim_time_s", "1e300"), 1, "sim_time_s: expected seconds"),
                    (with_value("ttr_s", "-5"), 1, "ttr_s: expected seconds"),
                    (with_value("hash", '"12xy"'), 1, "hash: expected up to 16 hexadecimal"),
                    (with_value("wrote", "3"), 1, "wrote: expected true or false")):
                with open(path, "w") as file:
                    file.write("\n".join(lines[:2] + [broken] + lines[3:]) + "\n")
                ended = run(*one, folder, "--resume")
                self.assertEqual((ended.returncode, ended.stdout), (2, ""), broken)
                self.assertRegex(ended.stderr, r"%s:3:%d: is not an episode\b" % (path, column))
                self.assertIn(said, ended.stderr)
                self.assertIn("; delete the line, so that its episode is run again, or choose "
                              "another --out\n", ended.stderr)
                self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
            with open(path, "w") as file:  # the remedy, and an empty line that an editor left
                file.write("\n".join(lines[:2] + lines[3:]) + "\n\n")
            ended = run(*one, folder, "--resume")
            self.assertEqual(ended.returncode, 0, ended)
            self.assertIn("3 finished episodes are kept", ended.stderr)


if __name__ == "__main__":
    unittest.main()
