#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A containerd of the test's own takes the archive, and runc runs a container of it.
Usage: containerd_test.py WRITE_IMAGES WAVETANK_SERVICE SOURCE_TREE; exit code 77: skipped."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

WRITE, PROGRAM, TREE = sys.argv[1:4]
GEO = "docker.io/wavetank/hotel-geo:1.4.0"
MONGO = "docker.io/library/mongo:6.0"


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def main(folder):
    archive = os.path.join(folder, "hotel.tar")
    names = subprocess.run([WRITE, os.path.join(TREE, "scenarios/apps/hotel"), PROGRAM, archive],
                           check=True, capture_output=True, text=True).stdout.split()
    config = os.path.join(folder, "config.toml")
    socket = os.path.join(folder, "c.sock")
    with open(config, "w") as file:
        file.write(f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
                   'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                   f'[grpc]\naddress = "{socket}"\n')
    ctr = ["ctr", "-a", socket, "-n", "wt-test"]
    with open(os.path.join(folder, "log"), "w") as log:
        daemon = subprocess.Popen(["containerd", "-c", config], stdout=log, stderr=log)
    try:
        for _ in range(100):
            if subprocess.run([*ctr, "version"], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        taken = subprocess.run([*ctr, "images", "import", "--snapshotter", "native", archive],
                               capture_output=True, text=True)
        assert taken.returncode == 0, taken.stderr
        listed = subprocess.run([*ctr, "images", "ls", "-q"], check=True, capture_output=True,
                                text=True).stdout.split()
        full = sorted("docker.io/" + ("" if "/" in n else "library/") + n for n in names)
        assert sorted(listed) == full, (listed, full)
        checked = subprocess.run([*ctr, "images", "check", "--snapshotter", "native"], check=True,
                                 capture_output=True, text=True).stdout
        assert checked.count(" complete ") == len(full), checked
        print(f"{len(full)} images imported and complete")
        run_one(ctr)
    finally:
        for name in ("geo", "mongo"):
            subprocess.run([*ctr, "task", "kill", "-s", "SIGKILL", name], capture_output=True)
            subprocess.run([*ctr, "task", "rm", "-f", name], capture_output=True)
            subprocess.run([*ctr, "container", "rm", name], capture_output=True)
        daemon.terminate()
        daemon.wait()
        subprocess.run(f"mount | awk '{{print $3}}' | grep -F '{folder}' | xargs -r umount",
                       shell=True)


def ask(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def run_one(ctr):
    run = [*ctr, "run", "--snapshotter", "native", "--env"]
    # Without its secret the program says so and exits, as in a cluster.
    mongo = ask(*run, "HOSTNAME=mongodb-geo-7d9-abcde", MONGO, "mongo")
    if "INFO" not in mongo.stdout:
        print("containers cannot be run here:", mongo.stderr.strip()[-300:])
        return
    want = ("INFO starting mongodb-geo\n"
            "FATAL cannot read configuration mongo-credentials: no such file or directory\n")
    assert mongo.stdout == want, mongo.stdout
    assert mongo.returncode == 1, mongo
    # The entry point is not the command of geo's manifest: it idles, and holds the container.
    assert ask(*run, "HOSTNAME=geo-7d9-abcde", "-d", GEO, "geo").returncode == 0
    own = ask(*ctr, "task", "exec", "--exec-id", "own", "geo", "/app/geo")
    assert own.stdout.startswith("INFO starting geo\nFATAL "), own
    absent = ask(*ctr, "task", "exec", "--exec-id", "absent", "geo", "/app/rate")
    assert "no such file or directory" in absent.stderr and absent.returncode != 0, absent
    print("a container played its part; a command that is not there was refused")


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which("containerd") or not shutil.which("ctr"):
        skip("containerd and root are needed")
    with tempfile.TemporaryDirectory(dir="/run" if os.access("/run", os.W_OK) else None) as where:
        main(where)
