# SPDX-License-Identifier: Apache-2.0
# A chaos-daemon for each node: a process of the machine in the node's network namespace. What
# upstream ships as further binaries (nsexec, pause, memStress) are small programs of ours in
# daemon/; where the kernel lacks netem, packets are delayed and lost in user space.
# Sourced by up.sh after lib.sh. The programs are built by build.sh.

start_chaos_daemons() {
  local node
  # Where the daemon expects the machine's /sys; filled only in its own mount namespace.
  if [ ! -d /host-sys ]; then mkdir /host-sys && echo 'rmdir /host-sys' >> "$state/made"; fi
  for node in $(node_names); do
    start "$node-chaos-daemon" nsenter --net=/run/netns/wt-"$node" \
      unshare --mount --propagation slave bash "$here/chaos_daemon_mounts.sh" \
      "$bin/helpers" "$state/netem" "$bin/chaos-daemon" --runtime containerd \
      --runtime-socket-path "$state/$node/run/containerd.sock"
    chaos_daemon_endpoint "$node"
  done | k create --validate=false -f - > "$logs/chaos-daemon-objects.log" 2>&1
  progress 'a chaos-daemon is up on each node'
}

# How the controller finds a node's daemon.
chaos_daemon_endpoint() {
  cat << END
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: chaos-daemon-$1
  namespace: chaos-mesh
  labels: {kubernetes.io/service-name: chaos-daemon}
addressType: IPv4
endpoints:
- {addresses: ["$bridge_net.$((10 + ${1#n}))"], conditions: {ready: true}, nodeName: "$1"}
ports: [{name: grpc, port: 31767, protocol: TCP}]
---
END
}
