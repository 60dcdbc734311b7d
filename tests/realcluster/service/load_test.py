#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wavetank-load against wavetank-service. Usage: load_test.py WAVETANK_SERVICE WAVETANK_LOAD"""
import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from programs import App, constant, free_port  # noqa: E402

SERVICE, LOAD = sys.argv[1:3]


def run(*arguments, **more):
    result = subprocess.run([LOAD, *map(str, arguments)], capture_output=True, text=True, **more)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


class Load(unittest.TestCase):
    def test_the_rate_is_right_to_two_percent(self):
        with App() as app:
            port = app.add("a", {"x": (constant(1), [])})
            app.start(SERVICE, "a")
            began = time.monotonic()
            summary = run("--target", f"127.0.0.1:{port}", "--rate", 300, "--arrivals", "even",
                          "--mix", "a.x=1", "--for", 3, "--every", 1)
            took = time.monotonic() - began
            total = summary[-1]
            self.assertEqual(total["summary"], "total")
            self.assertAlmostEqual(total["sent"] / 900, 1, delta=0.02)
            self.assertEqual(total["ok"], total["sent"])
            self.assertLess(took, 3.6)
            for period in summary[:2]:
                self.assertAlmostEqual(period["sent"] / 300, 1, delta=0.1)

    def test_requests_leave_when_they_should(self):
        with App() as app:
            port = app.add("a", {"x": (constant(200), [])})
            app.start(SERVICE, "a")
            began = time.monotonic()
            lines = run("--target", f"http://127.0.0.1:{port}/", "--rate", 50, "--mix", "a.x=1",
                        "--for", 2, "--seed", 5)
            self.assertLess(time.monotonic() - began, 3)  # open loop: nobody waits for answers
            self.assertTrue(all(line["status"] == 200 and line["ms"] > 199 for line in lines))
            plan = run("--plan", "--rate", 50, "--mix", "a.x=1", "--for", 2, "--seed", 5)
            self.assertEqual(sorted(line["t"] for line in lines), [p["t"] for p in plan])

    def test_equal_seeds_give_equal_schedules(self):
        options = ["--plan", "--rate", 100, "--mix", "a.x=1,b.y=2,/z=0.5", "--for", 5, "--seed"]
        first = run(*options, 7)
        self.assertEqual(first, run(*options, 7))
        self.assertNotEqual(first, run(*options, 8))
        self.assertEqual({line["op"] for line in first}, {"a.x", "b.y", "/z"})

    def test_failures_are_told_apart(self):
        with App() as app:
            port = app.add("a", {"x": (constant(900), [])},
                           concurrency={"model": "threads", "threads": 1, "queue": 0})
            app.start(SERVICE, "a")
            lines = run("--target", f"127.0.0.1:{port}", "--target", f"b=127.0.0.1:{free_port()}",
                        "--rate", 60, "--mix", "a.x=1,b.y=1,a.none=1", "--for", 1, "--timeout",
                        "300ms")
            kinds = {line.get("error") or line["status"] for line in lines}
            self.assertEqual(kinds, {"timeout", "refused", 503, 404})

    def test_what_is_in_flight_is_bounded(self):
        with App() as app:
            port = app.add("a", {"x": (constant(1000), [])})
            app.start(SERVICE, "a")
            total = run("--target", f"127.0.0.1:{port}", "--rate", 100, "--arrivals", "even",
                        "--mix", "a.x=1", "--for", 0.9, "--max-in-flight", 10, "--every", 5)[-1]
            self.assertEqual((total["sent"], total["ok"]), (10, 10))
            self.assertAlmostEqual(total["not_sent"], 79, delta=2)

    def test_a_signal_ends_it_with_what_it_has(self):
        with App() as app:
            port = app.add("a", {"x": (constant(1), [])})
            app.start(SERVICE, "a")
            for how in (signal.SIGINT, signal.SIGTERM):
                process = subprocess.Popen(
                    [LOAD, "--target", f"127.0.0.1:{port}", "--rate", "50", "--mix", "a.x=1",
                     "--for", "60", "--every", "30"],
                    stdout=subprocess.PIPE, text=True)
                time.sleep(1)
                process.send_signal(how)
                lines = process.communicate(timeout=5)[0].splitlines()
                self.assertEqual(process.returncode, 0)
                self.assertEqual(len(lines), 1)
                total = json.loads(lines[0])
                self.assertEqual(total["summary"], "total")
                self.assertGreater(total["sent"], 20)

    def test_a_pattern_file_is_followed(self):
        with App() as app:
            path = os.path.join(app.folder.name, "rates.csv")
            with open(path, "w") as file:
                file.write("t_s,rate_rps\n0,10\n10,10\n10.001,100\n20,100\n")
            plan = run("--plan", "--pattern", path, "--arrivals", "even", "--mix", "x=1", "--for",
                       20)
            early = sum(line["t"] < 10 for line in plan)
            self.assertAlmostEqual(early, 100, delta=1)
            self.assertAlmostEqual(len(plan) - early, 1000, delta=2)

    def test_bad_options_are_usage(self):
        result = subprocess.run([LOAD, "--rate", "fast"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--rate", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
