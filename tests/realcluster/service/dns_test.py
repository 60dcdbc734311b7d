#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names resolve in a root folder that holds the static program and resolv.conf alone, as in a pod.
Usage: dns_test.py WAVETANK_SERVICE WAVETANK_LOAD; exit code 77: skipped."""
import fcntl
import http.server
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

LOAD = sys.argv[2]
SEARCH = ["hotel.svc.cluster.local", "svc.cluster.local", "cluster.local"]


class Dns(threading.Thread):
    """A records of a few names on 127.0.0.1:53; everything else does not exist."""

    def __init__(self):
        super().__init__(daemon=True)
        self.names, self.asked, self.silent = {}, [], False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))

    def run(self):
        while True:
            query, client = self.socket.recvfrom(512)
            if self.silent:
                continue
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += query[at] + 1
            name, question = ".".join(labels), query[12:at + 5]
            self.asked.append(name)
            address = self.names.get(name)
            if address:
                answer = (query[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + question +
                          b"\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4" + socket.inet_aton(address))
            else:
                answer = query[:2] + b"\x85\x83\0\1\0\0\0\0\0\0" + question
            self.socket.sendto(answer, client)


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sH", b"lo", 0x41)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(s, 0x8914, request)  # SIOCSIFFLAGS


def endings(root, host, seconds=0.3, rate=20):
    out = subprocess.run(["chroot", root, "/load", "--target", f"{host}:8080", "--rate", str(rate),
                          "--arrivals", "even", "--mix", "x=1", "--for", str(seconds), "--timeout",
                          "1s"], check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    return [(line["t"], line.get("error") or line["status"]) for line in lines]


def main(root):
    raise_loopback()
    dns = Dns()
    dns.start()
    server = http.server.ThreadingHTTPServer(("127.0.0.7", 8080), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shutil.copy(LOAD, os.path.join(root, "load"))
    os.mkdir(os.path.join(root, "etc"))
    with open(os.path.join(root, "etc/resolv.conf"), "w") as file:
        file.write(f"search {' '.join(SEARCH)}\nnameserver 127.0.0.1\noptions ndots:5\n")
    dns.names["geo.hotel.svc.cluster.local"] = "127.0.0.7"
    assert {e for _, e in endings(root, "geo")} == {200}
    assert dns.asked[0] == "geo.hotel.svc.cluster.local", dns.asked
    assert len(dns.asked) == 1, "an answer is used for a second"
    assert {e for _, e in endings(root, "geo.hotel")} == {200}
    dns.asked.clear()
    assert {e for _, e in endings(root, "nothere")} == {"no such host"}
    assert dns.asked[:4] == [f"nothere.{d}" for d in SEARCH] + ["nothere"], dns.asked

    def move():
        time.sleep(1)
        dns.names["geo.hotel.svc.cluster.local"] = "127.0.0.8"  # nobody listens there

    threading.Thread(target=move).start()
    moving = endings(root, "geo", 4)
    assert all(e == 200 for t, e in moving if t < 0.9), moving
    assert all(e == "refused" for t, e in moving if t > 2.6), "kept longer than a second"
    dns.silent = True
    assert {e for _, e in endings(root, "geo")} <= {"timeout", "lookup failed"}
    print("names resolve without a library beside the program")


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which("unshare"):
        print("skipped: root and unshare are needed")
        sys.exit(77)
    if "--inside" not in sys.argv:
        inside = ["unshare", "--net", sys.executable, *sys.argv, "--inside"]
        sys.exit(subprocess.run(inside).returncode)
    with tempfile.TemporaryDirectory() as folder:
        main(folder)
