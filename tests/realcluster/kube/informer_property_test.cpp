// SPDX-License-Identifier: Apache-2.0
// Whatever breaks on the way, an Informer ends with the server's objects, each change takes an
// object from the state it was told in before, and states come in the server's order.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>

#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;
using Pods = std::map<std::string, FakePods::Pod>;
using Type = Informer::Change::Type;

// What a consumer of the changes knows.
struct Follower {
  Pods pods;
  std::vector<FakePods::Event> told;

  void Take(const Informer::Change& change) {
    const std::string_view metadata = FindMember(change.object, "metadata");
    const auto text = [&](const char* key) { return StringValue(FindMember(metadata, key)); };
    RC_ASSERT(FindMember(change.object, "kind") == "\"Pod\"");
    RC_ASSERT(text("namespace") == "shop");
    const std::string name = text("name");
    const FakePods::Pod pod{text("uid"), std::stoi(text("resourceVersion"))};
    const auto at = pods.find(name);
    if (change.type == Type::kAdded) {
      RC_ASSERT(at == pods.end());
      pods[name] = pod;
      told.push_back({"ADDED", name, pod.uid, pod.version});
    } else {
      RC_ASSERT(at != pods.end());
      RC_ASSERT(at->second.uid == pod.uid);
      if (change.type == Type::kModified) {
        RC_ASSERT(at->second.version < pod.version);
        at->second = pod;
        told.push_back({"MODIFIED", name, pod.uid, pod.version});
      } else {
        pods.erase(at);
        told.push_back({"DELETED", name, pod.uid, pod.version});
      }
    }
  }
};

struct World {
  explicit World(FakeTroubles troubles)
      : pods(troubles),
        server({.tls = false, .certificate = {}, .client_ca_pem = ""},
               [this](FakeConnection& c, const FakeRequest& r) { pods.Serve(c, r); }),
        api(std::move(
            *RestKubeApi::Open(TargetOf(server), {.retry_for_s = 20, .back_off_s = 0.002}))),
        informer(*api, {.path = FakePods::kPath}) {}

  void Poll() {
    Result<std::vector<Informer::Change>> changes = informer.Poll();
    RC_ASSERT(changes.ok());
    for (const Informer::Change& change : *changes) follower.Take(change);
  }
  void CatchUp() {
    const auto deadline = Clock::now() + std::chrono::seconds(30);
    Poll();
    while (follower.pods != pods.pods() && Clock::now() < deadline) {
      api->WaitForWatches(0.05);
      Poll();
    }
    RC_ASSERT(follower.pods == pods.pods());
  }
  void Step() {
    const std::string name = "pod-" + std::to_string(*rc::gen::inRange(0, 6));
    switch (*rc::gen::inRange(0, 10)) {
      case 0:
        return pods.Remove(name);
      case 1:
        return Poll();
      case 2:
        Poll();
        return api->WaitForWatches(0.002);
      case 3:
        return pods.EndWatches();
      default:
        return pods.Put(name);
    }
  }

  FakePods pods;
  FakeServer server;
  std::unique_ptr<RestKubeApi> api;
  Informer informer;
  Follower follower;
};

FakeTroubles DrawTroubles() {
  return {.seed = *rc::gen::arbitrary<unsigned>(),
          .drop_line = *rc::gen::element(0.0, 0.1, 0.3),
          .end_watch = *rc::gen::element(0.0, 0.2),
          .refuse_watch = *rc::gen::element(0.0, 0.2),
          .bookmark = *rc::gen::element(0.0, 0.3)};
}

TEST(Informer, UnderDropsAndRefusalsTellsTheServersHistory) {
  ASSERT_TRUE(rc::check([] {
    World world(DrawTroubles());
    world.CatchUp();  // the first list is empty: all that follows comes by watch
    for (int i = *rc::gen::inRange(1, 60); i > 0; --i) world.Step();
    world.pods.Put("last");
    world.CatchUp();
    const auto history = world.pods.history();
    const auto& told = world.follower.told;
    RC_ASSERT(told.size() == history.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
      RC_ASSERT(told[i].type == history[i].type);
      RC_ASSERT(told[i].name == history[i].name);
      // The version of a deletion is the event's, as that of the object is the API server's.
      RC_ASSERT(told[i].version == history[i].version);
    }
    RC_ASSERT(world.pods.lists() == 1);
  }));
}

TEST(Informer, UnderLostHistoryEndsWithTheServersObjects) {
  ASSERT_TRUE(rc::check([] {
    World world(DrawTroubles());
    for (int i = *rc::gen::inRange(1, 60); i > 0; --i) {
      world.Step();
      if (*rc::gen::inRange(0, 6) == 0) {
        world.pods.EndWatches();
        world.pods.Forget();
      }
    }
    world.CatchUp();
    // Each state told by ADDED or MODIFIED was one of the server's.
    const auto history = world.pods.history();
    for (const FakePods::Event& told : world.follower.told) {
      if (told.type == "DELETED") continue;
      RC_ASSERT(std::any_of(history.begin(), history.end(), [&](const FakePods::Event& event) {
        return event.name == told.name && event.uid == told.uid && event.version == told.version;
      }));
    }
  }));
}

TEST(Informer, AfterASecondListTellsWhatIsGoneAndNotWhatIsEqual) {
  FakePods pods;
  FakeServer server({}, [&](FakeConnection& c, const FakeRequest& r) { pods.Serve(c, r); });
  for (const char* name : {"a", "b", "c", "d"}) pods.Put(name);
  auto api = RestKubeApi::Open(TargetOf(server), {.retry_for_s = 2});
  Informer informer(**api, {.path = FakePods::kPath});
  ASSERT_EQ(informer.Poll()->size(), 4u);
  pods.EndWatches();
  pods.Remove("a");  // gone
  pods.Put("b");     // changed
  pods.Remove("c");  // made anew
  pods.Put("c");
  pods.Forget();
  std::map<std::string, std::string> told;
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (pods.lists() < 2 || told.size() < 3) {
    ASSERT_LT(Clock::now(), deadline);
    (*api)->WaitForWatches(0.05);
    const auto changes = informer.Poll();
    ASSERT_TRUE(changes) << changes.error().Text();
    for (const Informer::Change& change : *changes) {
      const auto name = StringValue(FindMember(FindMember(change.object, "metadata"), "name"));
      told[name] += change.type == Type::kAdded ? "+" : change.type == Type::kDeleted ? "-" : "~";
    }
  }
  EXPECT_EQ(told, (std::map<std::string, std::string>{{"a", "-"}, {"b", "~"}, {"c", "-+"}}));
}

}  // namespace
}  // namespace wt
