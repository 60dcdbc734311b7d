// SPDX-License-Identifier: Apache-2.0
// A simulated cluster behind its Kubernetes API stands for the real one: what a mirror of it shows
// must be what it shows itself.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/cluster/app_collections.h"
#include "sim/objects/kinds.h"
#include "sim/objects/render.h"
#include "sim/objects/write_plan.h"
#include "sim/telemetry/describe.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

using nlohmann::json;

// One cluster, and the World that mirrors it, which also carries out the fault.
struct Pair {
  explicit Pair(const ScenarioSetup& setup, u64 seed,
                const std::function<void(const Sim&)>& first = {})
      : reality(setup, seed), copy(Start(setup, copy_pool, seed)) {
    if (first) first(reality.cluster.View());
    auto begun = AnyCluster::Begin(reality, reality, reality, reality, copy,
                                   reality.Options());
    WT_CHECK(begun.ok(), "a simulated API lists its objects");
    driver = std::move(*begun);
    copy.Drive(driver.get());
  }

  static SimCluster Start(const ScenarioSetup& setup, WorldPool& pool, u64 seed) {
    Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
    WT_CHECK(started.ok(), "an episode of the catalog starts");
    return std::move(started->cluster);
  }

  SimulatedReality reality;
  WorldPool copy_pool;
  std::unique_ptr<AnyCluster> driver;
  SimCluster copy;
};

// What a mirror cannot have: marks of identity, and instants finer than the API tells.
json Comparable(const Sim& sim, ObjectRef object) {
  json out = RenderJson(sim, object);
  for (const char* key :
       {"uid", "resourceVersion", "ownerReferences", "generation"}) {
    out["metadata"].erase(key);
  }
  if (object.kind == ObjectKind::kPod) {
    out["spec"].erase("volumes");  // the token's volume is named by the uid
    for (json& container : out["spec"]["containers"]) container.erase("volumeMounts");
    for (json& status : out["status"]["containerStatuses"]) {
      status.erase("containerID");
      status.erase("imageID");
      if (status["state"].contains("waiting")) status["state"]["waiting"].erase("message");
    }
  }
  return out;
}

template <class Row>
std::map<std::string, json> AllOf(const Sim& sim, ObjectKind kind) {
  std::map<std::string, json> out;
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    if (!Exists(sim, {kind, row})) continue;
    if constexpr (std::is_same_v<Row, Pod>) {
      if (sim.At<Pod>(row).owner == 0) continue;
    }
    out[ObjectName(sim, {kind, row})] = Comparable(sim, {kind, row});
  }
  return out;
}

template <class Row>
void ExpectSame(const Sim& real, const Sim& copy, ObjectKind kind) {
  const auto wanted = AllOf<Row>(real, kind), got = AllOf<Row>(copy, kind);
  for (const auto& [name, object] : wanted) {
    const auto found = got.find(name);
    ASSERT_NE(found, got.end()) << name << " is not mirrored";
    EXPECT_EQ(found->second, object) << json::diff(object, found->second).dump(1);
  }
  for (const auto& [name, object] : got) EXPECT_TRUE(wanted.contains(name)) << name << " is gone";
}

void ExpectSameObjects(const Pair& pair) {
  const Sim real = pair.reality.cluster.View(), copy = pair.copy.View();
  ExpectSame<Node>(real, copy, ObjectKind::kNode);
  ExpectSame<Deployment>(real, copy, ObjectKind::kDeployment);
  ExpectSame<ReplicaSet>(real, copy, ObjectKind::kReplicaSet);
  ExpectSame<Pod>(real, copy, ObjectKind::kPod);
  ExpectSame<Service>(real, copy, ObjectKind::kService);
}

std::string Complaints(const AnyCluster& driver) {
  std::string out;
  for (const std::string& warning : driver.mirror().warnings()) out += warning + "\n";
  for (const Error& error : driver.errors()) out += error.Text() + "\n";
  return out;
}

TEST(Mirror, ShowsTheObjectsOfASettledCluster) {
  Pair pair(Catalog().setups[0], 7);
  EXPECT_EQ(Complaints(*pair.driver), "");
  ExpectSameObjects(pair);
}

template <class Row>
void MakeTwoMinutesOld(const Sim& sim) {
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    if (sim.At<Row>(row).born != 0) sim.At<Row>(row).created_ms = sim.now_ms() - 120'000;
  }
}

// A real app was deployed just before its episode; the simulated one has stood for a day.
TEST(Mirror, AgesAreThoseOfTheApi) {
  Pair pair(Catalog().setups[0], 7, [](const Sim& real) {
    MakeTwoMinutesOld<Node>(real);
    MakeTwoMinutesOld<Deployment>(real);
    MakeTwoMinutesOld<ReplicaSet>(real);
    MakeTwoMinutesOld<Pod>(real);
    MakeTwoMinutesOld<Service>(real);
    MakeTwoMinutesOld<Object>(real);
  });
  ExpectSameObjects(pair);
  const Sim sim = pair.copy.View();
  for (u32 row = 1; row < sim.world.Used<Deployment>(); ++row) {
    if (sim.At<Deployment>(row).born == 0) continue;
    const std::string shown = DescribeDeployment(sim, row);
    EXPECT_EQ(shown, DescribeDeployment(pair.reality.cluster.View(), row));
    EXPECT_NE(shown.find(" 2m"), std::string::npos) << shown;
  }
  const auto namespaces = AppNamespaces(sim);
  for (u32 row = 1; row < sim.world.Used<Object>(); ++row) {
    const Object& object = sim.At<Object>(row);
    const ObjectKind kind = ObjectKindNamed(AllKinds()[object.kind].kind);
    const bool mirrored = kind == ObjectKind::kConfigMap || kind == ObjectKind::kSecret;
    if (object.born == 0 || !mirrored || !namespaces.contains(std::string(sim.Text(object.ns)))) {
      continue;
    }
    EXPECT_NEAR(sim.now_ms() - object.created_ms, 120'000, 1000) << sim.Text(object.name);
  }
}

TEST(Mirror, FollowsEveryScenarioOfTheCatalog) {
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    SCOPED_TRACE(Catalog().labels[s].name);
    Pair pair(Catalog().setups[s], 7);
    for (int round = 0; round < 6 && !testing::Test::HasFailure(); ++round) {
      pair.copy.Advance(30 * kSecond);
      EXPECT_EQ(Complaints(*pair.driver), "");
      ExpectSameObjects(pair);
    }
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace wt
