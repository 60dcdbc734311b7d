# SPDX-License-Identifier: Apache-2.0
# A node: a network namespace with an address on the bridge, a mount namespace in which the fixed
# paths of containerd and the kubelet are the node's own, and in it containerd, a kubelet and
# kube-proxy. Sourced by up.sh after lib.sh.

# start_container_runtime INDEX
start_container_runtime() {
  local node=n$1 folder=$state/n$1
  mkdir -p "$folder"/{run,netns,cni-results,kubelet,log,containerd,cni,plugins}
  make_network "$1"
  make_cgroups "$node"
  write_cni_config "$1"
  write_containerd_config "$folder"
  start "$node-containerd" nsenter --net=/run/netns/wt-"$node" \
    unshare --mount --propagation private bash "$here/node_mounts.sh" "$folder" \
    containerd -c "$folder/containerd.toml"
}

# start_kubelet INDEX
start_kubelet() {
  local node=n$1 folder=$state/n$1 entry
  write_kubelet_config "$node" "$folder"
  write_proxy_config "$node" "$folder"
  entry_of "$node"
  start "$node-kubelet" "${entry[@]}" "$bin/wavekube" kubelet --config="$folder/kubelet.yaml" \
    --kubeconfig="$pki/kubelet-$node.kubeconfig" --hostname-override="$node" \
    --node-ip="$bridge_net.$((10 + $1))"
  start "$node-kube-proxy" "${entry[@]}" "$bin/wavekube" kube-proxy \
    --config="$folder/kube-proxy.yaml"
}

# import_image NODE ARCHIVE: prints the names.
import_image() {
  ctr -a "$state/$1/run/containerd.sock" -n k8s.io images import "$2"
}

make_network() {
  local node=n$1 space=wt-n$1 address=$bridge_net.$((10 + $1)) other
  ip netns add "$space"
  ip link add "wt-$node" type veth peer name eth0 netns "$space"
  ip link set "wt-$node" master "$bridge" up
  ip -n "$space" link set lo up
  ip -n "$space" address add "$address/24" dev eth0
  ip -n "$space" link set eth0 up
  # A client on the node itself: kube-proxy rewrites the address, but first it needs a route.
  ip -n "$space" route add "$service_cidr" via "$host"
  ip route replace "$pod_net.$1.0/24" via "$address"
  for ((other = 1; other <= node_count; ++other)); do
    [ "$other" = "$1" ] ||
      ip -n "$space" route add "$pod_net.$other.0/24" via "$bridge_net.$((10 + other))"
  done
  # Bridged packets between pods of a node must pass the rules of kube-proxy, or an answer comes
  # from another address than was asked. A machine without br_netfilter has no such file.
  nsenter --net=/run/netns/"$space" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
    f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 1 > $f'
}

# make_cgroups NODE: a root of the node's own in every hierarchy.
make_cgroups() {
  local mount file controller
  for mount in $(cgroup_mounts); do
    if [ -e "$mount/cgroup.subtree_control" ]; then
      for controller in $(cat "$mount/cgroup.controllers"); do
        echo "+$controller" 2> /dev/null > "$mount/cgroup.subtree_control" || true
      done
    fi
    mkdir -p "$mount/wt-$1"
    for file in cpuset.cpus cpuset.mems; do  # in v1 nobody may enter while they are empty
      if [ -e "$mount/$file" ] && [ -e "$mount/wt-$1/$file" ]; then
        cat "$mount/$file" > "$mount/wt-$1/$file"
      fi
    done
  done
}

write_cni_config() {
  local folder=$state/n$1
  cat > "$folder/cni/10-wavetank.conflist" << END
{"cniVersion": "1.0.0", "name": "wavetank", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true, "ipMasq": false,
   "ipam": {"type": "host-local", "dataDir": "$folder/cni/ipam",
            "ranges": [[{"subnet": "$pod_net.$1.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
}

write_containerd_config() {
  cat > "$1/containerd.toml" << END
version = 2
root = "$1/containerd"
state = "$1/run/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$1/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "wavetank.local/pause:1"
  # Without CAP_SYS_RESOURCE no score may be lowered.
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$1/cni"
END
}

# write_kubelet_config NODE FOLDER. Each node may fill its share of the machine's memory, and, as
# services of a testbed are idle most of the time, all of its cores.
write_kubelet_config() {
  local total_kib
  total_kib=$(awk '$1 == "MemTotal:" {print $2}' /proc/meminfo)
  : > "$2/resolv.conf"
  cat > "$2/kubelet.yaml" << END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$2/run/containerd.sock
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /wt-$1
failSwapOn: false
enforceNodeAllocatable: []
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: false}
  x509: {clientCAFile: $pki/ca.crt}
authorization: {mode: AlwaysAllow}
address: 0.0.0.0
resolvConf: $2/resolv.conf
clusterDNS: ["$dns_service"]
clusterDomain: cluster.local
volumePluginDir: $2/plugins
systemReserved: {memory: "$((total_kib / node_count * (node_count - 1)))Ki"}
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
makeIPTablesUtilChains: true
${WAVETANK_TESTBED_KUBELET_YAML:-}
END
}

# conntrack: its limits are the machine's, not to be written from a namespace.
write_proxy_config() {
  cat > "$2/kube-proxy.yaml" << END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $pki/kube-proxy.kubeconfig}
hostnameOverride: $1
mode: iptables
clusterCIDR: $pod_net.0.0/16
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
END
}
