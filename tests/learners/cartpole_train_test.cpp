// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "agents/hash_draw.h"
#include "learners/cartpole_train.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

// 24 updates of short episodes, G = 8.
CartPoleConfig Short(const char* preset, u64 seed) {
  CartPoleConfig config = *CartPoleConfigOf(preset);
  config.seed = seed;
  config.steps = 24'000;
  config.width = 32;
  return config;
}

const auto kToTheEnd = [](const CartPoleProgress&) { return true; };

TEST(TrainCartPole, EqualRunsHaveEqualHashesAndOtherSeedsDiffer) {
  const auto hash = [](u64 seed) {
    CartPoleConfig config = Short("grpo", seed);
    config.steps = 5'000;
    return TrainCartPole(config, nullptr, kToTheEnd)->hash;
  };
  const u64 one = hash(1);
  EXPECT_EQ(one, hash(1));
  EXPECT_NE(one, hash(2));
}

class Resume : public testing::TestWithParam<const char*> {};

TEST_P(Resume, ARunInterruptedAtAnyUpdateEndsWithTheHashOfAnUninterruptedOne) {
  const CartPoleConfig whole_config = Short(GetParam(), 3);
  const CartPoleResult whole = *TrainCartPole(whole_config, nullptr, kToTheEnd);
  ASSERT_GE(whole.run.next_update, 20u);
  for (u64 trial = 0; trial < 3; ++trial) {
    TempDir dir;
    CartPoleConfig config = whole_config;
    config.folder = dir.path / "run";
    u64 interruptions = 0;
    std::optional<SavedRun> from;
    while (true) {
      u64 left = 1 + HashDraw(trial, 0, static_cast<u32>(interruptions)) % 9;
      const Result<CartPoleResult> part = TrainCartPole(
          config, from ? &*from : nullptr, [&](const CartPoleProgress&) { return --left > 0; });
      ASSERT_TRUE(part) << part.error().Text();
      if (part->complete) {
        EXPECT_EQ(part->hash, whole.hash) << "trial " << trial;
        EXPECT_EQ(part->return_last100, whole.return_last100);
        break;
      }
      ++interruptions;
      Result<SavedRun> read =
          ReadSavedRun(config.folder + "/checkpoint.wtc", NetworkKind::kCartPole);
      ASSERT_TRUE(read) << read.error().Text();
      from = std::move(*read);
    }
    EXPECT_GE(interruptions, 2u);
    std::ifstream metrics(config.folder + "/metrics.jsonl");
    const auto lines = std::count(std::istreambuf_iterator<char>(metrics), {}, '\n');
    EXPECT_EQ(static_cast<u64>(lines), whole.run.next_update);
  }
}
INSTANTIATE_TEST_SUITE_P(, Resume, testing::Values("grpo", "dapo"));

TEST(TrainCartPole, MetricsWrittenAfterTheCheckpointAreWrittenOnce) {
  // A killed run: metrics of seven updates, a checkpoint of five.
  TempDir dir;
  CartPoleConfig config = Short("lite", 4);
  config.folder = dir.path;
  config.steps = 9'000;
  config.checkpoint_every = 5;
  u64 left = 5;
  ASSERT_TRUE(TrainCartPole(config, nullptr, [&](const auto&) { return --left > 0; }));
  const SavedRun five = *ReadSavedRun(dir.path / "checkpoint.wtc", NetworkKind::kCartPole);
  std::ofstream(dir.path / "metrics.jsonl", std::ios::app) << "{\"update\":6}\n{\"upd";
  const CartPoleResult end = *TrainCartPole(config, &five, kToTheEnd);
  std::ifstream metrics(dir.path / "metrics.jsonl");
  u64 update = 0;
  for (std::string line; std::getline(metrics, line);) {
    ++update;
    EXPECT_NE(line.find("\"update\":" + std::to_string(update) + ","), std::string::npos) << line;
  }
  EXPECT_EQ(update, end.run.next_update);
}

TEST(TrainCartPole, ACheckpointOfAnotherConfigurationIsRefused) {
  CartPoleConfig config = Short("grpo", 5);
  config.steps = 1'000;
  const SavedRun run = TrainCartPole(config, nullptr, kToTheEnd)->run;
  for (CartPoleConfig other : {Short("dapo", 5), Short("grpo", 6), Short("grpo", 5)}) {
    const Result<CartPoleResult> refused = TrainCartPole(other, &run, kToTheEnd);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
    EXPECT_EQ(refused.error().where, "--resume");
  }
}

TEST(TrainCartPole, ARunThatIsDoneIsLeftAsItIs) {
  CartPoleConfig config = Short("grpo", 6);
  config.steps = 1'000;
  const CartPoleResult done = *TrainCartPole(config, nullptr, kToTheEnd);
  const CartPoleResult again = *TrainCartPole(config, &done.run, kToTheEnd);
  EXPECT_EQ(again.hash, done.hash);
}

}  // namespace
}  // namespace wt
