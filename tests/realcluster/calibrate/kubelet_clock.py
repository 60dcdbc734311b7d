#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the stored traces and samples say of the kubelet's second: the figures of
docs/sim_to_real.md, which must have each line that this prints.

usage: kubelet_clock.py SOURCE_DIR
"""
import cmath
import glob
import gzip
import json
import math
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from stated import print_stated  # noqa: E402

ROOT = sys.argv[1]
PERIOD_S = 5  # of hotel's readiness probes


def container(pod):
    return (pod.get("status", {}).get("containerStatuses") or [{}])[0]


class Pods:
    """When each pod of a trace was first seen to be what, in seconds."""

    def __init__(self, path):
        self.seen = {what: {} for what in ("there", "running", "ready", "deleted", "killing")}
        self.node, self.undone = {}, None
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                self.take(json.loads(line))

    def take(self, line):
        if "undo" in str(line.get("action", "")):
            self.undone = line["t"]
        item = line.get("object", {})
        if item.get("kind") == "Event" and item.get("reason") == "Killing":
            name = item["involvedObject"]["name"]
            if name in self.seen["deleted"]:  # not one for a failed probe
                self.seen["killing"].setdefault(name, line["t"])
        if item.get("kind") != "Pod" or line["type"] == "DELETED":
            return
        name = item["metadata"]["name"]
        self.node[name] = item.get("spec", {}).get("nodeName")
        conditions = item.get("status", {}).get("conditions", [])
        state = {"there": True, "running": "running" in container(item).get("state", {}),
                 "ready": any(c["type"] == "Ready" and c["status"] == "True" for c in conditions),
                 "deleted": "deletionTimestamp" in item["metadata"]}
        for what, holds in state.items():
            if holds:
                self.seen[what].setdefault(name, line["t"])

    def between(self, first, last, born_after=-1.0):
        return sorted(self.seen[last][name] - at for name, at in self.seen[first].items()
                      if name in self.seen[last] and self.seen["there"][name] > born_after)


def traces(pattern):
    found = sorted(glob.glob(os.path.join(ROOT, "realcluster/traces", pattern + ".jsonl.gz")))
    return [Pods(path) for path in found]


def samples():
    with open(os.path.join(ROOT, "scenarios/profiles/testbed.samples.jsonl"),
              encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [line["at_ms"] for line in lines if line.get("experiment") == "pod"]


def span(values, digits=2):
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def deletions():
    waits = [wait for pods in traces("*") for wait in pods.between("deleted", "killing")]
    soon = sum(wait <= 0.2 for wait in waits)
    yield (f"deleted -> Killing, stored episodes: {len(waits)}, median "
           f"{1000 * statistics.median(waits):.0f} ms, {soon} within 200 ms, longest "
           f"{max(waits):.2f} s")
    old = [s for s in samples() if s["deleting"] - s["running"] >= 3050]
    young = [s["killing"] - s["running"] for s in samples() if s not in old]
    yield (f"running -> Killing, pod experiment, deleted within 3.05 s: {len(young)}, median "
           f"{statistics.median(young):.0f} ms, {span(young, 0)}")
    yield (f"deleted -> Killing, pod experiment, the others: {len(old)}, "
           f"{span([s['killing'] - s['deleting'] for s in old], 0)} ms")
    gone = sorted(s["gone"] - s["exited"] for s in samples())
    tenth = len(gone) // 10
    yield (f"exit -> gone, pod experiment: median {statistics.median(gone):.0f} ms, 10th to 90th "
           f"of a hundred {gone[tenth]:.0f} to {gone[-tenth - 1]:.0f}")


def resultant(times, period):
    return abs(sum(cmath.exp(2j * math.pi * t / period) for t in times)) / len(times)


def lists():
    for number, pods in enumerate(traces("hotel-steady.rollouts.*"), 1):
        for node in ("n1", "n2"):
            times = [at for name, at in pods.seen["running"].items()
                     if at > 1 and pods.node[name] == node]
            best = max((0.99 + 0.0005 * k for k in range(60)), key=lambda p: resultant(times, p))
            yield (f"lists of {node}, rollouts {number}: {len(times)} starts, period {best:.4f} s, "
                   f"resultant {resultant(times, best):.2f}")


def readiness():
    waits = [wait for pods in traces("hotel-steady.rollouts.*")
             for wait in pods.between("running", "ready", born_after=1.0)]
    for second in (0, 1, 2, PERIOD_S, PERIOD_S + 1):
        near = sum(abs(wait - second) < 0.1 for wait in waits)
        yield f"running -> Ready, rollouts: {near} of {len(waits)} after {second} s"


def repairs():
    for number, pods in enumerate(traces("hotel-bad-image.rule.*"), 1):
        after = pods.undone
        made = [at - after for at in pods.seen["there"].values() if at > after]
        yield (f"undo, bad image {number}: pods there after {span(made)} s, running "
               f"{span(pods.between('there', 'running', after))} s later, Ready "
               f"{span(pods.between('running', 'ready', after))} s after that")
    starts = [(s["running"] - s["seen"]) / 1000 for s in samples()]
    yield (f"seen -> running, pod experiment: median {statistics.median(starts):.2f} s, "
           f"{span(starts)}")


def main():
    parts = (deletions, lists, readiness, repairs)
    return print_stated(ROOT, (line for part in parts for line in part()))


if __name__ == "__main__":
    sys.exit(main())
