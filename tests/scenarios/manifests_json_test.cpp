// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "scenarios/manifests.h"

namespace wt {
namespace {

using nlohmann::json;

ManifestSet Read(const std::string& text) {
  auto set = ReadManifestText(text, "m.yaml");
  EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().Text());
  return set.ok() ? std::move(*set) : ManifestSet{};
}

std::string ErrorOf(const std::string& text) {
  const auto set = ReadManifestText(text, "m.yaml");
  EXPECT_FALSE(set.ok());
  return set.ok() ? "" : set.error().Text();
}

TEST(Manifests, SeveralDocumentsAndListsAreFlattened) {
  const ManifestSet set = Read(R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: b}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: c}}
---
apiVersion: v1
kind: ServiceList
items:
- metadata: {name: d}
)");
  ASSERT_EQ(set.manifests.size(), 4u);
  EXPECT_EQ(set.manifests[2].kind, "Deployment");
  EXPECT_EQ(set.manifests[2].line(), 10u);
  EXPECT_EQ(set.manifests[3].kind, "Service");
  EXPECT_EQ(set.manifests[3].object()["apiVersion"], "v1");
  EXPECT_TRUE(set.warnings.empty());
}

TEST(Manifests, ObjectsWithoutANamespaceGetTheOneOfTheSet) {
  const std::string config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n";
  const std::string space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";
  const std::string other = "apiVersion: v1\nkind: Namespace\nmetadata: {name: two}\n";
  EXPECT_EQ(Read(config).manifests[0].name_space, "default");
  const ManifestSet set = Read(config + space);
  EXPECT_EQ(set.manifests[0].object()["metadata"]["namespace"], "shop");
  ASSERT_EQ(set.warnings.size(), 1u);
  EXPECT_TRUE(set.warnings[0].starts_with("objects without a namespace go to shop"));
  EXPECT_EQ(set.manifests[1].name_space, "");
  EXPECT_FALSE(set.manifests[1].object()["metadata"].contains("namespace"));
  EXPECT_EQ(Read(config + space + other).manifests[0].name_space, "default");
}

TEST(Manifests, ADumpLosesWhatTheServerMade) {
  const ManifestSet set = Read(R"(
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: shop, uid: u1, resourceVersion: "7", generation: 2,
    creationTimestamp: "2024-01-01T00:00:00Z", managedFields: [],
    annotations: {deployment.kubernetes.io/revision: "1"}, labels: {app: web}}
  spec: {replicas: 2}
  status: {replicas: 2}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata: {name: web-1, namespace: shop, uid: u2,
    ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]}
- apiVersion: v1
  kind: Pod
  metadata: {name: web-1-a, namespace: shop, uid: u3,
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true}]}
- apiVersion: v1
  kind: Pod
  metadata: {name: alone, namespace: shop, uid: u4}
  spec: {nodeName: n1, volumes: [{name: kube-api-access-x}, {name: data}],
    containers: [{name: c, image: i, volumeMounts: [{name: kube-api-access-x}, {name: data}]}]}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop, uid: u5}
  spec: {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80}]}
- apiVersion: v1
  kind: Service
  metadata: {name: headless, namespace: shop, uid: u6}
  spec: {clusterIP: None, ports: [{port: 80}]}
- {apiVersion: v1, kind: Endpoints, metadata: {name: web, namespace: shop, uid: u7}}
- {apiVersion: v1, kind: Event, metadata: {name: e, namespace: shop, uid: u8}}
- {apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: default, uid: u9}}
- apiVersion: v1
  kind: Node
  metadata: {name: n1, uid: u10}
  status: {capacity: {cpu: "4"}, allocatable: {cpu: "4"}, conditions: []}
)");
  ASSERT_EQ(set.manifests.size(), 5u);
  EXPECT_EQ(set.manifests[0].object(),
            json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web",
              "namespace":"shop","labels":{"app":"web"}},"spec":{"replicas":2}})"));
  EXPECT_EQ(set.manifests[1].name, "alone");
  EXPECT_EQ(set.manifests[1].object()["spec"],
            json::parse(R"({"volumes":[{"name":"data"}],"containers":[{"name":"c","image":"i",
              "volumeMounts":[{"name":"data"}]}]})"));
  EXPECT_EQ(set.manifests[2].object()["spec"], json::parse(R"({"ports":[{"port":80}]})"));
  EXPECT_EQ(set.manifests[3].object()["spec"]["clusterIP"], "None");
  EXPECT_EQ(set.manifests[4].object()["status"],
            json::parse(R"({"capacity":{"cpu":"4"},"allocatable":{"cpu":"4"}})"));
}

