#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings up a Kubernetes of this machine: control plane and nodes, in a few seconds once everything
# is built. Prints the kubeconfig's path. What was begun is removed again after Ctrl-C or a failure.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=take_down.sh
. "$here/take_down.sh"
# shellcheck source=control_plane.sh
. "$here/control_plane.sh"
# shellcheck source=node.sh
. "$here/node.sh"

# refuse_or_clean: what is there already.
refuse_or_clean() {
  local other
  if other=$(other_testbed); then
    die 4 "a testbed is up in $other; end it with" \
      "WAVETANK_TESTBED_STATE=$other $root/wavetank testbed down"
  fi
  case $(testbed_state 15) in
    up) die 4 "the testbed is up: see it with \`$root/wavetank testbed status\`," \
      "end it with \`$root/wavetank testbed down\`" ;;
    half-dead*)
      say 'a half-dead testbed is here (a crash, a reboot, a killed process): cleaning it'
      take_down || die 4 'cleaning failed: what is named above has to be removed by hand' ;;
    changing) die 4 "another \`wavetank testbed\` is at work in $state" ;;
  esac
}

# check_machine: what an installation cannot change.
check_machine() {
  local range listener
  unshare --net --mount true 2> /dev/null ||
    die 4 'no namespaces may be made here: needs CAP_SYS_ADMIN (a virtual machine does,' \
      'a container only with --privileged)'
  [ -n "$(cgroup_mounts)" ] || die 4 'no cgroup file system is mounted: mount one at /sys/fs/cgroup'
  for range in "$bridge_net.0/24" "$pod_net.0.0/16" "$service_cidr"; do
    [ -z "$(ip -4 route show root "$range")" ] ||
      die 4 "the addresses $range are in use here (ip route show root $range)"
  done
  for listener in "$host:$port" "127.0.0.1:$etcd_port" "127.0.0.1:$etcd_peer_port" \
    "$host:$dns_port" "$host:$metrics_port"; do
    [ -z "$(ss -Hltn "sport = :${listener##*:} and ( src 0.0.0.0 or src [::] or \
      src ${listener%:*} )")" ] || die 4 "port ${listener##*:} is in use here (ss -ltnp): end" \
      'what listens there; --port N chooses another for the API server'
  done
}

check_tools() {
  local tool
  for tool in containerd runc ctr ip iptables ipset conntrack nsenter unshare \
    /usr/lib/cni/bridge; do
    command -v "$tool" > /dev/null ||
      die 4 "$tool is missing: apt-get install $(wanted_packages testbed | paste -sd' ')"
  done
}

# end_begun: the trap of a script that ends before the testbed is up.
end_begun() {
  local code=$?
  trap '' INT TERM HUP
  set +e
  if [ "$code" = 130 ]; then
    say 'stopped: removing what was begun'
    take_down
  else
    say "failed: removing what was begun; the logs stay in $logs"
    take_down --keep-state
  fi
  exit "$code"
}

# fail NAME TEXT: with the end of that process's log.
fail() {
  tail -n 12 "$logs/$1.log" >&2 2> /dev/null || true
  die 4 "$2 (all of its output: $logs/$1.log)"
}

prepare() {
  echo "$bin" > "$mark"
  empty_state  # what --keep-state has left
  mkdir -p "$pids" "$logs" "$state/etcd" "$state/netem"
  make_mount_points
  save_sysctls
}

start_nodes() {
  local i node importing=()
  for ((i = 1; i <= node_count; ++i)); do start_container_runtime "$i"; done
  for node in $(node_names); do
    wait_for 30 "$node-containerd" ctr -a "$state/$node/run/containerd.sock" version ||
      fail "$node-containerd" "containerd of $node does not answer"
    for image in pause app; do
      import_image "$node" "$bin/image-$image.tar" >> "$logs/$node-images.log" 2>&1 &
      importing+=($!)
    done
  done
  for i in "${importing[@]}"; do wait "$i" || fail "$node-images" 'an image was not imported'; done
  progress 'containerd is up, the images are in'
  wait_for 90 kube-apiserver k get --raw /readyz ||
    fail kube-apiserver 'the API server does not become ready'
  progress 'API server ready'
  for ((i = 1; i <= node_count; ++i)); do start_kubelet "$i"; done
}

# nodes_ready: both the nodes and what every new pod needs.
nodes_ready() {
  # shellcheck disable=SC2046
  k wait --for=condition=Ready $(node_names | sed 's/^/node\//') --timeout=1s &&
    k get serviceaccount default
}

main() {
  need_root up
  need_own_folder
  lock_state
  trap 'rmdir "$state" 2> /dev/null || true' EXIT
  refuse_or_clean
  lock_state  # cleaning removes the folder
  install_packages testbed
  check_tools
  check_machine
  trap end_begun EXIT
  trap 'exit 130' INT TERM HUP
  WAVETANK_TESTBED_CACHE=$cache "$here/build.sh" 8<&-
  progress 'binaries are built'
  prepare
  make_bridge
  add_forward_rule
  start_control_plane
  start_nodes
  start_addons
  if [ "$chaos" = 1 ]; then . "$here/chaos.sh"; start_chaos_controller; fi
  if [ "$chaos_daemon" = 1 ]; then . "$here/chaos_daemon.sh"; start_chaos_daemons; fi
  wait_for 90 n1-kubelet nodes_ready || fail n1-kubelet 'the nodes do not become Ready'
  touch "$state/up"
  trap - EXIT
  progress "$node_count nodes Ready; end it with \`$root/wavetank testbed down\`"
  if [ "${1:-}" = --json ]; then exec "$here/status.sh" --json 8<&-; fi
  echo "$kubeconfig"
}

main "$@"
