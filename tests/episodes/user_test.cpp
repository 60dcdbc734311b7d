// SPDX-License-Identifier: Apache-2.0
// What the user says, and when, is not the agent's to move: they look on their own clock.
#include <gtest/gtest.h>

#include "agents/view.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

class Waits final : public Policy {
 public:
  explicit Waits(u8 move) : move_(move) {}
  std::string Name() const override { return "waits"; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = {EntityKind::kCluster, move_, 0};
  }

 private:
  u8 move_;
};

constexpr u8 kUsual = MoveIndex(EntityKind::kCluster, Verb::kWait, 0);
constexpr u8 kOneMinute = MoveIndex(EntityKind::kCluster, Verb::kWait, 1);
constexpr u8 kFiveMinutes = MoveIndex(EntityKind::kCluster, Verb::kWait, 2);

struct Heard {
  std::string words;
  SimTime at = -1;   // end of the step
  SimTime until = 0;  // end of the last step
};

Heard FirstComplaint(const EpisodeRequest& request, u8 wait) {
  Heard heard;
  ChunkOptions options;
  options.on_step = [&](const StepView& view) {
    heard.until = view.cluster->Now();
    if (heard.at >= 0 || view.complaint.empty()) return;
    heard.at = heard.until;
    heard.words = view.complaint;
  };
  Waits policy(wait);
  WorldPool pool;
  RunChunk({&request, 1}, policy, pool, options);
  return heard;
}

TEST(User, ComplainsOfTheSameAtTheSameTimeHoweverLongTheAgentWaits) {
  u32 complaints = 0;
  const PreparedSuite& suite = Lite();
  for (u32 i = 0; i < suite.setups.size(); ++i) {
    for (const u64 seed : {3, 4}) {
      const EpisodeRequest request{&suite.setups[i], i, seed};
      const Heard usual = FirstComplaint(request, kUsual);
      for (const u8 move : {kOneMinute, kFiveMinutes}) {
        const SimTime wait = move == kOneMinute ? kMinute : 5 * kMinute;
        const Heard late = FirstComplaint(request, move);
        if (usual.at < 0) {
          EXPECT_TRUE(late.at < 0 || late.at > usual.until) << suite.labels[i].name << " " << seed;
          continue;
        }
        ++complaints;
        EXPECT_EQ(late.words, usual.words) << suite.labels[i].name << " " << seed;
        EXPECT_EQ(late.at, (usual.at + wait - 1) / wait * wait)
            << suite.labels[i].name << " " << seed;
      }
    }
  }
  EXPECT_GT(complaints, 20u);
}

// Else a complaint, or that none came, would be the answer.
TEST(User, ComplainsInHealthyEpisodesToo) {
  const PreparedSuite& suite = Lite();
  u32 complaints = 0, episodes = 0;
  for (u32 i = 0; i < suite.setups.size(); ++i) {
    if (!suite.setups[i].scenario.Healthy()) continue;
    for (u64 seed = 1; seed <= 20; ++seed, ++episodes) {
      complaints += FirstComplaint({&suite.setups[i], i, seed}, kUsual).at >= 0;
    }
  }
  EXPECT_GE(20 * complaints, episodes) << complaints << " of " << episodes;
}

}  // namespace
}  // namespace wt
