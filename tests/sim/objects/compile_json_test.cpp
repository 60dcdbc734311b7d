// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/compile.h"

namespace wt {
namespace {

template <class T>
const T& As(const std::string& blob) {
  return *reinterpret_cast<const T*>(blob.data());
}

class CompileTest : public ::testing::Test {
 protected:
  std::string Blob(RevKind kind, const char* document) {
    auto blob = Compile(kind, Json::parse(document), interner_);
    EXPECT_TRUE(blob.ok());
    return blob ? *blob : std::string();
  }
  std::string Name(StrId id) const { return strings_.Text(id); }

  StringTable strings_;
  TableInterner interner_{strings_};
};

constexpr const char* kTemplateText = R"({
  "metadata": {"labels": {"app": "web", "tier": "front"}},
  "spec": {
    "nodeSelector": {"disk": "ssd"},
    "terminationGracePeriodSeconds": 12,
    "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"},
                    {"key": "lost", "value": "x", "tolerationSeconds": 60}],
    "volumes": [{"name": "v", "configMap": {"name": "files",
                                            "items": [{"key": "a", "path": "a"}]}}],
    "containers": [
      {"name": "web", "image": "shop/web:1", "command": ["/bin/web", "-v"], "args": ["serve"],
       "ports": [{"containerPort": 8080, "name": "http"}],
       "env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "k"}}},
               {"name": "S", "valueFrom": {"secretKeyRef": {"name": "sec", "key": "s",
                                                             "optional": true}}}],
       "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 7,
                         "failureThreshold": 2},
       "readinessProbe": {"tcpSocket": {"port": 9000}},
       "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "250m", "memory": "32Mi"}}},
      {"name": "side", "image": "shop/side:1", "imagePullPolicy": "Always"}]}})";

TEST_F(CompileTest, TemplateHoldsWhatTheKubeletReads) {
  const std::string blob = Blob(RevKind::kTemplate, kTemplateText);
  const auto& pod = As<PodTemplate>(blob);
  EXPECT_EQ(pod.grace_s, 12);
  EXPECT_EQ(pod.cpu_request, 250);
  EXPECT_EQ(pod.memory_request, 32 << 20);
  EXPECT_EQ(pod.qos, QosClass::kBurstable);
  const auto containers = Items(&pod, pod.containers);
  ASSERT_EQ(containers.size(), 2u);
  const ContainerSpec& web = containers[0];
  EXPECT_EQ(Name(web.image), "shop/web:1");
  EXPECT_EQ(Name(web.command), "/bin/web");
  EXPECT_NE(web.arguments, 0u);
  EXPECT_EQ(web.memory_limit, 64 << 20);
  ASSERT_EQ(Items(&pod, web.ports).size(), 1u);
  EXPECT_EQ(Items(&pod, web.ports)[0], 8080);
  EXPECT_EQ(web.probes[kLivenessProbe].kind, ProbeKind::kHttp);
  EXPECT_EQ(web.probes[kLivenessProbe].port, 8080) << "a named port resolves to its number";
  EXPECT_EQ(web.probes[kLivenessProbe].period_s, 7);
  EXPECT_EQ(web.probes[kLivenessProbe].failure_threshold, 2);
  EXPECT_EQ(web.probes[kReadinessProbe].port, 9000);
  EXPECT_EQ(web.probes[kStartupProbe].kind, ProbeKind::kNone);
  EXPECT_EQ(containers[1].pull, PullPolicy::kAlways);
  EXPECT_EQ(containers[1].command, 0u);
}

TEST_F(CompileTest, TemplateHoldsLabelsSelectorsAndTolerations) {
  const std::string blob = Blob(RevKind::kTemplate, kTemplateText);
  const auto& pod = As<PodTemplate>(blob);
  const auto labels = Items(&pod, pod.labels);
  ASSERT_EQ(labels.size(), 2u);
  EXPECT_EQ(Name(labels[1].key) + "=" + Name(labels[1].value), "tier=front");
  const auto nodes = Items(&pod, pod.node_selector);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(Name(nodes[0].value), "ssd");
  const auto tolerations = Items(&pod, pod.tolerations);
  ASSERT_EQ(tolerations.size(), 2u);
  EXPECT_EQ(tolerations[0].exists, 1);
  EXPECT_EQ(tolerations[0].effect, TaintEffect::kNoSchedule);
  EXPECT_EQ(tolerations[0].seconds, -1);
  EXPECT_EQ(tolerations[1].seconds, 60);
}

TEST_F(CompileTest, EveryContainerWaitsForEveryVolumeOfThePod) {
  const std::string blob = Blob(RevKind::kTemplate, kTemplateText);
  const auto& pod = As<PodTemplate>(blob);
  const auto containers = Items(&pod, pod.containers);
  const auto web = Items(&pod, containers[0].refs);
  ASSERT_EQ(web.size(), 3u);
  EXPECT_EQ(Name(web[0].name) + "/" + Name(web[0].key), "cfg/k");
  EXPECT_EQ(web[1].kind, RefKind::kSecret);
  EXPECT_EQ(web[1].optional, 1);
  EXPECT_EQ(web[2].use, RefUse::kVolume);
  const auto side = Items(&pod, containers[1].refs);
  ASSERT_EQ(side.size(), 1u);
  EXPECT_EQ(Name(side[0].name) + "/" + Name(side[0].key), "files/a");
}

