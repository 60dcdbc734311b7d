#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the app of the performance run R23 (docs/performance.md): 23 services in 61 pods, a call
tree with caches and stores, probes on every pod. One table below fixes everything; the CPU that a
request costs follows from it: what makes a service run at TARGET of its limit at 200 rps, but no
more than BUSY times the median of its work.

usage: python3 make.py [FOLDER]     writes app.yaml and behaviour.yaml into FOLDER (default: here)
"""
import pathlib
import sys

RATE_RPS = 200.0
MIX = {"browse": 0.5, "find": 0.25, "buy": 0.1, "login": 0.15}
SERVICE, CACHE, STORE = "service", "cache", "store"
BUSY = 1.3
TARGET = {SERVICE: 0.45, CACHE: 0.3, STORE: 0.3}

# name: (kind, pods, port, CPU limit in millicores, base memory in MiB, operations)
# operation: (median ms, p99 ms, [(callee.operation, optional, retries)])
APP = {
    "gateway": (SERVICE, 5, 8080, 500, 60, {
        "browse": (3, 12, [("catalog.list", 0, 1), ("pricing.quote", 0, 1), ("media.fetch", 1, 0),
                           ("ads.pick", 1, 0)]),
        "find": (3, 12, [("search.query", 0, 1), ("recommend.rank", 1, 0)]),
        "buy": (4, 16, [("auth.check", 0, 1), ("cart.load", 0, 1), ("checkout.place", 0, 0)]),
        "login": (2, 8, [("account.open", 0, 1)])}),
    "catalog": (SERVICE, 4, 8081, 400, 56, {
        "list": (5, 20, [("cache-catalog.get", 0, 0), ("reviews.summary", 1, 0)]),
        "item": (3, 12, [("cache-catalog.get", 0, 0)])}),
    "search": (SERVICE, 4, 8082, 400, 64, {
        "query": (8, 30, [("catalog.item", 0, 1), ("pricing.quote", 0, 1)])}),
    "pricing": (SERVICE, 4, 8083, 300, 48, {"quote": (3, 12, [("cache-pricing.get", 0, 0)])}),
    "cart": (SERVICE, 4, 8084, 300, 48, {
        "load": (4, 15, [("cache-session.get", 0, 0), ("inventory.count", 0, 1)])}),
    "recommend": (SERVICE, 3, 8085, 400, 96, {"rank": (9, 35, [("catalog.item", 1, 0)])}),
    "checkout": (SERVICE, 3, 8086, 300, 52, {
        "place": (8, 30, [("inventory.reserve", 0, 0), ("payment.charge", 0, 0),
                          ("shipping.book", 0, 1), ("notify.send", 1, 0)])}),
    "payment": (SERVICE, 3, 8087, 300, 48, {"charge": (12, 40, [("db-orders.write", 0, 0)])}),
    "shipping": (SERVICE, 3, 8088, 300, 48, {"book": (6, 22, [("db-orders.read", 0, 1)])}),
    "account": (SERVICE, 3, 8089, 300, 48, {
        "open": (5, 18, [("auth.check", 0, 1), ("db-users.read", 0, 1)])}),
    "auth": (SERVICE, 3, 8090, 300, 44, {
        "check": (3, 10, [("cache-session.get", 0, 0)])}),
    "inventory": (SERVICE, 3, 8091, 300, 48, {
        "count": (3, 12, [("db-catalog.read", 0, 1)]),
        "reserve": (5, 20, [("db-orders.write", 0, 0)])}),
    "media": (SERVICE, 3, 8092, 300, 80, {"fetch": (4, 20, [])}),
    "reviews": (SERVICE, 3, 8093, 300, 52, {"summary": (4, 16, [("db-reviews.read", 0, 0)])}),
    "notify": (SERVICE, 3, 8094, 200, 40, {"send": (5, 20, [])}),
    "ads": (SERVICE, 3, 8095, 200, 44, {"pick": (3, 12, [])}),
    "cache-catalog": (CACHE, 1, 11211, 500, 72, {"get": (0.2, 1, [])}),
    "cache-pricing": (CACHE, 1, 11211, 500, 72, {"get": (0.2, 1, [])}),
    "cache-session": (CACHE, 1, 11211, 500, 72, {"get": (0.2, 1, [])}),
    "db-catalog": (STORE, 1, 27017, 1000, 230, {"read": (1.5, 8, [])}),
    "db-orders": (STORE, 1, 27017, 1000, 230, {"read": (1.5, 8, []), "write": (3, 15, [])}),
    "db-users": (STORE, 1, 27017, 1000, 230, {"read": (1.5, 8, [])}),
    "db-reviews": (STORE, 1, 27017, 1000, 230, {"read": (1.5, 8, [])}),
}
# cache: (hit ratio, what a miss asks)
CACHES = {"cache-catalog": (0.9, "db-catalog.read"), "cache-pricing": (0.95, "db-catalog.read"),
          "cache-session": (0.85, "db-users.read")}
SECRET = "store-credentials"


def rates():
    """Requests per second of each service when nothing fails."""
    rate = dict.fromkeys(APP, 0.0)

    def visit(target, rps):
        service, operation = target.split(".")
        rate[service] += rps
        for callee, _, _ in APP[service][5][operation][2]:
            visit(callee, rps)
        if service in CACHES:
            hit, miss = CACHES[service]
            visit(miss, rps * (1 - hit))

    for operation, share in MIX.items():
        visit("gateway." + operation, RATE_RPS * share)
    return rate


def callees(name):
    """Services that `name` calls, each once, in order of first mention."""
    operations = APP[name][5].values()
    return list(dict.fromkeys(c.split(".")[0] for o in operations for c, _, _ in o[2]))


def key_of(name):
    return name.upper().replace("-", "_") + "_ADDRESS"


def probes(kind, port):
    how = ("httpGet: {path: /healthz, port: %d}" if kind == SERVICE else "tcpSocket: {port: %d}")
    how %= port
    return f"""\
          readinessProbe:
            {how}
            periodSeconds: 5
            failureThreshold: 3
          livenessProbe:
            {how}
            initialDelaySeconds: 10
            periodSeconds: 10
            failureThreshold: 3
