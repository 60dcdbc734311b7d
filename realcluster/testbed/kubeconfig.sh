#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the path of the running testbed's kubeconfig; its user may do everything.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

[ "$(testbed_state 5)" = up ] || die 4 "no testbed is up: $root/wavetank testbed up"
echo "$kubeconfig"
