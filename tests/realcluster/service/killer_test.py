#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wavetank-killer against an API of this test's own, over TLS. Usage: killer_test.py KILLER"""
import http.server
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

KILLER = sys.argv[1]
ORDERS = "/api/v1/namespaces/wavetank-chaos/configmaps/pod-recycler"
CHAOS = "/apis/chaos-mesh.org/v1alpha1/namespaces/wavetank-chaos/podchaos"
PODS = "/api/v1/namespaces/shop/pods"


def status(code, message):
    return code, {"kind": "Status", "code": code, "message": message}


def certificate(folder, name):
    """A self-signed certificate for 127.0.0.1: paths of it and of its key."""
    cert, key = (os.path.join(folder, name + end) for end in (".crt", ".key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert,
                    "-subj", "/CN=" + name, "-days", "2", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


class Api:
    """`answers`: (method, path) -> (status, object), or a function of the request that gives it."""

    def __init__(self, folder):
        api = self
        self.requests, self.answers = [], {}
        self.config(0.1)
        self.answers["GET", PODS] = 200, {"kind": "PodList", "items": [
            {"metadata": {"name": "web-1"}, "spec": {"terminationGracePeriodSeconds": 7}},
            {"metadata": {"name": "web-2"}, "spec": {"terminationGracePeriodSeconds": 7}},
            {"metadata": {"name": "web-gone", "deletionTimestamp": "2026-01-01T00:00:00Z"}}]}
        self.answers["POST", CHAOS] = 201, {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                request = {"method": self.command, "path": path, "at": time.monotonic(),
                           "query": dict(urllib.parse.parse_qsl(query)),
                           "token": self.headers.get("Authorization"),
                           "body": json.loads(body) if body else None}
                api.requests.append(request)
                code, reply = api.answers.get((self.command, path), status(404, "no such thing"))
                text = json.dumps(reply).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a client that does not trust us

        cert, key = certificate(folder, "api")
        shutil.copy(cert, os.path.join(folder, "ca.crt"))
        with open(os.path.join(folder, "token"), "w") as out:
            out.write("secret\n")
        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def config(self, interval):
        self.answers["GET", ORDERS] = 200, {"data": {
            "namespace": "shop", "selector": "app=web,tier in (a)", "interval_s": str(interval)}}

    def of(self, method, path):
        return [r for r in self.requests if (r["method"], r["path"]) == (method, path)]


class Killer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.api = Api(self.folder)
        self.addCleanup(self.api.server.server_close)
        self.addCleanup(self.api.server.shutdown)

    def start(self, seconds):
        """Its lines and exit code; it runs for so long."""
        process = subprocess.Popen(
            [KILLER, "--every=30s"], stdout=subprocess.PIPE, text=True,
            env={"HOSTNAME": "pod-recycler-5f6d7c8b9-x2v4z", "WAVETANK_ACCOUNT": self.folder,
                 "KUBERNETES_SERVICE_HOST": "127.0.0.1",
                 "KUBERNETES_SERVICE_PORT": str(self.api.server.server_address[1])})
        time.sleep(seconds)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
        return out.splitlines(), process.returncode

    def test_each_kill_is_a_podchaos_of_one_live_pod(self):
        lines, code = self.start(3)
        chaos = self.api.of("POST", CHAOS)
        self.assertGreater(len(chaos), 5)
        victims = set()
        for request in chaos:
            body = request["body"]
            self.assertEqual((body["apiVersion"], body["kind"]),
                             ("chaos-mesh.org/v1alpha1", "PodChaos"))
            self.assertEqual(body["metadata"]["namespace"], "wavetank-chaos")
            spec = body["spec"]
            self.assertEqual((spec["action"], spec["mode"], spec["gracePeriod"]),
                             ("pod-kill", "one", 7))
            self.assertEqual(spec["selector"]["namespaces"], ["shop"])
            self.assertEqual(list(spec["selector"]["pods"]), ["shop"])
            victims.update(spec["selector"]["pods"]["shop"])
            self.assertEqual(len(spec["selector"]["pods"]["shop"]), 1)
        self.assertEqual(victims, {"web-1", "web-2"})
        self.assertEqual(len({r["body"]["metadata"]["name"] for r in chaos}), len(chaos))
        self.assertEqual({r["token"] for r in self.api.requests}, {"Bearer secret"})
        for request in self.api.of("GET", PODS):
            self.assertEqual(request["query"]["labelSelector"], "app=web,tier in (a)")
        self.assertFalse([r for r in self.api.requests if r["method"] == "DELETE"])
        self.assertEqual(lines[0], "INFO starting pod-recycler")
        self.assertEqual(lines[-1], "INFO received signal terminated, shutting down")
        self.assertTrue(all(line.startswith("INFO deleted pod web-") for line in lines[1:-1]))
        self.assertEqual(code, 143)

    def test_kills_are_drawn_within_a_third_of_the_mean(self):
        self.api.config(0.3)
        self.start(6)
        times = [r["at"] for r in self.api.of("GET", PODS)]
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertGreater(min(gaps), 0.199)
        self.assertLess(sorted(gaps)[len(gaps) // 2], 0.4 + 0.1)
        self.assertGreater(max(gaps) - min(gaps), 0.05)

    def test_without_chaos_mesh_it_deletes_the_pod_itself(self):
        del self.api.answers["POST", CHAOS]
        self.api.answers["DELETE", PODS + "/web-1"] = 200, {}
        self.api.answers["DELETE", PODS + "/web-2"] = 404, {"kind": "Status", "message":
                                                            'pods "web-2" not found'}
        lines, _ = self.start(3)
        self.assertIn("INFO deleted pod web-1", lines)
        self.assertIn('ERROR cannot delete pod web-2: pods "web-2" not found', lines)

    def test_refusals_are_in_its_log_and_it_goes_on(self):
        refusal = 'pods is forbidden: User "system:serviceaccount:shop:default" cannot list'
        self.api.answers["GET", PODS] = status(403, refusal)
        lines, code = self.start(2)
        self.assertGreater(lines.count("ERROR cannot list pods: " + refusal), 2)
        self.assertEqual(code, 143)

    def test_a_podchaos_that_is_refused_is_no_reason_to_delete(self):
        self.api.answers["POST", CHAOS] = status(403, "podchaos is forbidden")
        lines, _ = self.start(2)
        self.assertTrue(any(line.startswith("ERROR cannot delete pod web-") and
                            line.endswith(": podchaos is forbidden") for line in lines))
        self.assertFalse([r for r in self.api.requests if r["method"] == "DELETE"])

    def test_it_waits_for_its_orders(self):
        orders = self.api.answers.pop(("GET", ORDERS))
        threading.Timer(3, lambda: self.api.answers.update({("GET", ORDERS): orders})).start()
        lines, _ = self.start(6)
        self.assertEqual(lines[1], "WARN settings: no such thing")
        self.assertTrue(lines[2].startswith("INFO deleted pod"), lines)

    def test_orders_that_make_no_sense_are_not_followed(self):
        for interval in ("-1", "0", "soon", "nan", ""):
            self.api.config(interval)
            lines, _ = self.start(0.3)
            self.assertEqual(lines[1], "WARN settings: not readable")
        self.assertFalse(self.api.of("GET", PODS))

    def test_no_pods_is_no_kill(self):
        self.api.answers["GET", PODS] = 200, {"items": []}
        lines, _ = self.start(1)
        self.assertEqual(len(lines), 2)
        self.assertTrue(self.api.of("GET", PODS))

    def test_a_server_that_its_ca_does_not_know_hears_nothing(self):
        cert, _ = certificate(self.folder, "another")
        shutil.copy(cert, os.path.join(self.folder, "ca.crt"))
        lines, _ = self.start(1)
        self.assertTrue(lines[1].startswith("WARN settings: tls: self"), lines)
        self.assertEqual(self.api.requests, [])

    def test_an_api_that_goes_away_is_an_error_and_not_the_end(self):
        threading.Timer(1, lambda: (self.api.server.shutdown(),
                                    self.api.server.server_close())).start()
        lines, code = self.start(3)
        self.assertTrue(any("connection refused" in line.lower() for line in lines), lines)
        self.assertEqual(code, 143)


if __name__ == "__main__":
    if shutil.which("openssl") is None:
        print("skipped: openssl, which makes the certificates, is missing: apt-get install openssl")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