"""


def environment(name, kind):
    lines = [f"            - {{name: {key_of(c)}, valueFrom: {{configMapKeyRef: "
             f"{{name: shop-config, key: {key_of(c)}}}}}}}" for c in callees(name)]
    if kind == STORE:
        lines = [f"            - {{name: STORE_PASSWORD, valueFrom: {{secretKeyRef: "
                 f"{{name: {SECRET}, key: password}}}}}}"]
    return "          env:\n" + "\n".join(lines) + "\n" if lines else ""


def image(name, kind):
    fixed = {CACHE: "memcached:1.6.29", STORE: "mongo:4.4.29"}
    return fixed.get(kind, f"wavetank/perf23-{name}:1.0.0")


def strategy(kind):
    single = "  strategy: {type: Recreate}\n"
    return "" if kind == SERVICE else single


def workload(name):
    kind, pods, port, cpu, memory, _ = APP[name]
    run = f"          command: [\"/app/{name}\"]\n" if kind == SERVICE else ""
    return f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: perf23
  labels: {{app: {name}, tier: {kind}}}
spec:
  replicas: {pods}
  progressDeadlineSeconds: 300
{strategy(kind)}\
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}, tier: {kind}}}
    spec:
      terminationGracePeriodSeconds: 10
      containers:
        - name: {name}
          image: {image(name, kind)}
{run}\
          ports:
            - {{name: main, containerPort: {port}}}
{environment(name, kind)}\
          resources:
            requests: {{cpu: 100m, memory: {memory}Mi}}
            limits: {{cpu: {cpu}m, memory: {memory * 2 + 64}Mi}}
{probes(kind, port)}\
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: perf23
  labels: {{app: {name}}}
spec:
  selector: {{app: {name}}}
  ports:
    - {{name: main, port: {port}, targetPort: {port}}}
"""


def manifests():
    config = "".join(f"  {key_of(n)}: {n}:{APP[n][2]}\n" for n in APP)
    head = f"""\
# SPDX-License-Identifier: Apache-2.0
# Written by make.py; change that.
apiVersion: v1
kind: Namespace
metadata:
  name: perf23
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-config
  namespace: perf23
data:
{config}\
---
apiVersion: v1
kind: Secret
metadata:
  name: {SECRET}
  namespace: perf23
type: Opaque
stringData:
  username: shop
  password: change-me
"""
    return head + "".join(workload(name) for name in APP)


def call(target, optional, retries):
    extra = ", optional: true" if optional else ""
    if retries:
        extra += f", retries: {{max: {retries}, backoff: 20ms, budget: 0.1}}"
    return f"          - {{to: {target}, timeout: 1s{extra}}}\n"


def service_behaviour(name, rate):
    kind, pods, port, cpu, memory, operations = APP[name]
    busiest = max(median for median, _, _ in operations.values())
    cpu_ms = min(TARGET[kind] * pods * cpu / rate, BUSY * busiest)
    model = {SERVICE: "{model: threads, size: 128, queue: 256}",
             CACHE: "{model: event-loop, cores: 1}",
             STORE: "{model: threads, size: 100, queue: 400}"}[kind]
    start = {SERVICE: "2s, p99: 5s", CACHE: "300ms, p99: 1s", STORE: "4s, p99: 10s"}[kind]
    text = f"  {name}:\n    workload: deployment/{name}\n    port: {port}\n"
    text += f"    concurrency: {model}\n"
    text += f"    startup: {{time: {{lognormal: {{median: {start}}}}}}}\n"
    if kind == SERVICE:
        keys = ", ".join(f"shop-config/{key_of(c)}" for c in callees(name))
        text += f"    needs: {{config_keys: [{keys}]}}\n" if keys else ""
        text += "    health: {path: /healthz}\n"
    text += f"    cpu_per_request: {cpu_ms:.3f}ms\n"
    text += f"    memory: {{base: {memory}Mi, per_request: 40Ki}}\n"
    if kind == CACHE:
        hit, miss = CACHES[name]
        text += f"    cache: {{hit_ratio: {hit}, warm_up: 60s, miss: {miss}}}\n"
    if kind == STORE:
        text += f"    store: {{connections: 400, needs: {{secrets: [{SECRET}]}}}}\n"
    text += "    operations:\n"
    for operation, (median, p99, calls) in operations.items():
        text += f"      {operation}:\n"
        text += f"        work: {{lognormal: {{median: {median}ms, p99: {p99}ms}}}}\n"
        if calls:
            text += "        calls:\n" + "".join(call(*c) for c in calls)
    return text


def behaviour():
    rate = rates()
    mix = ", ".join(f"gateway.{operation}: {share}" for operation, share in MIX.items())
    return ("# SPDX-License-Identifier: Apache-2.0\n# Written by make.py; change that.\n"
            "apiVersion: wavetank.dev/v1\nkind: Behaviour\nservices:\n"
            + "".join(service_behaviour(name, rate[name]) for name in APP)
            + f"load:\n  mixes:\n    default: {{{mix}}}\n")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    (folder / "app.yaml").write_text(manifests())
    (folder / "behaviour.yaml").write_text(behaviour())


if __name__ == "__main__":
    main()
