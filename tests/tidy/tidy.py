# SPDX-License-Identifier: Apache-2.0
"""Checks the house rules over a source tree; exit 1 if one is broken.

usage: tidy.py SOURCE_DIR
"""
import os
import sys

from rules import RULES
from tree import read_tree


def main():
    tree = read_tree(os.path.abspath(sys.argv[1]))
    findings = 0
    for rule, remedy in RULES:
        for path, line, what in rule(tree):
            findings += 1
            print(f"{path}:{line}: {rule.__name__}: {what}\n    remedy: {remedy}")
    print(f"{len(tree.files)} files, {len(RULES)} rules, {findings} findings")
    return 1 if findings or not tree.files else 0


if __name__ == "__main__":
    sys.exit(main())
