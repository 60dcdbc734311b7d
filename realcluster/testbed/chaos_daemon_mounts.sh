#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chaos_daemon_mounts.sh HELPERS NETEM_FOLDER COMMAND...: run in a new mount namespace, puts our
# helpers at the absolute paths where chaos-daemon looks for them, and becomes COMMAND.
set -euo pipefail
mount --bind "$1" /usr/local/bin
mount --rbind /sys /host-sys
export WAVETANK_NETEM_FOLDER=$2 PATH=/usr/local/bin:$PATH
shift 2
exec "$@"
