# SPDX-License-Identifier: Apache-2.0
"""`wavetank demo` as the launcher calls it: the core half, then the half with libtorch.

usage: demo_test.py CORE_BINARY [LEARN_BINARY]
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
import xml.etree.ElementTree

CORE = sys.argv.pop(1)
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
LEARN = sys.argv.pop(1) if len(sys.argv) > 1 else None
SUITE = ["--suite", "hotel-wrong-target-port", "--seeds", "1-2", "--seed", "7"]
SMALL = [*SUITE, "--train-seconds", "0.1"]
AGENTS = {"no-op", "random", "restart-everything", "rule", "oracle"}
WAIT_S = 120


class Demo(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}

    def run_it(self, binary, *words):
        return subprocess.run([binary, "demo", *words], capture_output=True, text=True,
                              cwd=self.dir, env=self.env, timeout=WAIT_S)

    def read(self, name):
        with open(f"{self.dir}/{name}") as file:
            return file.read()

    def test_the_first_half_plays_an_incident_and_leaves_nothing_behind(self):
        ended = self.run_it(CORE, *SMALL)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        for text in ("service-target-port-wrong", "cause   |", "errors  |", "agent   |", "verdict"):
            self.assertIn(text, ended.stdout)
        self.assertEqual(os.listdir(self.dir), [])
        self.assertEqual(self.run_it(CORE, *SMALL).stdout, ended.stdout)

    def test_the_readme_shows_what_play_prints_and_its_picture(self):
        play = [CORE, "play", "--agent", "rule", "--seed", "7", "--brief", "--svg", "incident.svg"]
        ended = subprocess.run(play, capture_output=True, text=True, cwd=self.dir, env=self.env,
                               timeout=WAIT_S)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            shown = file.read().split("What `play` ends with:\n\n")[1].split("\n\n")[0]
        for line in shown.splitlines():
            self.assertIn(line.strip(), ended.stdout)
        with open(os.path.join(ROOT, "docs/incident.svg"), encoding="utf-8") as picture, \
                open(os.path.join(self.dir, "incident.svg"), encoding="utf-8") as now:
            self.assertEqual(picture.read(), now.read())

    def test_play_writes_the_same_incident_as_a_picture(self):
        ended = subprocess.run([CORE, "play", "--seed", "7", "--brief", "--svg", "incident.svg"],
                               capture_output=True, text=True, cwd=self.dir, env=self.env,
                               timeout=WAIT_S)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn(ended.stdout, self.run_it(CORE, *SMALL).stdout)
        picture = xml.etree.ElementTree.parse(self.dir + "/incident.svg").getroot()
        self.assertEqual(picture.tag, "{http://www.w3.org/2000/svg}svg")
        texts = [text.text for text in picture.iter() if text.tag.endswith("}text")]
        self.assertIn("hotel-wrong-target-port, seed 7, agent rule", texts)
        self.assertIn("fault: service-target-port-wrong", texts)
        for text in picture.iter("{http://www.w3.org/2000/svg}text"):
            self.assertTrue(0 <= float(text.get("x")) <= 960)

    def test_bad_words_end_in_one_line_before_anything_is_played(self):
        os.makedirs(self.dir + "/used")
        with open(self.dir + "/used/file", "w"):
            pass
        for words in (["--train-seconds", "0"], ["--seeds", "9-1"], ["--out", "used"],
                      ["--qick"]):
            ended = self.run_it(CORE, *words)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
            self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)

    @unittest.skipIf(LEARN is None, "built without libtorch")
    def test_the_second_half_trains_scores_and_writes_a_report(self):
        core = self.run_it(CORE, *SMALL, "--json")
        self.assertEqual((core.returncode, core.stdout), (0, ""))
        ended = self.run_it(LEARN, *SMALL, "--json")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        document = json.loads(ended.stdout)
        self.assertEqual((document["schema"], document["complete"], document["folder"]),
                         ("wavetank.demo/1", True, "runs/demo-1"))
        self.assertEqual(json.loads(self.read("runs/demo-1/demo.json")), document)
        self.assertGreaterEqual(document["training"]["updates"], 1)
        policy = document["training"]["policy"]
        self.assertTrue(os.path.exists(f"{self.dir}/{policy}"))
        self.assertEqual({row["agent"] for row in document["agents"]}, AGENTS | {policy})
        by_name = {row["agent"]: row["faulty"] for row in document["agents"]}
        self.assertEqual(by_name["oracle"]["verdict_mean"], 1.0)
        self.assertEqual(by_name["no-op"]["verdict_mean"], 0.0)
        self.assertIn("Next:", ended.stderr)
        for part in ("<svg", "Learning", "By fault", "service-target-port-wrong"):
            self.assertIn(part, self.read("runs/demo-1/report.html"))
        report = subprocess.run([CORE, "report", "runs/demo-1", "--json"], capture_output=True,
                                text=True, cwd=self.dir, env=self.env, timeout=WAIT_S)
        data = json.loads(report.stdout)
        self.assertEqual(len(data["agents"]), len(document["agents"]))
        self.assertEqual(data["incident"]["seed"], 7)
        self.assertAlmostEqual(data["runs"][0]["success_last_tenth"],
                               document["training"]["success_last_tenth"])

    @unittest.skipIf(LEARN is None, "built without libtorch")
    def test_ctrl_c_in_training_ends_with_a_report_of_what_there_is(self):
        running = subprocess.Popen([LEARN, "demo", *SUITE, "--train-seconds", "600", "--out", "d"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=self.dir, env=self.env)
        self.addCleanup(running.kill)
        end = time.monotonic() + WAIT_S
        path = self.dir + "/d/train/metrics.jsonl"
        while not (os.path.exists(path) and os.path.getsize(path)):
            self.assertIsNone(running.poll(), "it ended before its first update")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=WAIT_S)[0]
        self.assertEqual(running.returncode, 130)
        self.assertIn("Report: d/report.html", said)
        self.assertFalse(json.loads(self.read("d/demo.json"))["complete"])
        self.assertIn("<svg", self.read("d/report.html"))
        self.assertTrue(os.path.exists(self.dir + "/d/train/policy.wtp"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
