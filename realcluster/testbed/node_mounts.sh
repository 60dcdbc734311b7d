#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# node_mounts.sh FOLDER COMMAND...: run in a new mount namespace, puts the node's folders where
# containerd, its shims, the CNI plugins and the kubelet write by fixed path, and becomes COMMAND.
set -euo pipefail
folder=$1
shift
mount --bind "$folder/run" /run/containerd
mount --bind "$folder/netns" /run/netns
mount --bind "$folder/cni-results" /var/lib/cni
mount --bind "$folder/kubelet" /var/lib/kubelet
mount --bind "$folder/log" /var/log
# What the kubelet mounts for a pod has to reach the pod's containers.
mount --make-rshared /
exec "$@"
