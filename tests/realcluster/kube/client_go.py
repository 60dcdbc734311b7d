# SPDX-License-Identifier: Apache-2.0
"""The Kubernetes client beside client-go: lists and watches of the same pods from the same server.

usage: client_go.py CLIENT_THROUGHPUT CLIENT_GO [ROUNDS [CHANGES]]

The server (client_throughput --serve, pods like pod.json) is a process of its own; so is each
measurement. In each round every row runs once, one after the other; the tables show medians.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

PODS = 1000
LISTS = 20
NAMESPACE = "shop"
PATH = f"/api/v1/namespaces/{NAMESPACE}/pods"
POD_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pod.json")

# row: (whose, kind, what an object becomes)
ROWS = {
    "ours, text": ("ours", "text", "JSON text, cut out of what came; a watch reads names too"),
    "ours, parsed": ("ours", "parsed", "that text parsed into a Json, as AnyCluster does"),
    "client-go, typed": ("client-go", "typed", "v1.Pod"),
    "client-go, dynamic": ("client-go", "dynamic", "unstructured.Unstructured: maps of maps"),
    "client-go, metadata": ("client-go", "metadata",
                            "PartialObjectMetadata: the server sends metadata alone"),
}


def cpu_s_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, ours, client_go, changes, folder):
        self.ours, self.client_go, self.changes = ours, client_go, changes
        self.kubeconfig = folder + "/kubeconfig"
        self.server = subprocess.Popen(
            [ours, "--serve", self.kubeconfig, POD_FILE, str(PODS), str(changes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.server.stdout.readline() != "ready\n":
            sys.exit("client_go.py: the server did not come up")

    def run(self, row, what):
        """One measurement: a dict of figures."""
        whose, kind, _ = ROWS[row]
        times = str(self.changes if what == "watch" else LISTS)
        words = ([self.ours, "--measure", self.kubeconfig, PATH, kind, what, times]
                 if whose == "ours" else
                 [self.client_go, self.kubeconfig, NAMESPACE, kind, what, times])
        cpu_before = cpu_s_of(self.server.pid)
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
        raw = json.loads(done.stdout)
        objects = raw["objects"]
        wanted = self.changes if what == "watch" else LISTS * PODS
        if not wanted * 0.99 <= objects <= wanted:
            sys.exit(f"client_go.py: {row} read {objects} of {wanted} objects")
        return {"objects_per_s": objects / raw["seconds"],
                "mb_per_s": raw["bytes"] * 1e-6 / raw["seconds"],
                "bytes": raw["bytes"] / objects, "cpu_us": 1e6 * raw["cpu_s"] / objects,
                "peak_mib": raw["peak_mib"],
                "server_us": 1e6 * (cpu_s_of(self.server.pid) - cpu_before) / objects}

    def close(self):
        self.server.stdin.close()
        self.server.wait(timeout=60)


def median(runs, figure):
    return statistics.median(run[figure] for run in runs)


def print_table(title, rows):
    print(f"\n{title}")
    print(f"{'':<20} {'objects/s':>9} {'MB/s':>6} {'bytes':>6} {'us CPU':>7} {'least':>7} "
          f"{'most':>7} {'peak MiB':>8} {'server us':>9}")
    for row, runs in rows.items():
        cpu = [run["cpu_us"] for run in runs]
        print(f"{row:<20} {median(runs, 'objects_per_s'):>9.0f} {median(runs, 'mb_per_s'):>6.1f} "
              f"{median(runs, 'bytes'):>6.0f} {median(runs, 'cpu_us'):>7.1f} {min(cpu):>7.1f} "
              f"{max(cpu):>7.1f} {median(runs, 'peak_mib'):>8.1f} "
              f"{median(runs, 'server_us'):>9.1f}")
    print("CPU time of client-go over ours, round by round:")
    for ours in (row for row, what in ROWS.items() if what[0] == "ours"):
        for theirs in (row for row, what in ROWS.items() if what[0] != "ours"):
            ratios = [b["cpu_us"] / a["cpu_us"] for a, b in zip(rows[ours], rows[theirs])]
            print(f"  {theirs:<20} / {ours:<13} " + " ".join(f"{r:6.2f}" for r in ratios))


def main(ours, client_go, rounds=3, changes=20000):
    rounds, changes = int(rounds), int(changes)
    print(f"{PODS} pods, lists in pages of 500 ({LISTS} lists a measurement), {changes} changes; "
          f"{os.cpu_count()} cores, of which the server takes what it needs.\n"
          "HTTP/1.1 over TLS on this machine, JSON, nothing compressed. Medians of "
          f"{rounds} rounds; load average before each:", end="", flush=True)
    results = {"list": {row: [] for row in ROWS}, "watch": {row: [] for row in ROWS}}
    with tempfile.TemporaryDirectory(prefix="wavetank-") as folder:
        bench = Bench(ours, client_go, changes, folder)
        try:
            for _ in range(rounds):
                print(f" {os.getloadavg()[0]:.2f}", end="", flush=True)
                for what, rows in results.items():
                    for row, runs in rows.items():
                        runs.append(bench.run(row, what))
        finally:
            bench.close()
    print("\nWhat an object becomes:")
    for row, (_, _, becomes) in ROWS.items():
        print(f"  {row:<20} {becomes}")
    print_table(f"list of {PODS} pods", results["list"])
    print_table(f"watch, {changes} changes", results["watch"])
    print("\nbytes: of JSON for each object; us CPU: user and system time of the client's process "
          "for each\nobject, its least and most; peak: of its resident memory; server us: CPU time "
          "of the server.")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
