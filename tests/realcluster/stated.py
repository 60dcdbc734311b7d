# SPDX-License-Identifier: Apache-2.0
"""Figures that docs/sim_to_real.md quotes: scripts that print them check that they stand there."""
import os
import sys


def print_stated(root, lines):
    """Prints the lines; the exit status is 1 if one of them is no line of the document."""
    with open(os.path.join(root, "docs/sim_to_real.md"), encoding="utf-8") as file:
        docs = {line.strip() for line in file}
    missing = 0
    for line in lines:
        print(line)
        missing += line not in docs
    if missing:
        print(f"docs/sim_to_real.md: {missing} of these lines are not there; put them in",
              file=sys.stderr)
    return 1 if missing else 0
