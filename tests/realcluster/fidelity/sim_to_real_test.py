# SPDX-License-Identifier: Apache-2.0
"""docs/sim_to_real.md holds what `real validate` says of the stored traces and the simulator of
today. Skipped (77) while no trace is stored. With WT_UPDATE=1 the page is written instead.

usage: sim_to_real_test.py WAVETANK_REAL SOURCE_DIR
"""
import difflib
import glob
import os
import subprocess
import sys

BEGIN, END = "<!-- real validate: begin -->\n", "<!-- real validate: end -->\n"
BEFORE = "## What differs, and why"  # where the first tables go


def block(page):
    """The tables of a page: text before, they, text after."""
    if BEGIN in page and END in page:
        start, end = page.index(BEGIN), page.index(END) + len(END)
        return page[:start], page[start:end], page[end:]
    at = page.index(BEFORE)
    return page[:at] + "## Measured\n\n", "", "\n" + page[at:]


def main():
    binary, root = sys.argv[1:]
    if not glob.glob(os.path.join(root, "realcluster/traces/*.jsonl.gz")):
        print("skipped: realcluster/traces holds no trace; `wavetank real record` makes one")
        return 77
    said = subprocess.run([binary, "real", "validate", "--suite", "slice", "--from-stored",
                           "--markdown"], capture_output=True, text=True, cwd=root, check=False)
    if said.returncode != 0:
        print(said.stderr)
        return 1
    path = os.path.join(root, "docs/sim_to_real.md")
    with open(path, encoding="utf-8") as file:
        before, tables, after = block(file.read())
    if tables == said.stdout:
        return 0
    if os.environ.get("WT_UPDATE"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + said.stdout + after)
        print("written: " + path)
        return 0
    sys.stdout.writelines(difflib.unified_diff(
        tables.splitlines(True), said.stdout.splitlines(True), "docs/sim_to_real.md", "today"))
    print("the page tells other numbers than the simulator of today: look whether the change is "
          "what was meant, then run this with WT_UPDATE=1")
    return 1


if __name__ == "__main__":
    sys.exit(main())
