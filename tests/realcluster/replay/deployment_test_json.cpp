// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/deployment.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "tests/realcluster/replay/test_cluster.h"

namespace wt {
namespace {

constexpr const char* kWeb = "/apis/apps/v1/namespaces/shop/deployments/web";

class Deploying : public testing::Test {
 protected:
  Deploying() {
    file_ = testing::TempDir() + "inventory-" + std::to_string(getpid()) + "-" +
            testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
    std::filesystem::remove(file_);
  }
  ~Deploying() override { std::filesystem::remove(file_); }

  Inventory Open() {
    auto opened = Inventory::Open(file_);
    EXPECT_TRUE(opened) << opened.error().Text();
    return std::move(*opened);
  }
  static std::string TextOfStatus(const Status& status) {
    return status ? "" : status.error().Text();
  }

  std::string file_;
};

TEST_F(Deploying, AnAppIsReadyAtRevisionTwoAndGoneAfterwards) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options());
  ASSERT_TRUE(applied) << applied.error().Text();
  EXPECT_EQ(cluster.lines.back(), "3 of 3 pods Ready");
  const Json web = Json::parse(cluster.Get(kWeb));
  EXPECT_EQ(web["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
  EXPECT_EQ(web["status"]["availableReplicas"], 2);
  const std::string last =
      web["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
  EXPECT_EQ(last.find("RELEASE_REVISION"), last.npos);
  EXPECT_NE(last.find("\"replicas\":2"), last.npos);
  EXPECT_EQ(web["spec"]["template"]["spec"]["containers"][0]["env"].size(), 1u);
  const Json sets =
      Json::parse(cluster.Get("/apis/apps/v1/namespaces/shop/replicasets"))["items"];
  EXPECT_EQ(sets.size(), 4u);
  EXPECT_EQ(inventory.entries().size(), 10u);

  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
  EXPECT_TRUE(inventory.entries().empty());
  const size_t writes = cluster.writes.size();
  EXPECT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.writes.size(), writes);
}

}  // namespace
}  // namespace wt
