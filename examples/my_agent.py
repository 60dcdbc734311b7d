#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent in a minute: one JSON object a line in, one out (docs/external_agent.md).

    ./wavetank bench --suite lite --seeds 1-3 --agent exec:'python3 examples/my_agent.py'

Waits for a complaint, looks at the workload that lacks most pods, undoes its last rollout once and
says that it was the cause. Says that nothing is wrong when nobody complained for five minutes.
"""
import json
import sys

undone = {}  # episode -> name of the workload


def decide(question):
    seen = question["observation"]
    if question["episode"] in undone:
        if seen["cluster"]["client_error"] > 0.01 and question["budget"]["steps"] > 1:
            return {"action": {"verb": "wait", "option": 0}}
        name = undone[question["episode"]]
        return {"submit": {"detected": True, "root_causes": [
            {"target": {"kind": "Deployment", "name": name}}]}}
    if not question["complaint"]:
        if question["sim_time_s"] > 300:
            return {"submit": {"detected": False}}
        return {"action": {"verb": "wait", "option": 1}}
    worst = max(seen["workloads"], key=lambda row: (row["unavailable"], row["restarts"]))
    target = "workload/" + worst["name"]
    if not worst["described"]:
        return {"action": {"verb": "describe", "target": target}}
    undone[question["episode"]] = worst["name"]
    return {"action": {"verb": "undo", "target": target, "option": 0}}


for line in sys.stdin:
    print(json.dumps(decide(json.loads(line))), flush=True)
