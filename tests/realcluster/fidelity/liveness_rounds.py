#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When the pods of testbed/hotel-testbed-liveness were killed for their probe, and started again:
the figures of docs/sim_to_real.md, which must have each line that the stored real trace gives.

usage: liveness_rounds.py SOURCE_DIR [WAVETANK]

With WAVETANK, the program, the same of simulated episodes of seeds 7 and 1 to 30, only printed.
"""
import collections
import datetime
import glob
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from stated import print_stated  # noqa: E402

STORED = "realcluster/traces/hotel-testbed-liveness.rule.7.1.jsonl.gz"
SCENARIO = "testbed/hotel-testbed-liveness"
PERIOD_S, DELAY_S = 10, 10  # of hotel's liveness probes
EPOCH_S = 1767225600  # of a simulated trace


def unix(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Pod:
    def __init__(self):
        self.fails, self.kills, self.starts, self.shown = [], [], [], set()

    def rounds(self):
        """Start as it was, start as shown, first failing tick after it; for each whole round."""
        shown = sorted(self.shown)
        for number, start in enumerate(self.starts):
            ticks = [at for at in self.fails if at > start]
            if ticks and number < len(shown):
                yield start, shown[number], ticks[0]


class Episode:
    """Seconds of the episode; of instants those at which they were seen from outside."""

    def __init__(self, path):
        self.pods, self.seen, self.verdict = collections.defaultdict(Pod), {}, None
        with gzip.open(path, "rt", encoding="utf-8") as file:
            head = json.loads(next(file))
            self.began = unix(head["began"]) if head["began"] else EPOCH_S
            for line in file:
                self.take(json.loads(line))
        self.pods = {name: pod for name, pod in self.pods.items() if pod.kills}

    def take(self, line):
        item = line.get("object", {})
        if item.get("kind") == "Event":
            self.take_event(line["t"], item)
        if item.get("kind") == "Pod":
            for status in item.get("status", {}).get("containerStatuses", []):
                running = status.get("state", {}).get("running")
                if running:
                    pod = self.pods[item["metadata"]["name"]]
                    pod.shown.add(unix(running["startedAt"]) - self.began)

    def take_event(self, at, event):
        key = (event["involvedObject"]["name"], event["reason"], event["message"])
        more = event.get("count", 1) > self.seen.get(key, 0)
        self.seen[key] = event.get("count", 1)
        pod = self.pods[key[0]]
        into = pod.starts if key[1] == "Started" else None
        if "Liveness probe failed" in key[2]:
            into = pod.fails
        if "failed liveness probe" in key[2]:
            into = pod.kills
        if into is not None and more:
            into.append(at)


def times(values):
    return " ".join(f"{value:.1f}" for value in values)


def spreads(episode):
    kills = [pod.kills for pod in episode.pods.values()]
    return [max(row) - min(row) for row in zip(*kills)]


def gaps(episode):
    return [b - a for pod in episode.pods.values() for a, b in zip(pod.kills, pod.kills[1:])]


def pods_of(world, episode):
    for number, pod in enumerate(sorted(episode.pods.values(), key=lambda p: p.kills), 1):
        yield f"liveness, {world}, pod {number}: killed at {times(pod.kills)} s"
        yield f"liveness, {world}, pod {number}: started at {times(pod.starts)} s"


def first_ticks(episode):
    """The first failing tick is the first that lies DELAY_S after the start: after which?"""
    rounds = [row for pod in episode.pods.values() for row in pod.rounds()]
    agree = [0, 0]
    for start, shown, tick in rounds:
        for which, since in enumerate((shown, start)):
            late = tick - since - DELAY_S
            agree[which] += 0 <= late < PERIOD_S
    return (f"liveness, real: of {len(rounds)} starts the first failing tick is the first one 10 s "
            f"after the start that the status shows in {agree[0]}, after the start in {agree[1]}")


def of_real(episode):
    yield from pods_of("real", episode)
    yield first_ticks(episode)
    rounds = gaps(episode)
    yield (f"liveness, real: {len(rounds)} rounds, {sum(gap < 35 for gap in rounds)} of 30 s, "
           f"{sum(35 <= gap < 45 for gap in rounds)} of 40 s")
    yield f"liveness, real: kills of a round lie apart {times(spreads(episode))} s"


def record(program, seed, repeat):
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run(
            [program, "record", "--scenario", SCENARIO, "--agent", "rule", "--seed", str(seed),
             "--repeat", str(repeat), "--out", folder], check=True, capture_output=True, text=True)
        told = out.stdout + out.stderr
        paths = sorted(glob.glob(os.path.join(folder, "*.jsonl.gz")))
        return [Episode(path) for path in paths], told.count("verdict 1")


def of_simulated(program):
    yield from pods_of("simulated, seed 7", record(program, 7, 1)[0][0])
    episodes, good = record(program, 1, 30)
    yield f"liveness, simulated: verdict 1 in {good} of {len(episodes)} episodes, seeds 1 to 30"
    rounds = [gap for episode in episodes for gap in gaps(episode)]
    yield (f"liveness, simulated: {len(rounds)} rounds, {sum(gap < 35 for gap in rounds)} of 30 s, "
           f"{sum(35 <= gap < 45 for gap in rounds)} of 40 s, the others held back by a crash loop")
    for number, row in enumerate(zip(*(spreads(episode)[:4] for episode in episodes)), 1):
        yield (f"liveness, simulated: kills of round {number} lie apart "
               f"{statistics.median(row):.1f} s (median; {min(row):.1f} to {max(row):.1f})")


def main():
    root = sys.argv[1]
    missing = print_stated(root, of_real(Episode(os.path.join(root, STORED))))
    if len(sys.argv) > 2:
        for line in of_simulated(sys.argv[2]):
            print(line)
    return missing


if __name__ == "__main__":
    sys.exit(main())
