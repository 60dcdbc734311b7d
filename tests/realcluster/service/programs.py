# SPDX-License-Identifier: Apache-2.0
"""Apps by hand, processes of theirs on loopback, questions to them."""
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time

MS = 1_000_000


def constant(ms):
    return {"constant": ms * MS}


def lognormal(median_ms, p99_ms):
    return {"lognormal": [median_ms * MS, p99_ms * MS]}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class App:
    """Services are added callees first; a call names a service that is there."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.services, self.running = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.folder.cleanup()

    def port(self, name):
        return next(s["port"] for s in self.services if s["name"] == name)

    def add(self, name, operations, **more):
        """operations: name -> (law, [call]); a call is (service, operation, {field: value})."""
        port = free_port()
        service = {"name": name, "workload_kind": "Deployment", "workload": name,
                   "namespace": "test", "host": "127.0.0.1", "called_port": port, "port": port,
                   "ports": [{"port": port}], "startup": constant(1), "cpu_ns": 0,
                   "concurrency": {"model": "threads", "threads": 32, "queue": 64},
                   "operations": []}
        for operation, (work, calls) in operations.items():
            service["operations"].append({"name": operation, "work": work, "calls": [
                {"service": to, "operation": what, "host": "127.0.0.1",
                 "port": fields.pop("port", None) or self.port(to),
                 "timeout_ns": 5000 * MS, "backoff_ns": 10 * MS, **fields}
                for to, what, fields in calls]})
        service.update(more)
        self.services.append(service)
        return port

    def file(self):
        path = os.path.join(self.folder.name, "app.json")
        with open(path, "w") as out:
            json.dump({"schema": "wavetank.app/1", "app": "test", "services": self.services,
                       "timing": {"crash": constant(100), "stop": constant(200)}}, out)
        return path

    def start(self, program, name, wait=True, **env):
        process = subprocess.Popen(
            [program, "-m", "64", "agent"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={**os.environ, "WAVETANK_APP": self.file(), "HOSTNAME": name + "-1-2",
                            **env})
        self.running.append(process)
        if wait:
            self.wait_for(name)
        return process

    def wait_for(self, name):
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port(name))) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(name + " does not listen")

    def get(self, name, path, method="GET", body=None, **headers):
        """(status, body, milliseconds)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(name), timeout=20)
        began = time.monotonic()
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, (time.monotonic() - began) * 1000

    def metric(self, name, metric):
        lines = self.get(name, "/metrics")[1].splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(metric))


def stop(process, how=signal.SIGTERM):
    """(exit code, output, seconds it took)"""
    began = time.monotonic()
    process.send_signal(how)
    out = process.communicate(timeout=20)[0]
    return process.returncode, out, time.monotonic() - began