TEST(Manifests, PodFieldsWithoutEffectAreNamedInTheSameWarningWithTheirPlace) {
  const char* const kPod = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {disk: fast}
      dnsPolicy: ClusterFirst
      schedulerName: default-scheduler
      hostNetwork: false
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: z, operator: In, values: [a]}]}]
      initContainers: []
      containers:
        - name: a
          image: i
          resources: {limits: {cpu: 1, memory: 1Gi}}
          ports: [{containerPort: 1}]
)";
  EXPECT_TRUE(Read(kPod).warnings.empty()) << "all of this has an effect, or is the default";

  std::string odd = kPod;
  const auto change = [&](const std::string& from, const std::string& to) {
    const std::size_t at = odd.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    odd.replace(at, from.size(), to);
  };
  change("initContainers: []",
         "initContainers: [{name: s, image: i, restartPolicy: Always}, {name: m, image: i}]");
  change("values: [a]", "values: [a, b]");
  change("cpu: 1,", "cpu: 1, nvidia.com/gpu: 1,");
  change("{containerPort: 1}", "{containerPort: 1}, {containerPort: 2, hostPort: 2}");
  change("dnsPolicy: ClusterFirst", "dnsPolicy: Default");
  const ManifestSet set = Read(odd + "---\n{apiVersion: apps/v1, kind: StatefulSet, metadata: "
                               "{name: b}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, "
                               "spec: {initContainers: [{name: x}]}}\n");
  ASSERT_EQ(set.warnings.size(), 1u);
  const std::string& warning = set.warnings[0];
  EXPECT_TRUE(warning.starts_with("carried as documents, not simulated: StatefulSet (1); fields"))
      << warning;
  for (const char* named :
       {"affinity.nodeAffinity (other than one term of single values) at ",
        "; initContainers at m.yaml:18:23 Deployment web, ", " Pod p; ",
        "; sidecars (initContainers with restartPolicy: Always) at m.yaml:18:23 Deployment web",
        "; containers.resources (other than cpu and memory) at ",
        "; containers.ports.hostPort at m.yaml:23:", "; dnsPolicy at m.yaml:11:18 "}) {
    EXPECT_NE(warning.find(named), std::string::npos) << named << "\nin: " << warning;
  }
}

TEST(Manifests, OnlyTheFirstObjectsOfAFieldAreNamed) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    text += std::string("---\n{apiVersion: v1, kind: Pod, metadata: {name: ") + name +
            "}, spec: {priorityClassName: high}}\n";
  }
  ASSERT_EQ(Read(text).warnings.size(), 1u);
  EXPECT_TRUE(Read(text).warnings[0].ends_with("Pod c and 2 more")) << Read(text).warnings[0];
}

TEST(Manifests, KindsThatAreNotSimulatedAreNamedInOneWarning) {
  const ManifestSet set = Read(R"(
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: a}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: b}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: c}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: d}
)");
  EXPECT_EQ(set.manifests.size(), 4u);
  ASSERT_EQ(set.warnings.size(), 1u);
  EXPECT_EQ(set.warnings[0],
            "carried as documents, not simulated: Ingress (1), StatefulSet (2); left out, of a "
            "kind that is not known: m.yaml:14:1 Widget d");
}

TEST(Manifests, MistakesNameThePlaceAndTheNearestKind) {
  EXPECT_EQ(ErrorOf("apiVersion: v1\nmetadata: {name: a}\n"),
            "m.yaml:1:1: kind: missing; expected a kind such as Deployment");
  EXPECT_EQ(ErrorOf("apiVersion: v1\nkind: Pod\nmetadata: {labels: {}}\n"),
            "m.yaml:3:11: metadata.name: missing; expected a name");
  EXPECT_EQ(ErrorOf("kind: Pod\nmetadata: {name: a}\n"),
            "m.yaml:1:1: apiVersion: missing; expected an API version such as apps/v1");
  EXPECT_EQ(ErrorOf("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n"),
            "m.yaml:2:7: kind: no kind \"Deploymnt\" in apps/v1; expected a kind of Kubernetes "
            "1.35; did you mean \"Deployment\"?");
  EXPECT_EQ(ErrorOf("apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n"),
            "m.yaml:2:7: kind: no matches for kind \"Deployment\" in version "
            "\"extensions/v1beta1\"; expected apps/v1");
  EXPECT_EQ(ErrorOf("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n"
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
            "m.yaml:7:18: metadata.name: Pod \"a\" is given twice; expected it once (first at "
            "m.yaml:1)");
  EXPECT_EQ(ErrorOf("apiVersion: v1\nkind: Pod\nmetadata: {name: 12}\n"),
            "m.yaml:3:18: metadata.name: 12 is not a text; expected a text (quote it)");
  EXPECT_EQ(ErrorOf("- a\n- b\n"), "m.yaml:1:1: [\"a\",\"b\"] is not a map; expected a map");
  EXPECT_NE(ErrorOf("# nothing\n").find("no Kubernetes objects"), std::string::npos);
  EXPECT_FALSE(ReadManifests("/nonexistent").ok());
}

TEST(Manifests, WhatIsWrittenOutIsReadBackEqual) {
  const ManifestSet set = Read(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
      "data: {k: \"yes\", n: \"012\", t: \"a\\nb\"}\n");
  const ManifestSet again = Read(ManifestText(set));
  ASSERT_EQ(again.manifests.size(), 1u);
  EXPECT_EQ(set.manifests[0].object(), again.manifests[0].object());
}

}  // namespace
}  // namespace wt
