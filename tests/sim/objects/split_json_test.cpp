// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/split.h"
#include "sim/objects/timestamp.h"

namespace wt {
namespace {

TEST(Split, DeploymentKeepsRowOwnedFieldsOutOfItsDocuments) {
  const ObjectParts parts = SplitObject("Deployment", Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "7",
                 "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 3,
                 "annotations": {"deployment.kubernetes.io/revision": "2"},
                 "labels": {"app": "web"}},
    "spec": {"replicas": 4, "paused": true, "selector": {"matchLabels": {"app": "web"}},
             "template": {"metadata": {"creationTimestamp": null,
                 "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:01:05Z"},
                 "labels": {"app": "web"}}, "spec": {"containers": []}}},
    "status": {"replicas": 4}})"));
  EXPECT_EQ(parts.name, "web");
  EXPECT_EQ(parts.ns, "shop");
  EXPECT_EQ(parts.replicas, 4);
  EXPECT_TRUE(parts.paused);
  EXPECT_EQ(parts.restarted_at_s, static_cast<u32>(kEpochUnixS + 65));
  EXPECT_EQ(parts.document, Json::parse(R"({"apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"labels": {"app": "web"}},
    "spec": {"selector": {"matchLabels": {"app": "web"}}}})"));
  EXPECT_EQ(parts.tmpl, Json::parse(R"({"metadata": {"labels": {"app": "web"}},
    "spec": {"containers": []}})"));
}

TEST(Split, ARestartMarkThatNoKubectlWritesStaysInTheTemplate) {
  const ObjectParts parts = SplitObject("Deployment", Json::parse(R"({"metadata": {},
    "spec": {"template": {"metadata": {"annotations":
      {"kubectl.kubernetes.io/restartedAt": "soon"}}, "spec": {}}}})"));
  EXPECT_EQ(parts.restarted_at_s, 0u);
  EXPECT_EQ(parts.tmpl["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"], "soon");
}

TEST(Split, ServiceDropsItsAllocatedAddressButNotHeadless) {
  const ObjectParts plain = SplitObject("Service", Json::parse(R"({"metadata": {"name": "a"},
    "spec": {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ipFamilies": ["IPv4"],
             "ipFamilyPolicy": "SingleStack"}})"));
  EXPECT_EQ(plain.document["spec"], Json::object());
  const ObjectParts headless = SplitObject(
      "Service", Json::parse(R"({"metadata": {"name": "a"}, "spec": {"clusterIP": "None"}})"));
  EXPECT_EQ(headless.document["spec"]["clusterIP"], "None");
}

TEST(Split, NodeKeepsItsMachineAndDropsDerivedTaints) {
  const ObjectParts parts = SplitObject("Node", Json::parse(R"({"metadata": {"name": "n"},
    "spec": {"unschedulable": true,
             "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]},
    "status": {"allocatable": {"cpu": "2"}, "conditions": []}})"));
  EXPECT_TRUE(parts.unschedulable);
  EXPECT_EQ(parts.document["spec"], Json::object());
  EXPECT_EQ(parts.document["status"], Json::parse(R"({"allocatable": {"cpu": "2"}})"));
}

TEST(Split, PodIsATemplateWithoutItsOwnersMarks) {
  const ObjectParts parts = SplitObject("Pod", Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "p", "labels": {"a": "b", "pod-template-hash": "x"}},
    "spec": {"nodeName": "n1", "containers": []}})"));
  EXPECT_EQ(parts.tmpl, Json::parse(R"({"metadata": {"labels": {"a": "b"}},
    "spec": {"containers": [], "nodeName": "n1"}})"));
}

TEST(Admit, SecretsFoldStringDataIntoData) {
  Json secret = Json::parse(R"({"metadata": {"name": "s"}, "stringData": {"user": "anna"}})");
  AdmitObject("Secret", secret);
  EXPECT_EQ(secret["data"]["user"], "YW5uYQ==");
  EXPECT_FALSE(secret.contains("stringData"));
}

TEST(Admit, NodePortsAreAllocatedOnceAndInRange) {
  Json service = Json::parse(R"({"metadata": {"name": "s"},
    "spec": {"type": "NodePort", "ports": [{"port": 80}, {"port": 81, "nodePort": 30001}]}})");
  AdmitObject("Service", service);
  const Json once = service;
  EXPECT_GE(once["spec"]["ports"][0]["nodePort"], 30000);
  EXPECT_LE(once["spec"]["ports"][0]["nodePort"], 32767);
  EXPECT_EQ(once["spec"]["ports"][1]["nodePort"], 30001);
  AdmitObject("Service", service);
  EXPECT_EQ(service, once);
}

TEST(Timestamp, IsRfc3339AndReadsBack) {
  EXPECT_EQ(Timestamp(0), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Timestamp(-1), "2025-12-31T23:59:59Z");
  EXPECT_EQ(UnixTimestamp(951782400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(ParseUnixTimestamp("2000-02-29T00:00:00Z"), 951782400);
  EXPECT_FALSE(ParseUnixTimestamp("2001-02-29T00:00:00Z").has_value());
  EXPECT_FALSE(ParseUnixTimestamp("2001-02-28T00:00:00+01:00").has_value());
}

}  // namespace
}  // namespace wt
