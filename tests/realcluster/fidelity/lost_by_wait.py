#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests that clients lost in the stored real episodes, by how long the slowest took then: the
rows of the table in docs/sim_to_real.md, which must have each of them.

usage: lost_by_wait.py SOURCE_DIR
"""
import glob
import gzip
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from stated import print_stated  # noqa: E402

ROWS = [  # what the docs call it, and which episodes
    ("`hotel-pod-kill`, rule, 3", "hotel-pod-kill.rule.*"),
    ("`hotel-oom`, rule, 3", "hotel-oom.rule.*"),
    ("`hotel-bad-image`, rule, 3", "hotel-bad-image.rule.*"),
    ("`hotel-bad-image`, restart-everything", "hotel-bad-image.restart-everything.*"),
    ("`hotel-steady`, rollouts, 3", "hotel-steady.rollouts.*"),
    ("`hotel-testbed-config`, rule", "hotel-testbed-config.*"),
    ("`hotel-testbed-selector`, rule", "hotel-testbed-selector.*"),
    ("the other five `hotel-testbed-*`, rule", "hotel-testbed-[!cs]*"),
    ("the other five `hotel-testbed-*`, rule", "hotel-testbed-command.*"),
]
BOUNDS_S = (0.9, 2.5)  # of the p99 of the last 10 s


def lost(path):
    """Lost requests, by the class of the p99 of their second."""
    out = [0.0] * (len(BOUNDS_S) + 1)
    before = 0.0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in map(json.loads, file):
            if "client" not in line.get("traffic", {}):
                continue
            rate, error, _, _, p99 = line["traffic"]["client"]
            out[sum(p99 > bound for bound in BOUNDS_S)] += rate * error * (line["t"] - before)
            before = line["t"]
    return out


def row_of(name, parts):
    return f"| {name} | " + " | ".join(f"{part:.0f}" for part in [sum(parts)] + parts) + " |"


def main():
    root = sys.argv[1]
    sums = {}
    for name, pattern in ROWS:
        for path in glob.glob(os.path.join(root, "realcluster/traces", pattern + ".jsonl.gz")):
            sums[name] = [a + b for a, b in zip(sums.get(name, [0.0] * 3), lost(path))]
    return print_stated(root, (row_of(name, parts) for name, parts in sums.items()))


if __name__ == "__main__":
    sys.exit(main())
