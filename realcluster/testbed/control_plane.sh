# SPDX-License-Identifier: Apache-2.0
# etcd, the control plane, the cluster's DNS and its resource metrics: processes of the machine on
# the bridge's address. Sourced by up.sh after lib.sh.

make_bridge() {
  ip link add "$bridge" type bridge
  ip link set "$bridge" alias "$state"  # whose it is: other_testbed
  ip address add "$host/24" dev "$bridge"
  ip link set "$bridge" up
}

start_control_plane() {
  # shellcheck disable=SC2046
  "$bin/wavekube" certs -dir "$pki" -server "https://$host:$port" \
    -sans "127.0.0.1,$host,$api_service" -nodes "$(node_names | paste -sd,)"
  local etcd=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$etcd_peer_port
  # A testbed's data does not outlive it, so there is nothing to sync to the disk.
  start etcd "$bin/wavekube" etcd --name wavetank --data-dir "$state/etcd" --unsafe-no-fsync \
    --log-level warn --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "wavetank=$peer"
  # shellcheck disable=SC2086
  start kube-apiserver "$bin/wavekube" kube-apiserver --etcd-servers="$etcd" \
    --bind-address="$host" --secure-port="$port" --advertise-address="$host" \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --client-ca-file="$pki/ca.crt" --service-cluster-ip-range="$service_cidr" \
    --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --allow-privileged=true --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$pki/kubelet-client.crt" \
    --kubelet-client-key="$pki/kubelet-client.key" --enable-aggregator-routing=true \
    --proxy-client-cert-file="$pki/front-proxy.crt" \
    --proxy-client-key-file="$pki/front-proxy.key" --profiling=false \
    ${WAVETANK_TESTBED_APISERVER_ARGS:-}
  # shellcheck disable=SC2086
  start kube-controller-manager "$bin/wavekube" kube-controller-manager \
    --kubeconfig="$pki/kube-controller-manager.kubeconfig" --leader-elect=false \
    --use-service-account-credentials=true --secure-port=0 --root-ca-file="$pki/ca.crt" \
    --service-account-private-key-file="$pki/sa.key" --allocate-node-cidrs=false \
    --profiling=false ${WAVETANK_TESTBED_CONTROLLER_MANAGER_ARGS:-}
  start kube-scheduler "$bin/wavekube" kube-scheduler --secure-port=0 --leader-elect=false \
    --kubeconfig="$pki/kube-scheduler.kubeconfig" --profiling=false
}

# start_addons: DNS for pods, metrics.k8s.io for `kubectl top` and autoscalers. Their Services have
# no selector: the endpoints are processes of the machine. The API server finds them by its
# --enable-aggregator-routing, as it has no kube-proxy beside it. The ConfigMap marks the cluster as
# one that may be broken (realcluster/replay/deployment.h).
start_addons() {
  start dns "$bin/wavekube" dns -kubeconfig "$kubeconfig" -listen "$host:$dns_port"
  start metrics "$bin/wavekube" metrics -kubeconfig "$kubeconfig" -pki "$pki" \
    -listen "$host:$metrics_port"
  addon_objects > "$state/addons.yaml"
  k create --validate=false -f "$state/addons.yaml" > "$logs/addons.log" 2>&1
}

addon_objects() {
  cat << END
apiVersion: v1
kind: ConfigMap
metadata: {name: wavetank-testbed, namespace: kube-system}
data: {state: "$state"}
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec:
  clusterIP: $dns_service
  ports:
  - {name: dns, port: 53, protocol: UDP, targetPort: $dns_port}
  - {name: dns-tcp, port: 53, protocol: TCP, targetPort: $dns_port}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  {name: kube-dns-host, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
endpoints: [{addresses: ["$host"], conditions: {ready: true}}]
ports: [{name: dns, port: $dns_port, protocol: UDP}, {name: dns-tcp, port: $dns_port}]
---
apiVersion: v1
kind: Service
metadata: {name: metrics-server, namespace: kube-system, labels: {k8s-app: metrics-server}}
spec:
  ports: [{name: https, port: 443, targetPort: $metrics_port}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: metrics-server-host
  namespace: kube-system
  labels: {kubernetes.io/service-name: metrics-server}
addressType: IPv4
endpoints: [{addresses: ["$host"], conditions: {ready: true}}]
ports: [{name: https, port: $metrics_port}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: $(base64 -w0 "$pki/ca.crt")
  service: {name: metrics-server, namespace: kube-system, port: 443}
END
}
