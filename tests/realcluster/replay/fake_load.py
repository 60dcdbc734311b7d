# SPDX-License-Identifier: Apache-2.0
"""Stands for wavetank-load. Usage: fake_load.py MODE ANYTHING...
  steady    lines with what a seed draws, one every few milliseconds; then it waits
  unheard   as steady, and every request fails
  dies      two lines, some words, exit code 3
  stubborn  as steady, and SIGTERM does not end it
  endless   a line without an end
  nonsense  a line that is no summary
  words     its arguments, one a line
  refuses   its arguments in one line, exit code 2"""
import json
import random
import signal
import sys
import time


def line(draw, t, heard=True):
    ok, failed, not_sent = draw.randrange(9), draw.choice([0, 0, 0, 1, 7]), draw.choice([0, 0, 2])
    if not heard:
        ok, failed = 0, ok + failed
    ended = ok + failed
    times = [[draw.uniform(1, 50), 1] for _ in range(ended)]
    mean = sum(ms for ms, _ in times) / ended if ended else 0
    kinds = {"refused": failed // 2, "timeout": failed - failed // 2} if failed else {}
    return json.dumps({"summary": "period", "t": t, "sent": ended, "ok": ok, "not_sent": not_sent,
                       "failed": kinds, "in_flight": 0, "mean_ms": mean, "times_ms": times,
                       "operations": {"frontend.search": [ok, failed]}})


def main():
    mode = sys.argv[1]
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if mode == "words":
        print("\n".join(sys.argv[2:]), flush=True)
    if mode == "refuses":
        print(" ".join(sys.argv[2:]), file=sys.stderr)
        sys.exit(2)
    if mode == "endless":
        sys.stdout.write("{" * (1 << 20))
        sys.stdout.flush()
    if mode == "nonsense":
        print('{"t": 1}', flush=True)
    draw = random.Random(7)
    for i in range(2 if mode == "dies" else 300):
        if mode in ("words", "endless", "nonsense"):
            break
        print(line(draw, i + 1, mode != "unheard"), flush=True)
        time.sleep(0.002)
    if mode == "dies":
        print("no such target", file=sys.stderr)
        sys.exit(3)
    time.sleep(60)


main()
