#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# down.sh [--keep-state]: ends the testbed, whole or half-dead, and removes all it has made. With
# --keep-state its files stay (logs, etcd's data) until the next up.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=take_down.sh
. "$here/take_down.sh"

need_own_folder
found=$(testbed_state 0)
case $found in
  changing) die 4 "another \`wavetank testbed\` is at work in $state" ;;
  down) if [ ! -d "$state" ] || [ "${1:-}" = --keep-state ]; then
      say 'no testbed is up'
      exit 0
    fi ;;
esac
need_root down
if [ "$found" != up ]; then say "the testbed is ${found/ /, }: removing what is left of it"; fi
lock_state
# Half a removal helps nobody: once more Ctrl-C is for who waits, not for what is removed.
trap '' INT TERM HUP
take_down "$@" || exit 4
progress 'the testbed is down'
