# SPDX-License-Identifier: Apache-2.0
"""`wavetank report`: the HTML is parsed back; nothing in it leads outside.

usage: report_test.py BINARY
"""
import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = sys.argv.pop(1)
VOID = {"meta", "br", "hr", "img", "input", "link"}
NASTY = "</script><img src=x onerror=\"alert('1')\">&amp;"
BYTES_MAX = 600_000
MANY_UPDATES = 5000


class Page(html.parser.HTMLParser):
    """Elements, attributes and texts of a page; elements must close in the order they opened."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.texts, self.scripts = [], [], [], [], {}
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"

    def handle_data(self, data):
        tag, name = self.open[-1] if self.open else ("", None)
        if tag == "script":
            self.scripts[name] = self.scripts.get(name, "") + data
        elif tag != "style":
            self.texts.append(data)


def summary(mean):
    return {"episodes": 20, "errored": 0, "verdict_mean": mean,
            "verdict_ci95": [mean - 0.1, mean + 0.1], "success": 0.5, "harm": 0.25,
            "false_action_healthy": 0.0, "false_claim_healthy": 0.125, "steps_mean": 7.5,
            "looks_mean": 3.5, "writes_mean": 1.25, "refused_writes_mean": 0.5,
            "ttr_median_s": 42.0}


def results(agent, mean, **changed):
    return {"schema": "wavetank.results/1", "commit": "abc", "suite": "lite", "suite_hash": "11",
            "engine": "1.0", "verdict_rules": "1", "agent": agent, "seeds": [1, 10],
            "overall": summary(mean), "faulty": summary(mean), "healthy": summary(1.0),
            "by_fault": {"image-not-found": summary(mean), "no-fault": summary(1.0)}, **changed}


def metrics(update, success):
    return {"schema": "wavetank.metrics/1", "update": update, "episodes": update * 512,
            "success": success, "harm": 0.1, "return_mean": 0.2, "steps_mean": 9.0,
            "false_action_healthy": 0.0, "entropy": 2.5, "cpu_s": update * 1.5}


class Report(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, name, text):
        path = f"{self.dir}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))

    def write_training(self, folder, success, **changed):
        self.write(folder + "/run.json",
                   {"schema": "wavetank.run/1", "env": "cluster", "commit": "abc", "suite": "lite",
                    "suite_hash": "11", "preset": "step", "seed": 1, "blind": False, **changed})
        self.write(folder + "/metrics.jsonl",
                   "".join(json.dumps(metrics(i + 1, s)) + "\n" for i, s in enumerate(success)))

    def report(self, *words):
        return subprocess.run([BINARY, "report", *words], capture_output=True, text=True,
                              cwd=self.dir, timeout=60)

    def page(self, *words):
        ended = self.report(*words, "--out", "page.html")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        with open(self.dir + "/page.html") as file:
            text = file.read()
        self.assertLess(len(text), BYTES_MAX)
        return Page(text)

    def assert_refused(self, ended, *texts):
        self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for text in texts:
            self.assertIn(text, ended.stderr)

    def test_a_run_and_results_become_a_page_that_needs_nothing_from_outside(self):
        self.write_training("run", [0.1] * 5 + [0.6] * 5)
        self.write("rule.json", results("rule", 0.8))
        self.write("bench/results.json", results("no-op", 0.0))
        page = self.page("run", "rule.json", "bench")
        for tag, name, value in page.attributes:
            self.assertNotIn(name, ("src", "href", "srcset", "action", "data"), (tag, value))
            self.assertFalse(name.startswith("on"), (tag, name))
            if name != "xmlns":
                self.assertNotRegex(value or "", r"^\s*(https?:)?//")
        for tag in ("link", "iframe", "img", "object", "embed", "base"):
            self.assertNotIn(tag, page.tags)
        ids = [value for _, name, value in page.attributes if name == "id"]
        self.assertEqual([i for i in ids if i != "data"],
                         ["outcome", "return", "entropy", "steps", "agents"])
        self.assertLess(page.texts.index("rule"), page.texts.index("no-op"))
        for text in ("image-not-found", "false claims on healthy", "12 %"):
            self.assertIn(text, page.texts)

    def test_the_page_holds_the_data_that_json_prints(self):
        self.write_training("run", [0.1] * 5 + [0.6] * 5)
        self.write("rule.json", results("rule", 0.8))
        ended = self.report("run", "rule.json", "--json")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        data = json.loads(ended.stdout)
        self.assertEqual(data["schema"], "wavetank.report/1")
        self.assertAlmostEqual(data["runs"][0]["success_first_tenth"], 0.1)
        self.assertAlmostEqual(data["runs"][0]["success_last_tenth"], 0.6)
        self.assertEqual(data["agents"][0]["by_fault"]["image-not-found"]["verdict_mean"], 0.8)
        self.assertFalse(os.path.exists(self.dir + "/run/report.html"))
        self.assertEqual(json.loads(self.page("run", "rule.json").scripts["data"]), data)

    def test_names_from_files_stay_text(self):
        self.write_training("run", [0.5], preset=NASTY, suite=NASTY)
        self.write("a.json", results(NASTY, 0.5, commit=NASTY,
                                     by_fault={NASTY: summary(0.5)}))
        page = self.page("run", "a.json")
        self.assertNotIn("img", page.tags)
        self.assertGreaterEqual(page.texts.count(NASTY), 3)
        self.assertEqual(json.loads(page.scripts["data"])["agents"][0]["name"], NASTY)

    def test_causes_that_training_left_out_stand_apart(self):
        apart = {"causes": ["rate", NASTY], "faulty_held_out": summary(0.41),
                 "faulty_others": summary(0.93)}
        self.write("a.json", results("policy.wtp", 0.5, held_out=apart))
        self.write("b.json", results("rule", 0.6))
        page = self.page("a.json", "b.json")
        self.assertIn(f"cause in rate, {NASTY}", page.texts)
        for mean in ("0.41", "0.93"):
            self.assertEqual(page.texts.count(mean), 1)
        told = [a.get("held_out") for a in json.loads(page.scripts["data"])["agents"]]
        self.assertCountEqual(told, [apart, None])

    def test_an_incident_is_drawn_and_its_words_stay_text(self):
        steps = [{"at_s": 15 * i, "verb": verb, "text": f"{verb} {NASTY}", "accepted": i != 2}
                 for i, verb in enumerate(["describe", "wait", "fix-port", "submit"])]
        self.write("d/incident.json", {
            "schema": "wavetank.incident/1", "scenario": NASTY, "seed": 3, "agent": NASTY,
            "causes": [NASTY], "injected_s": 10, "repaired_s": 0, "end_s": 60, "verdict": -1,
            "complaint": NASTY, "complaint_s": 20, "steps": steps,
            "errors": [{"at_s": 5 * i, "error": i / 12} for i in range(13)]})
        page = self.page("d")
        self.assertNotIn("img", page.tags)
        self.assertEqual(page.tags.count("circle"), len(steps))
        self.assertEqual(page.tags.count("polygon"), 1)
        self.assertIn(f"agent: fix-port {NASTY} (refused)", page.texts)
        self.assertIn("-1: made worse", page.texts)
        self.assertEqual(json.loads(page.scripts["data"])["incident"]["steps"], steps)
        self.write("d/incident.json", "{}")
        self.assert_refused(self.report("d"), "d/incident.json")

    def test_unlike_results_are_refused_with_both_names_and_what_differs(self):
        self.write("a.json", results("rule", 0.8))
        for field in ("suite_hash", "engine", "verdict_rules"):
            self.write("b.json", results("no-op", 0.0, **{field: "other"}))
            self.assert_refused(self.report("a.json", "b.json", "--out", "x.html"), "a.json",
                                "b.json", field, "other")
            self.assertFalse(os.path.exists(self.dir + "/x.html"))
        self.write_training("one", [0.5])
        self.write_training("two", [0.5], suite_hash="22")
        self.assert_refused(self.report("one", "two"), "one", "two", "suite_hash", "22")

    def test_what_is_no_run_is_refused_with_its_place(self):
        os.makedirs(self.dir + "/empty")
        self.assert_refused(self.report("empty"), "empty", "results.json")
        self.write("torn.json", '{"schema": "wavetank.results/1", "agent":')
        self.assert_refused(self.report("torn.json"), "torn.json")
        self.write("short.json", {"schema": "wavetank.results/1", "agent": "rule"})
        self.assert_refused(self.report("short.json"), "short.json")
        self.write_training("bad", [0.5])
        self.write("bad/metrics.jsonl", json.dumps(metrics(1, 0.5)) + "\nno line\n")
        self.assert_refused(self.report("bad"), "bad/metrics.jsonl:2")
        self.assert_refused(self.report(), "runs is missing")
        self.assertEqual(self.report("nowhere.json").returncode, 4)

    def test_a_killed_run_shows_its_whole_lines_and_a_long_one_stays_small(self):
        self.write_training("run", [i / MANY_UPDATES for i in range(MANY_UPDATES)])
        with open(self.dir + "/run/metrics.jsonl", "a") as file:
            file.write('{"schema": "wavetank.met')
        data = json.loads(self.page("run").scripts["data"])["runs"][0]
        self.assertEqual(data["updates"], MANY_UPDATES)
        self.assertLessEqual(len(data["points"]), 300)
        self.assertEqual(data["points"][-1]["episodes"], MANY_UPDATES * 512)
        self.assertAlmostEqual(data["success_last_tenth"], 0.95, places=3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
