#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wavetank-service on loopback. Usage: service_test.py WAVETANK_SERVICE WAVETANK_LOAD"""
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from programs import MS, App, constant, free_port, lognormal, stop  # noqa: E402

SERVICE, LOAD = sys.argv[1:3]


def mean_of(median, p99):
    sigma = math.log(p99 / median) / 2.3263
    return median * math.exp(sigma * sigma / 2)


def load(app, name, mix, rate, seconds, *more):
    lines = subprocess.run(
        [LOAD, "--target", f"127.0.0.1:{app.port(name)}", "--mix", mix, "--rate", str(rate),
         "--for", str(seconds), *more], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


class Requests(unittest.TestCase):
    def test_no_shared_library_is_needed(self):
        for program in (SERVICE, LOAD):
            listed = subprocess.run(["ldd", program], capture_output=True, text=True)
            self.assertIn("not a dynamic executable", listed.stdout + listed.stderr)

    def test_a_chain_takes_the_time_of_its_laws(self):
        with App() as app:
            app.add("c", {"z": (lognormal(8, 30), [])})
            app.add("b", {"y": (lognormal(5, 20), [("c", "z", {})])})
            app.add("a", {"x": (lognormal(10, 25), [("b", "y", {}), ("c", "z", {})])}, cpu_ns=MS)
            for name in "cba":
                app.start(SERVICE, name)
            results = load(app, "a", "a.x=1", 60, 10)
            self.assertEqual({r.get("status") for r in results}, {200})
            times = [r["ms"] for r in results]
            want = mean_of(10, 25) + mean_of(5, 20) + 2 * mean_of(8, 30)
            own = statistics.mean(times)
            error = 4 * statistics.stdev(times) / math.sqrt(len(times))
            # Sockets and scheduling cost something on top, on a busy machine a few milliseconds.
            self.assertGreater(own, want - error)
            self.assertLess(own, want + error + 6)
            for operation in ("a", "b", "c"):
                self.assertGreater(app.metric(operation, "wavetank_requests_total"), 500)

    def test_side_by_side_calls_take_the_time_of_the_slowest(self):
        with App() as app:
            app.add("c", {"z": (constant(100), [])})
            app.add("a", {"x": (constant(1), [("c", "z", {"group": 1})] * 3)})
            app.start(SERVICE, "c")
            app.start(SERVICE, "a")
            times = [app.get("a", "/op/x")[2] for _ in range(5)]
            self.assertGreater(min(times), 100)
            self.assertLess(min(times), 190)
            self.assertEqual(app.metric("c", "wavetank_requests_total"), 15)

    def test_a_full_queue_refuses(self):
        with App() as app:
            app.add("a", {"x": (constant(400), [])},
                    concurrency={"model": "threads", "threads": 2, "queue": 3})
            app.start(SERVICE, "a")
            results = []
            threads = [threading.Thread(target=lambda: results.append(app.get("a", "/op/x")))
                       for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(r[0] for r in results), [200] * 5 + [503] * 3)
            slowest = sorted(r[2] for r in results if r[0] == 200)
            self.assertLess(slowest[1], 700)     # two at once
            self.assertGreater(slowest[4], 1150)  # the fifth waits for two others
            self.assertEqual(app.metric("a", "wavetank_requests_refused_total"), 3)

    def test_an_event_loop_works_on_one_request_at_a_time_but_waits_for_many(self):
        with App() as app:
            app.add("c", {"z": (constant(200), [])})
            app.add("a", {"x": (constant(50), [("c", "z", {})])},
                    concurrency={"model": "event-loop", "cores": 1, "queue": 100})
            app.start(SERVICE, "c")
            app.start(SERVICE, "a")
            began = time.monotonic()
            threads = [threading.Thread(target=app.get, args=("a", "/op/x")) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
            self.assertGreater(took, 0.5)  # 6 x 50 ms one by one, and one call
            self.assertLess(took, 1.0)     # the calls overlap: one by one they take 1.5 s

    def test_cpu_is_used_as_the_behaviour_says(self):
        with App() as app:
            app.add("a", {"x": (constant(20), [])}, cpu_ns=8 * MS)
            app.start(SERVICE, "a")
            load(app, "a", "a.x=1", 40, 2)  # until the cost of serving is known
            before = app.metric("a", "process_cpu_seconds_total")
            results = load(app, "a", "a.x=1", 40, 5)
            each = (app.metric("a", "process_cpu_seconds_total") - before) / len(results)
            self.assertLess(abs(each - 0.008), 0.001)

    def test_memory_is_resident_and_held_per_request(self):
        with App() as app:
            app.add("a", {"x": (constant(800), [])}, memory_base=80 * 2**20,
                    memory_per_request=5 * 2**20)
            process = app.start(SERVICE, "a")

            def resident():
                with open(f"/proc/{process.pid}/statm") as file:
                    return int(file.read().split()[1]) * 4096 / 2**20

            self.assertAlmostEqual(resident(), 80, delta=3)
            threads = [threading.Thread(target=app.get, args=("a", "/op/x")) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.4)
            self.assertAlmostEqual(resident(), 100, delta=4)
            for thread in threads:
                thread.join()
            self.assertAlmostEqual(resident(), 80, delta=4)

    def test_memory_leaks_as_fast_as_told(self):
        with App() as app:
            app.add("a", {"x": (constant(1), [])}, memory_leak_per_hour=3600 * 4 * 2**20)
            app.start(SERVICE, "a")
            before = app.metric("a", "process_resident_memory_bytes")
            time.sleep(3.0)
            grown = (app.metric("a", "process_resident_memory_bytes") - before) / 2**20
            self.assertGreater(grown, 7)
            self.assertLess(grown, 18)

    def test_a_cache_warms_up(self):
        with App() as app:
            app.add("db", {"read": (constant(0), [])})
            app.add("cache", {"get": (constant(0), [("db", "read", {})])},
                    cache={"hit_ratio": 0.9, "warm_up_ns": 4000 * MS})
            app.start(SERVICE, "db")
            app.start(SERVICE, "cache")
            load(app, "cache", "cache.get=1", 200, 1)
            hits = app.metric("cache", "wavetank_cache_hits_total")
            cold = hits / (hits + app.metric("cache", "wavetank_cache_misses_total"))
            self.assertLess(cold, 0.35)  # 0.9 * t / 4 s: 0.11 over the first second
            time.sleep(4)
            before = app.metric("db", "wavetank_requests_total")
            results = load(app, "cache", "cache.get=1", 200, 3)
            missed = (app.metric("db", "wavetank_requests_total") - before) / len(results)
            self.assertAlmostEqual(missed, 0.1, delta=5 * math.sqrt(0.09 / len(results)))

    def test_a_store_takes_so_many_at_a_time(self):
        with App() as app:
            app.add("db", {"read": (constant(500), [])}, connections=3)
            app.start(SERVICE, "db")
            results = []
            threads = [threading.Thread(target=lambda: results.append(app.get("db", "/op/read")[0]))
                       for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(results), [200] * 3 + [503] * 2)


class Failures(unittest.TestCase):
    def test_a_timeout_is_kept_and_tried_again(self):
        with App() as app:
            app.add("c", {"z": (constant(2000), [])})
            app.add("a", {"x": (constant(0), [("c", "z", {"timeout_ns": 150 * MS, "retries": 2,
                                                          "backoff_ns": 50 * MS, "budget": 5})])})
            app.start(SERVICE, "c")
            process = app.start(SERVICE, "a")
            status, _, took = app.get("a", "/op/x")
            self.assertEqual(status, 504)
            self.assertGreater(took, 3 * 150 + 2 * 50 - 5)
            self.assertLess(took, 900)
            self.assertEqual(app.metric("a", "wavetank_calls_total"), 3)
            time.sleep(2)  # the callee goes on working
            self.assertEqual(app.metric("c", "wavetank_requests_total"), 3)
            out = stop(process)[1]
            self.assertIn("ERROR x: call to c/z failed: context deadline exceeded\n", out)

    def test_retries_are_as_many_as_the_models_formula_says(self):
        # Attempts = 1 + x + x^2 with x the share that fails; here each attempt finds the callee's
        # own call failing with probability 1/2.
        with App() as app:
            app.add("dead", {"n": (constant(0), [])})
            app.add("c", {"z": (constant(0), [("dead", "n", {"probability": 0.5})])})
            app.add("a", {"x": (constant(0), [("c", "z", {"retries": 2, "budget": 10})])})
            app.add("b", {"x": (constant(0), [("c", "z", {"retries": 2, "budget": 0.2})])})
            for name in "cab":
                app.start(SERVICE, name)
            results = load(app, "a", "a.x=1", 150, 6)
            n = len(results)
            failed = sum(r["status"] != 200 for r in results) / n
            self.assertAlmostEqual(failed, 0.125, delta=5 * math.sqrt(0.11 / n))
            self.assertAlmostEqual(app.metric("a", "wavetank_calls_total") / n, 1.75, delta=0.15)
            results = load(app, "b", "b.x=1", 150, 6)
            attempts = app.metric("b", "wavetank_calls_total") / len(results)
            self.assertAlmostEqual(attempts, 1.2, delta=0.03)

    def test_an_optional_call_fails_nobody_and_is_logged_once_a_second(self):
        with App() as app:
            app.add("gone", {"n": (constant(0), [])})
            app.add("a", {"x": (constant(0), [("gone", "n", {"optional": True})])})
            process = app.start(SERVICE, "a")
            for _ in range(20):
                self.assertEqual(app.get("a", "/op/x")[0], 200)
            out = stop(process)[1]
            port = app.port("gone")
            line = (f"ERROR x: call to gone/n failed: dial tcp 127.0.0.1:{port}: connect: "
                    "connection refused\n")
            self.assertLessEqual(out.count(line), 2)
            self.assertGreaterEqual(out.count(line), 1)

    def test_a_name_that_does_not_resolve_is_told(self):
        with App() as app:
            app.add("gone", {"n": (constant(0), [])})
            app.add("a", {"x": (constant(0), [("gone", "n", {"host": "nowhere.invalid"})])})
            process = app.start(SERVICE, "a")
            self.assertEqual(app.get("a", "/op/x")[0], 502)
            out = stop(process)[1]
            self.assertRegex(out, "failed: dial tcp: lookup nowhere.invalid: "
                                  "(no such host|i/o timeout)\n")

    def test_a_breaker_stops_asking(self):
        with App() as app:
            app.add("gone", {"n": (constant(0), [])})
            call = ("gone", "n", {"breaker_failures": 3, "breaker_open_ns": 700 * MS})
            app.add("a", {"x": (constant(0), [call])})
            app.start(SERVICE, "a")
            for _ in range(10):
                app.get("a", "/op/x")
            labels = 'service="a",operation="x",callee="gone/n",ending="refused"'
            self.assertEqual(app.metric("a", "wavetank_calls_total{" + labels), 3)
            app.start(SERVICE, "gone")
            time.sleep(0.7)
            self.assertEqual(app.get("a", "/op/x")[0], 200)

    def test_a_pool_limits_the_connections_to_a_callee(self):
        with App() as app:
            app.add("c", {"z": (constant(200), [])})
            app.add("a", {"x": (constant(0), [("c", "z", {"pool": 2})])})
            app.start(SERVICE, "c")
            app.start(SERVICE, "a")
            began = time.monotonic()
            threads = [threading.Thread(target=app.get, args=("a", "/op/x")) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertGreater(time.monotonic() - began, 0.6)

    def test_another_service_is_not_answered_for(self):
        with App() as app:
            app.add("a", {"x": (constant(0), [])})
            app.add("b", {"x": (constant(0), [])})
            app.start(SERVICE, "a")
            header = {"X-Wavetank-Service": "b"}
            self.assertEqual(app.get("a", "/op/x", **header)[0], 404)
            self.assertEqual(app.get("a", "/wavetank/plays", **header)[0], 404)
            app.services[1].update(host="same", called_port=80)  # versions behind one Service
            app.services[0].update(host="same", called_port=80)
            app.start(SERVICE, "b")
            self.assertEqual(app.get("b", "/op/x", **{"X-Wavetank-Service": "a"})[0], 200)

    def test_what_comes_from_outside_is_bounded(self):
        with App() as app:
            app.add("a", {"x": (constant(0), [])}, health_paths=["/healthz"])
            app.start(SERVICE, "a")
            self.assertEqual(app.get("a", "/op/x", method="POST", body="x" * 60000)[0], 200)
            self.assertEqual(app.get("a", "/op/x", method="DELETE")[0], 405)
            self.assertEqual(app.get("a", "/op/y")[0], 404)
            self.assertEqual(app.get("a", "/other")[0], 404)
            self.assertEqual(app.get("a", "/healthz")[0], 200)
            self.assertEqual(app.get("a", "/op/x?q=1")[0], 200)
            self.assertEqual(app.get("a", "/op/x", **{"X-Long": "y" * 20000})[0], 431)
            for text in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"POST /op/x HTTP/1.1\r\n"
                         b"Content-Length: 99999999\r\n\r\n"):
                with socket.create_connection(("127.0.0.1", app.port("a")), timeout=5) as s:
                    s.sendall(text)
                    self.assertRegex(s.recv(100), b"HTTP/1.1 4(00|13)")
            many = [socket.create_connection(("127.0.0.1", app.port("a"))) for _ in range(500)]
            for s in many:
                s.close()
            time.sleep(0.2)
            self.assertEqual(app.get("a", "/op/x")[0], 200)


class Life(unittest.TestCase):
    def missing(self, need, **env):
        with App() as app:
            app.add("a", {"x": (constant(0), [])}, needs=[need])
            began = time.monotonic()
            process = app.start(SERVICE, "a", wait=False, **env)
            out = process.communicate(timeout=10)[0]
            return process.returncode, out, time.monotonic() - began

    def test_a_missing_setting_ends_it_with_the_simulators_words(self):
        code, out, took = self.missing({"name": "SEARCH_ADDRESS", "env": ["SEARCH_ADDRESS"]})
        self.assertEqual(code, 1)
        self.assertEqual(out, "INFO starting a\nFATAL required setting SEARCH_ADDRESS is missing\n")
        self.assertGreater(took, 0.1)  # timing.crash

    def test_a_missing_secret_file_ends_it(self):
        need = {"name": "mongo", "setting": False, "files": ["/nowhere/password"]}
        code, out, _ = self.missing(need)
        self.assertEqual(code, 1)
        self.assertIn("FATAL cannot read configuration mongo: no such file or directory\n", out)

    def test_what_is_there_in_one_of_its_places_is_enough(self):
        with App() as app:
            app.add("a", {"x": (constant(0), [])},
                    needs=[{"name": "k", "env": ["HERE"], "files": ["/nowhere"]}, {"name": "l"}])
            app.start(SERVICE, "a", HERE="")
            self.assertEqual(app.get("a", "/op/x")[0], 200)

    def test_it_gives_up_when_what_it_needs_does_not_answer(self):
        with App() as app:
            app.add("consul", {"lookup": (constant(0), [])})
            app.add("a", {"x": (constant(0), [])}, startup_needs=["consul"])
            process = app.start(SERVICE, "a", wait=False)
            out = process.communicate(timeout=10)[0]
            at = f"127.0.0.1:{app.port('consul')}"
            self.assertEqual(out, "INFO starting a\n"
                                  f"WARN dial tcp {at}: connect: connection refused\n"
                                  f"FATAL cannot connect to {at}, giving up\n")
            self.assertEqual(process.returncode, 1)
            app.start(SERVICE, "consul")
            app.start(SERVICE, "a")
            self.assertEqual(app.get("a", "/op/x")[0], 200)

    def test_it_listens_after_its_start_up_time_on_all_ports(self):
        with App() as app:
            second = free_port()
            port = app.add("a", {"x": (constant(0), [])}, startup=constant(600))
            app.services[0]["ports"].append({"port": second})
            process = app.start(SERVICE, "a", wait=False)
            time.sleep(0.3)
            with socket.socket() as s:
                self.assertNotEqual(s.connect_ex(("127.0.0.1", port)), 0)
            app.wait_for("a")
            with socket.socket() as s:
                self.assertEqual(s.connect_ex(("127.0.0.1", second)), 0)
            self.assertIn(f"INFO listening on :{port}\n", stop(process)[1])

    def test_a_port_in_use_ends_it(self):
        with App() as app, socket.socket() as taken:
            port = app.add("a", {"x": (constant(0), [])})
            taken.bind(("0.0.0.0", port))
            taken.listen()
            process = app.start(SERVICE, "a", wait=False)
            out = process.communicate(timeout=10)[0]
            self.assertEqual(process.returncode, 1)
            self.assertIn(f"FATAL cannot listen on :{port}", out)

    def test_health_follows_what_it_depends_on(self):
        with App() as app:
            app.add("db", {"read": (constant(0), [])})
            app.add("a", {"x": (constant(0), [])}, health_paths=["/ready"], health_depends=["db"])
            app.start(SERVICE, "a")
            self.assertEqual(app.get("a", "/ready")[0], 503)
            db = app.start(SERVICE, "db")
            time.sleep(0.3)
            self.assertEqual(app.get("a", "/ready")[0], 200)
            stop(db)
            time.sleep(0.3)
            self.assertEqual(app.get("a", "/ready")[0], 503)
            self.assertEqual(app.get("a", "/op/x")[0], 200)

    def test_sigterm_shuts_its_ports_at_once_and_ends_it_soon(self):
        with App() as app:
            app.add("a", {"x": (constant(100), [])})
            process = app.start(SERVICE, "a")
            answers = []
            thread = threading.Thread(target=lambda: answers.append(app.get("a", "/op/x")))
            thread.start()
            time.sleep(0.03)
            process.terminate()
            time.sleep(0.05)
            with socket.socket() as s:
                self.assertNotEqual(s.connect_ex(("127.0.0.1", app.port("a"))), 0)
            thread.join()
            self.assertEqual(answers[0][0], 200)  # what was under way is answered
            out = process.communicate(timeout=10)[0]
            self.assertEqual(process.returncode, 143)
            self.assertTrue(out.endswith("INFO received signal terminated, shutting down\n"))

    def test_the_hostname_decides_and_a_stranger_idles(self):
        with App() as app:
            app.add("a", {"x": (constant(0), [])})
            app.add("a-b", {"x": (constant(0), [])})
            process = app.start(SERVICE, "a", HOSTNAME="a-b-77f-xyz", wait=False)
            app.wait_for("a-b")
            self.assertIn("INFO starting a-b\n", stop(process)[1])
            code, out, took = stop(self.idle(app))
            self.assertEqual(code, 143)
            self.assertIn("no workload", out)
            self.assertGreater(took, 0.15)

    def idle(self, app):
        process = app.start(SERVICE, "x", HOSTNAME="somebody", wait=False)
        time.sleep(0.3)
        return process

    def test_pause_ends_with_the_sandbox(self):
        process = subprocess.Popen([SERVICE, "pause"])
        time.sleep(0.2)
        self.assertIsNone(process.poll())
        with open(f"/proc/{process.pid}/statm") as file:
            self.assertLess(int(file.read().split()[1]) * 4096, 3 * 2**20)
        process.terminate()
        self.assertEqual(process.wait(timeout=5), 0)

    def test_an_app_that_is_not_readable_is_told(self):
        result = subprocess.run([SERVICE], env={"WAVETANK_APP": "/nowhere"}, capture_output=True,
                                text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere", result.stderr)

    def test_datagrams_carry_operations_too(self):
        with App() as app:
            app.add("c", {"z": (constant(20), [])})
            app.services[0]["ports"] = [{"port": app.port("c"), "udp": True}]
            app.add("a", {"x": (constant(0), [("c", "z", {"udp": True, "timeout_ns": 300 * MS})])})
            app.start(SERVICE, "c", wait=False)
            time.sleep(0.3)
            app.start(SERVICE, "a")
            status, _, took = app.get("a", "/op/x")
            self.assertEqual(status, 200)
            self.assertGreater(took, 20)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(0.3)
                s.sendto(b"\xff" * 1400, ("127.0.0.1", app.port("c")))
                self.assertRaises(TimeoutError, s.recv, 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
