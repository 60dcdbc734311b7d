# SPDX-License-Identifier: Apache-2.0
# Chaos Mesh's CRDs and webhooks, and its controller as a process of the machine. Without a
# chaos-daemon it can do PodChaos pod-kill and pod-failure, schedules, workflows and status checks.
# Sourced by up.sh after lib.sh.
chaos_webhook_port=19443
chaos_metrics_port=10080

start_chaos_controller() {
  local log=$logs/chaos-objects.log
  # Too large for a client-side apply, which keeps a copy in an annotation.
  k apply --server-side --validate=false -f "$bin/chaos-crds.yaml" > "$log" 2>&1
  k create namespace chaos-mesh >> "$log" 2>&1
  add_partition_behavior >> "$log" 2>&1
  k wait --for=condition=Established crd --all --timeout=30s >> "$log" 2>&1
  mkdir -p "$state/chaos"
  start chaos-controller-manager env -C "$state/chaos" KUBECONFIG="$kubeconfig" \
    NAMESPACE=chaos-mesh CERTS_DIR="$pki/webhook" WEBHOOK_HOST=127.0.0.1 \
    WEBHOOK_PORT=$chaos_webhook_port METRICS_HOST=127.0.0.1 METRICS_PORT=$chaos_metrics_port \
    PPROF_ADDR=0 ENABLE_LEADER_ELECTION=false SECURITY_MODE=false TEMPLATE_LABELS= \
    POD_FAILURE_PAUSE_IMAGE=wavetank.local/pause:1 CHAOS_DNS_SERVICE_PORT=9288 \
    CHAOS_DNS_SERVICE_NAME=chaos-mesh-dns-server "$bin/chaos-controller-manager"
  wait_for 60 chaos-controller-manager chaos_webhook_answers ||
    fail chaos-controller-manager "Chaos Mesh's controller does not answer"
  chaos_webhooks > "$state/chaos/webhooks.yaml"
  k create --validate=false -f "$state/chaos/webhooks.yaml" >> "$log" 2>&1
  progress "Chaos Mesh's controller is up"
}

chaos_webhook_answers() { (exec 3<> "/dev/tcp/127.0.0.1/$chaos_webhook_port"); }

# The api module that can be had is some days younger than the main module. Its webhook sets
# spec.partitionBehavior, which the older CRD would drop, and then refuses every update because the
# spec has changed.
add_partition_behavior() {
  local properties=/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties
  local add='[{"op": "add", "path": "%s/partitionBehavior", "value": {"type": "string"}}]'
  # shellcheck disable=SC2059
  k patch crd networkchaos.chaos-mesh.org --type=json -p "$(printf "$add" "$properties")"
  # shellcheck disable=SC2059
  k patch crd schedules.chaos-mesh.org --type=json \
    -p "$(printf "$add" "$properties/networkChaos/properties")"
}

chaos_webhooks() {
  local kind ca
  ca=$(base64 -w0 "$pki/ca.crt")
  for kind in Mutating Validating; do
    cat << END
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: chaos-mesh}
webhooks:
END
    for object in podchaos networkchaos stresschaos iochaos timechaos httpchaos dnschaos \
      kernelchaos jvmchaos schedule workflow statuscheck; do
      chaos_webhook "$kind" "$object" "$ca"
    done
    echo ---
  done
}

# chaos_webhook Mutating|Validating OBJECT CA
chaos_webhook() {
  local verb=${1,,} resource=$2 url=https://127.0.0.1:$chaos_webhook_port
  case $2 in schedule | workflow | statuscheck) resource=${2}s ;; esac
  verb=${verb%ing}e  # mutate; "validate" is spelled the same way
  cat << END
- name: $verb-$2.chaos-mesh.org
  clientConfig: {url: "$url/$verb-chaos-mesh-org-v1alpha1-$2", caBundle: $3}
  failurePolicy: Fail
  sideEffects: None
  timeoutSeconds: 5
  admissionReviewVersions: [v1]
  rules:
  - apiGroups: [chaos-mesh.org]
    apiVersions: [v1alpha1]
    operations: [CREATE, UPDATE]
    resources: [$resource]
END
}
