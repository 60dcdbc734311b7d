// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/live_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "realcluster/kube/json_scan.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

class SteadyClock final : public RealClock {
 public:
  SimTime Now() override {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }
  void WaitUntil(SimTime) override {}
};

std::string NameIn(const std::string& object) {
  return StringValue(FindMember(FindMember(object, "metadata"), "name"));
}

class LiveFeedTest : public testing::Test {
 protected:
  LiveFeedTest()
      : server_({.tls = false, .certificate = {}, .client_ca_pem = ""},
                [this](FakeConnection& c, const FakeRequest& r) {
                  while (hangs_ && !c.client_gone()) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                  }
                  if (!refuses_) return pods_.Serve(c, r);
                  c.Reply(403, StatusBody(403, "Forbidden", "no"));
                }) {}

  std::unique_ptr<LiveFeed> Start() {
    auto feed = LiveFeed::Start(TargetOf(server_), clock_, {FakePods::kPath});
    WT_CHECK(feed.ok(), "a feed starts");
    return std::move(*feed);
  }
  // What comes within ten seconds, until there are so many.
  std::vector<TraceChange> Take(LiveFeed& feed, std::size_t count) {
    std::vector<TraceChange> out;
    for (int i = 0; i < 1000 && out.size() < count; ++i) {
      EXPECT_TRUE(feed.Take(out).ok());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return out;
  }

  std::atomic<bool> refuses_ = false, hangs_ = false;
  FakePods pods_;
  FakeServer server_;
  SteadyClock clock_;
};

TEST_F(LiveFeedTest, TheFirstAnswerIsAllThatIsThere) {
  for (int i = 0; i < 1200; ++i) pods_.Put("pod-" + std::to_string(i));  // three pages
  const auto feed = Start();
  std::vector<TraceChange> changes;
  ASSERT_TRUE(feed->Take(changes).ok());
  EXPECT_EQ(changes.size(), 1200u);
  for (const TraceChange& change : changes) EXPECT_EQ(change.type, ChangeType::kAdded);
}

TEST_F(LiveFeedTest, AnEmptyCollectionIsNoReasonToWait) {
  const auto feed = Start();
  std::vector<TraceChange> changes;
  const SimTime before = clock_.Now();
  ASSERT_TRUE(feed->Take(changes).ok());
  EXPECT_TRUE(changes.empty());
  EXPECT_LT(clock_.Now() - before, 10 * kSecond);
}

TEST_F(LiveFeedTest, ChangesAreStampedWhenTheyArriveNotWhenTheyAreTaken) {
  pods_.Put("a");
  const auto feed = Start();
  ASSERT_EQ(Take(*feed, 1).size(), 1u);
  const SimTime before = clock_.Now();
  pods_.Put("a");
  pods_.Put("b");
  pods_.Remove("a");
  std::this_thread::sleep_for(std::chrono::seconds(2));
  std::vector<TraceChange> changes;
  ASSERT_TRUE(feed->Take(changes).ok());
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].type, ChangeType::kModified);
  EXPECT_EQ(changes[1].type, ChangeType::kAdded);
  EXPECT_EQ(NameIn(changes[1].object), "b");
  EXPECT_EQ(changes[2].type, ChangeType::kDeleted);
  for (const TraceChange& change : changes) {
    EXPECT_GE(change.at, before);
    EXPECT_LT(change.at, before + 1500 * kMillisecond);
  }
}

TEST_F(LiveFeedTest, AnErrorIsToldByEveryCallUntilTheCollectionIsWatchedAgain) {
  pods_.Put("a");
  const auto feed = Start();
  ASSERT_EQ(Take(*feed, 1).size(), 1u);
  const auto is_well = [&] {
    std::vector<TraceChange> changes;
    return feed->Take(changes).ok();
  };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(10)); };
  refuses_ = true;
  pods_.Forget();
  pods_.EndWatches();
  for (int i = 0; i < 2000 && is_well(); ++i) pause();
  for (int i = 0; i < 150; ++i, pause()) ASSERT_FALSE(is_well()) << i;
  refuses_ = false;
  for (int i = 0; i < 2000 && !is_well(); ++i) pause();
  for (int i = 0; i < 150; ++i, pause()) ASSERT_TRUE(is_well()) << i;
}

// Its watches stay open and silent, as those of a quiet cluster.
TEST_F(LiveFeedTest, AServerThatHangsIsTroubleSinceItsLastAnswer) {
  pods_.Put("a");
  const auto feed = Start();
  ASSERT_EQ(Take(*feed, 1).size(), 1u);
  const auto taken = [&] {
    std::vector<TraceChange> changes;
    return feed->Take(changes);
  };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(10)); };
  const SimTime quiet_until = clock_.Now() + 3 * kSecond;
  for (; clock_.Now() < quiet_until; pause()) ASSERT_TRUE(taken());
  const SimTime hung = clock_.Now();
  hangs_ = true;
  Status trouble = Ok{};
  for (int i = 0; i < 2000 && trouble; ++i, pause()) trouble = taken();
  ASSERT_FALSE(trouble.ok());
  EXPECT_LT(clock_.Now() - hung, 10 * kSecond);
  EXPECT_NE(trouble.error().Text().find("/readyz"), std::string::npos) << trouble.error().Text();
  ASSERT_TRUE(feed->LastAnswer());
  EXPECT_LE(*feed->LastAnswer(), hung);
  EXPECT_GT(*feed->LastAnswer(), hung - 4 * kSecond);
  hangs_ = false;
  for (int i = 0; i < 2000 && !taken(); ++i) pause();
  EXPECT_TRUE(taken());
}

TEST_F(LiveFeedTest, ItEndsAtOnceWhileNothingHappens) {
  const SimTime before = clock_.Now();
  {
    const auto feed = Start();
    std::vector<TraceChange> changes;
    ASSERT_TRUE(feed->Take(changes).ok());
  }
  EXPECT_LT(clock_.Now() - before, 10 * kSecond);
}

TEST(LiveFeed, AServerThatIsNotThereIsAnError) {
  SteadyClock clock;
  KubeTarget target;
  target.server = "http://127.0.0.1:9";
  RestOptions impatient;
  impatient.retry_for_s = 0.5;
  auto feed = LiveFeed::Start(target, clock, {FakePods::kPath}, impatient);
  ASSERT_TRUE(feed.ok());
  std::vector<TraceChange> changes;
  const Status taken = (*feed)->Take(changes);
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().Text().find("127.0.0.1:9"), std::string::npos);
}

}  // namespace
}  // namespace wt
