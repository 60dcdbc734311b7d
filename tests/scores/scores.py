# SPDX-License-Identifier: Apache-2.0
"""Scores every kind of agent on a suite, side by side, and checks what the project promises.

    python3 tests/scores/scores.py build/cli/wavetank build/cli/wavetank-learn
        [--cpu-minutes 6] [--seeds 1-50] [--out DIR]

Trains a policy and its blind control from random weights by the commands it prints, scores both
beside the scripted agents on seeds that training never draws, and fails if a bound is missed.
Runs that are complete in --out are not run again.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

SUITE = "lite"
HELD_OUT = "rate,profile,mongodb-geo"  # causes that training leaves out
SCRIPTED = ["oracle", "rule", "no-op", "random", "sweep", "restart-everything",
            "delete-everything", "scale-to-zero"]
# agent -> (class, figure, lowest, highest)
BOUNDS = [
    ("oracle", "faulty", "verdict_mean", 0.98, 1.0),
    ("rule", "faulty", "verdict_mean", 0.5, 0.95),
    *[(a, "faulty", "verdict_mean", -1.0, 0.15)
      for a in ("no-op", "sweep", "delete-everything", "scale-to-zero", "restart-everything")],
    ("no-op", "healthy", "verdict_mean", 1.0, 1.0),
    ("delete-everything", "healthy", "verdict_mean", -1.0, -1.0),
    ("trained", "faulty", "verdict_mean", 0.75, 1.0),
    ("trained", "healthy", "false_action_healthy", 0.0, 0.1),
    ("blind", "faulty", "success", 0.0, 0.1),
]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"exit {done.returncode}: {' '.join(command)}")
    return json.loads(done.stdout)


def train(learn, folder, minutes, extra):
    words = ["train", "--suite", SUITE, "--cpu-minutes", f"{minutes:g}", "--hold-out", HELD_OUT,
             *extra]
    print("$ ./wavetank " + " ".join(words), flush=True)
    if not os.path.exists(os.path.join(folder, "done")):
        run([learn, *words, "--json", "--out", folder])
        with open(os.path.join(folder, "done"), "w", encoding="utf-8"):
            pass
    with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def curve(metrics):
    """Success, harm and entropy of every tenth of the run, with the CPU time so far."""
    print("cpu s   " + " ".join(f"{m['cpu_s']:>6.0f}" for m in tenths(metrics)))
    for name in ("success", "harm", "entropy"):
        print(f"{name:<8}" + " ".join(f"{m[name]:>6.3f}" for m in tenths(metrics)))


def tenths(metrics):
    size = max(len(metrics) // 10, 1)
    for first in range(0, size * 10, size):
        part = metrics[first:first + size]
        if part:
            mean = {k: sum(m[k] for m in part) / len(part) for k in ("success", "harm", "entropy")}
            yield {**mean, "cpu_s": part[-1]["cpu_s"]}


def show(name, score):
    f, h = score["faulty"], score["healthy"]
    low, high = f["verdict_ci95"]
    repair = "-" if f["ttr_median_s"] is None else f"{f['ttr_median_s']:.0f}"
    print(f"{name:<20} {f['verdict_mean']:>7.3f} [{low:>6.3f}, {high:>6.3f}] {f['success']:>8.3f} "
          f"{f['harm']:>6.3f} {h['verdict_mean']:>8.3f} {h['false_action_healthy']:>14.3f} "
          f"{h['false_claim_healthy']:>13.3f} "
          f"{f['steps_mean']:>6.1f} {repair:>9}")


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("wavetank")
    words.add_argument("learn")
    words.add_argument("--cpu-minutes", type=float, default=6)
    words.add_argument("--seeds", default="1-50")
    words.add_argument("--out", default=None)
    given = words.parse_args()
    out = given.out or tempfile.mkdtemp(prefix="wavetank-scores-")
    os.makedirs(out, exist_ok=True)

    agents = {}
    for name, extra in (("trained", []), ("blind", ["--blind"])):
        folder = os.path.join(out, name)
        metrics = train(given.learn, folder, given.cpu_minutes, extra)
        last = metrics[-1]
        print(f"{name}: {last['update']} updates, {last['episodes']} episodes, "
              f"{last['decisions']} decisions, {last['cpu_s']:.0f} CPU s; a tenth of the run each:")
        curve(metrics)
        agents[name] = os.path.join(folder, "policy.wtp")
    agents.update({name: name for name in SCRIPTED})

    scores = {}
    for name, agent in agents.items():
        scores[name] = run([given.wavetank, "bench", "--suite", SUITE, "--agent", agent, "--seeds",
                            given.seeds, "--held-out", HELD_OUT, "--json"])
    first = scores["trained"]
    print(f"\nsuite {SUITE} (suite_hash {first['suite_hash']}), seeds {given.seeds}, engine "
          f"{first['engine']}, rules of the verdict {first['verdict_rules']}\n"
          "command of a row: ./wavetank bench --suite lite --agent NAME --seeds "
          f"{given.seeds} --held-out {HELD_OUT}\n")
    print(f"{'':<20} {'faulty':>7} {'95 %':^16} {'success':>8} {'harm':>6} {'healthy':>8} "
          f"{'false actions':>14} {'false claims':>13} {'steps':>6} {'repair s':>9}")
    for name, score in scores.items():
        show(name, score)
    print(f"\nfaulty class by cause; held out of training: {HELD_OUT}\n"
          f"{'':<20} {'held out':>9} {'episodes':>9} {'others':>9} {'episodes':>9}")
    for name in ("trained", "blind", "rule", "oracle"):
        apart = scores[name]["held_out"]
        print(f"{name:<20}", *(f"{apart[k][v]:>9.3f}" if v == "verdict_mean"
                               else f"{apart[k][v]:>9}"
                               for k in ("faulty_held_out", "faulty_others")
                               for v in ("verdict_mean", "episodes")))
    print(f"\nby fault kind\n{'':<30}" + "".join(f"{n:>9}" for n in ("trained", "rule", "oracle")))
    for kind in first["by_fault"]:
        print(f"{kind:<30}" + "".join(f"{scores[n]['by_fault'][kind]['verdict_mean']:>9.3f}"
                                      for n in ("trained", "rule", "oracle")))
    missed = 0
    print("\nbounds")
    for name, kind, figure, low, high in BOUNDS:
        value = scores[name][kind][figure]
        held = low <= value <= high
        missed += not held
        print(f"{'holds' if held else 'MISSED':<7} {name} {kind} {figure} {value:.3f} in "
              f"[{low}, {high}]")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
