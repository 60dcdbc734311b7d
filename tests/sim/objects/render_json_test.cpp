// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sim/objects/small_cluster.h"

namespace wt {
namespace {

TEST(Render, DeploymentShowsDocumentTemplateColumnsAndServerMetadata) {
  SmallCluster cluster;
  const Json object = cluster.Get(cluster.deployment);
  EXPECT_EQ(object["apiVersion"], "apps/v1");
  EXPECT_EQ(object["metadata"]["name"], "web");
  EXPECT_EQ(object["metadata"]["namespace"], "shop");
  EXPECT_EQ(object["metadata"]["generation"], 1);
  EXPECT_EQ(object["metadata"]["creationTimestamp"], "2026-01-01T00:00:00Z");
  EXPECT_EQ(object["metadata"]["uid"].get<std::string>().size(), 36u);
  EXPECT_EQ(object["spec"]["replicas"], 2);
  EXPECT_EQ(object["spec"]["template"]["spec"]["containers"][0]["image"], "shop/web:2");
  EXPECT_EQ(object["spec"]["template"]["spec"]["dnsPolicy"], "ClusterFirst") << "defaulted";
  EXPECT_EQ(object["spec"]["strategy"]["rollingUpdate"]["maxSurge"], "25%");
}

TEST(Render, LastAppliedIsTheManifestAsKubectlWritesIt) {
  SmallCluster cluster;
  const Json object = cluster.Get(cluster.config);
  EXPECT_EQ(object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"],
            "{\"apiVersion\":\"v1\",\"data\":{\"level\":\"3\",\"mode\":\"fast\"},\"kind\":"
            "\"ConfigMap\",\"metadata\":{\"annotations\":{},\"name\":\"settings\",\"namespace\":"
            "\"shop\"}}\n");
}

TEST(Render, ServiceShowsItsAllocatedAddress) {
  SmallCluster cluster;
  const Json object = cluster.Get(cluster.service);
  const std::string ip = object["spec"]["clusterIP"];
  EXPECT_EQ(ip.rfind("10.96.", 0), 0u);
  EXPECT_EQ(object["spec"]["clusterIPs"], Json::array({ip}));
  EXPECT_EQ(object["spec"]["type"], "ClusterIP");
  EXPECT_EQ(object["status"], Json::parse(R"({"loadBalancer": {}})"));
}

TEST(Render, CordonedNodeShowsTheTaintThatFollowsFromIt) {
  SmallCluster cluster;
  EXPECT_FALSE(cluster.Get(cluster.node)["spec"].contains("taints"));
  ASSERT_TRUE(Patch(cluster.sim(), cluster.node, "merge", R"({"spec": {"unschedulable": true}})",
                    kAgent)->changed);
  const Json object = cluster.Get(cluster.node);
  EXPECT_EQ(object["spec"]["unschedulable"], true);
  EXPECT_EQ(object["spec"]["taints"][0]["key"], "node.kubernetes.io/unschedulable");
  ASSERT_TRUE(Patch(cluster.sim(), cluster.node, "merge", R"({"spec": {"unschedulable": null}})",
                    kAgent)->changed);
  EXPECT_FALSE(cluster.Get(cluster.node)["spec"].contains("taints"));
}

TEST(Render, PodShowsItsOwnerHashAndWhatAdmissionAdds) {
  SmallCluster cluster;
  const ObjectRef pod = cluster.AddPod();
  const Json object = cluster.Get(pod);
  EXPECT_EQ(object["kind"], "Pod");
  EXPECT_EQ(object["metadata"]["ownerReferences"][0]["kind"], "ReplicaSet");
  EXPECT_EQ(object["metadata"]["labels"]["app"], "web");
  const std::string hash = object["metadata"]["labels"]["pod-template-hash"];
  EXPECT_EQ(object["metadata"]["generateName"], "web-" + hash + "-");
  EXPECT_EQ(object["spec"]["tolerations"].size(), 2u);
  EXPECT_EQ(object["spec"]["volumes"].size(), 3u);
  EXPECT_EQ(object["spec"]["containers"][0]["volumeMounts"].size(), 1u);
  EXPECT_EQ(object["status"]["phase"], "Pending");
  EXPECT_EQ(object["status"]["qosClass"], "Burstable");
}

TEST(Render, ReadingLeavesTheWorldAsItIs) {
  SmallCluster cluster;
  const ObjectRef pod = cluster.AddPod();
  const u64 before = HashWorld(cluster.sim().world);
  for (const ObjectRef object : {cluster.deployment, cluster.service, cluster.config,
                                 cluster.node, pod}) {
    RenderObject(cluster.sim(), object);
  }
  EXPECT_EQ(HashWorld(cluster.sim().world), before);
}

}  // namespace
}  // namespace wt
