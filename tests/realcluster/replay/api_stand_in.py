# SPDX-License-Identifier: Apache-2.0
"""An API server that keeps what it is given and runs nothing; for tests of commands."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SYSTEM = "/api/v1/namespaces/kube-system"
MARK = "/api/v1/namespaces/kube-system/configmaps/wavetank-testbed"


class ApiStandIn:
    """`status`: answers everything with it. `uid`: of kube-system. `forbids`: whether it answers
    (method, path) by 403. `objects`: by path."""

    def __init__(self, status=None, uid="u-1", forbids=lambda method, path: False):
        self.status = status
        self.forbids = forbids
        self.uid = uid
        self.objects = {MARK: {"metadata": {"name": "wavetank-testbed", "uid": "0"}}}
        self.writes = []
        self.posted = threading.Event()  # a Deployment
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                code, body = outer.answer(self.command, self.path.split("?")[0],
                                          self.rfile.read(size))
                data = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def kubeconfig(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("apiVersion: v1\nkind: Config\ncurrent-context: a\n"
                       "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
                       "clusters: [{name: a, cluster: {server: "
                       f"'http://127.0.0.1:{self.server.server_port}'}}}}]\n"
                       "users: [{name: a, user: {token: t}}]\n")
        return path

    def refusal(self, code):
        return code, {"kind": "Status", "status": "Failure", "message": "no", "code": code}

    def answer(self, method, path, body):
        if self.status:
            return self.refusal(self.status)
        if self.forbids(method, path):
            return self.refusal(403)
        if method != "GET":
            self.writes.append(f"{method} {path}")
        if method == "POST":
            made = json.loads(body)
            name = made["metadata"]["name"]
            made["metadata"]["uid"] = str(len(self.writes))
            self.objects[f"{path}/{name}"] = made
            if path.endswith("/namespaces"):
                account = f"{path}/{name}/serviceaccounts/default"
                self.objects[account] = {"metadata": {"name": "default", "uid": "a"}}
            if path.endswith("/deployments"):
                self.posted.set()
            return 201, made
        if path == SYSTEM and self.uid:
            return 200, {"metadata": {"name": "kube-system", "uid": self.uid}}
        if path in self.objects:
            found = self.objects[path]
            if method == "DELETE":
                below = [p for p in self.objects if p.startswith(path + "/")]
                for gone in [path, *below]:
                    del self.objects[gone]
            return 200, found
        if path.rsplit("/", 1)[-1] in ("deployments", "pods", "events", "replicasets", "jobs"):
            below = [o for p, o in self.objects.items() if p.rsplit("/", 1)[0] == path]
            return 200, {"kind": "List", "items": below}
        return self.refusal(404)