TEST_F(CompileTest, EqualDocumentsGiveEqualBytesAndOtherArgumentsDoNot) {
  Json other = Json::parse(kTemplateText);
  EXPECT_EQ(Blob(RevKind::kTemplate, kTemplateText),
            Blob(RevKind::kTemplate, other.dump().c_str()));
  other["spec"]["containers"][0]["args"][0] = "drain";
  EXPECT_NE(Blob(RevKind::kTemplate, kTemplateText),
            Blob(RevKind::kTemplate, other.dump().c_str()));
}

TEST_F(CompileTest, DeploymentHoldsSelectorAndPace) {
  const std::string blob = Blob(RevKind::kDeployment, R"({"spec": {
    "selector": {"matchLabels": {"app": "web"},
                 "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]},
                                      {"key": "old", "operator": "DoesNotExist"}]},
    "strategy": {"type": "RollingUpdate",
                 "rollingUpdate": {"maxSurge": 2, "maxUnavailable": "40%"}},
    "progressDeadlineSeconds": 77}})");
  const auto& spec = As<DeploymentSpec>(blob);
  const auto terms = Items(&spec, spec.selector.terms);
  ASSERT_EQ(terms.size(), 4u);
  EXPECT_EQ(terms[1].group, terms[2].group);
  EXPECT_NE(terms[0].group, terms[1].group);
  EXPECT_EQ(terms[3].op, SelectorOp::kDoesNotExist);
  EXPECT_EQ(spec.max_surge.value, 2);
  EXPECT_EQ(spec.max_surge.is_percent, 0u);
  EXPECT_EQ(spec.max_unavailable.value, 40);
  EXPECT_EQ(spec.max_unavailable.is_percent, 1u);
  EXPECT_EQ(spec.progress_deadline_s, 77);
}

TEST_F(CompileTest, ServiceHoldsPortsByNumberAndByName) {
  const std::string blob = Blob(RevKind::kService, R"({"spec": {
    "type": "NodePort", "selector": {"app": "web"},
    "ports": [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30080},
              {"port": 53, "targetPort": 5353, "protocol": "UDP"}]}})");
  const auto& spec = As<ServiceSpec>(blob);
  const auto ports = Items(&spec, spec.ports);
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_EQ(Name(ports[0].target_name), "web");
  EXPECT_EQ(ports[0].target_port, 0);
  EXPECT_EQ(ports[0].node_port, 30080);
  EXPECT_EQ(ports[1].target_port, 5353);
  EXPECT_EQ(ports[1].protocol, 1);
  EXPECT_EQ(spec.type, ServiceType::kNodePort);
}

TEST_F(CompileTest, ConfigValuesAreComparedByContent) {
  const std::string blob =
      Blob(RevKind::kConfig, R"({"data": {"a": "1", "b": "1", "c": "2"}, "immutable": true})");
  const auto& config = As<ConfigData>(blob);
  const auto entries = Items(&config, config.entries);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].content, entries[1].content);
  EXPECT_NE(entries[0].content, entries[2].content);
  EXPECT_EQ(config.immutable, 1);
}

TEST_F(CompileTest, NodeHoldsAllocatableLabelsTaintsAndZone) {
  const std::string blob = Blob(RevKind::kNode, R"({
    "metadata": {"labels": {"topology.kubernetes.io/zone": "b"}},
    "spec": {"taints": [{"key": "k", "value": "v", "effect": "NoExecute"}]},
    "status": {"allocatable": {"cpu": "7800m", "memory": "15Gi", "pods": "110"}}})");
  const auto& node = As<NodeSpec>(blob);
  EXPECT_EQ(node.cpu_allocatable, 7800);
  EXPECT_EQ(node.memory_allocatable, 15LL << 30);
  EXPECT_EQ(node.pods_allocatable, 110);
  EXPECT_EQ(Name(node.zone), "b");
  ASSERT_EQ(Items(&node, node.taints).size(), 1u);
  EXPECT_EQ(Items(&node, node.taints)[0].effect, TaintEffect::kNoExecute);
}

TEST_F(CompileTest, ADocumentWithTooManyItemsIsRefused) {
  Json document = Json::parse(R"({"spec": {"ports": [{"port": 80}]}})");
  for (int i = 0; i < 9000; ++i) document["spec"]["selector"]["key" + std::to_string(i)] = "v";
  const auto blob = CompileService(document, interner_);
  ASSERT_FALSE(blob.ok());
  EXPECT_EQ(blob.error().code, ErrorCode::kInvalidObject);
}

}  // namespace
}  // namespace wt
