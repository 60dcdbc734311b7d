# SPDX-License-Identifier: Apache-2.0
"""Whether several builds of episode_hashes print the same lines.

usage: compare_builds.py [--short] ROOT FIRST OTHER...
--short plays one seed of each scenario, else two. Prints the lines of the first build, then one
line for each other; exit 1 if a build is missing or differs.
"""
import subprocess
import sys


def lines_of(binary, root, seeds):
    """The printed lines, or None with the reason on stderr."""
    try:
        ended = subprocess.run([binary, root, seeds], capture_output=True, text=True, timeout=1200)
    except FileNotFoundError:
        print(f"{binary} is not built; tests/run builds it", file=sys.stderr)
        return None
    if ended.returncode != 0:
        print(f"{binary} ended with {ended.returncode}: {ended.stderr}", file=sys.stderr)
        return None
    return ended.stdout.splitlines()


def main(words):
    short = words[0] == "--short"
    root, first, *others = words[1:] if short else words
    seeds = "1" if short else "2"
    expected = lines_of(first, root, seeds)
    if not expected:
        return 1
    print(*expected, sep="\n")
    equal = True
    for other in others:
        lines = lines_of(other, root, seeds)
        differing = [(a, b) for a, b in zip(expected, lines or [""] * len(expected)) if a != b]
        if lines is not None and len(lines) == len(expected) and not differing:
            print(f"equal: {other}")
            continue
        equal = False
        print(f"DIFFERENT: {other}")
        for mine, its in differing:
            print(f"  {mine}\n  {its}")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
