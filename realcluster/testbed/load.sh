#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# load.sh ARCHIVE...: imports image archives (OCI or docker-archive) into every node's containerd.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

need_root load
[ "$(testbed_state 5)" = up ] || die 4 "no testbed is up: $root/wavetank testbed up"
for archive in "$@"; do
  [ -r "$archive" ] || die 4 "$archive: cannot read it"
  for folder in "$state"/n[0-9]*; do
    node=${folder##*/}
    ctr -a "$folder/run/containerd.sock" -n k8s.io images import "$archive" |
      sed "s/^/$node: /" || die 4 "$archive: containerd of $node does not take it"
  done
done
