#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The files of the app perf23 are what make.py writes. usage: app_test.py ROOT"""
import pathlib
import subprocess
import sys
import tempfile


def main():
    app = pathlib.Path(sys.argv[1]) / "scenarios/apps/perf23"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(app / "make.py"), folder], check=True)
        for name in ("app.yaml", "behaviour.yaml"):
            if (pathlib.Path(folder) / name).read_text() != (app / name).read_text():
                print(f"{name} differs from what make.py writes")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
