#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gate on the cost of a step of R23: fails when callgrind counts more than 3 % above the number in
bench/perf/r23_instructions.txt. That number holds for one compiler and -march; elsewhere, and
without valgrind, the test is skipped and says why.

usage: instructions_test.py SCRIPT BINARY ROOT COMPILER FLAGS
"""
import pathlib
import shutil
import subprocess
import sys

SKIP = 77
ALLOWED = 1.03


def main():
    script, binary, root, compiler, flags = sys.argv[1:]
    record = {}
    for line in (pathlib.Path(root) / "bench/perf/r23_instructions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            key, value = line.split(":", 1)
            record[key.strip()] = value.strip()
    for key, here in (("compiler", compiler), ("flags", flags)):
        if record[key] != here:
            print(f"skipped: the number holds for {key} '{record[key]}', this build has '{here}'")
            return SKIP
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIP
    run = subprocess.run([script, binary, root], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(run.stderr)
        return 1
    counted, recorded = int(run.stdout), int(record["instructions per step"])
    print(f"instructions per step of R23: {counted}; recorded: {recorded}, "
          f"difference {100.0 * (counted / recorded - 1):+.2f} %")
    return 0 if counted <= recorded * ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
