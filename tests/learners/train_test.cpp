// SPDX-License-Identifier: Apache-2.0
// Training on clusters: equal results whatever the threads and interruptions.
#include <gtest/gtest.h>

#include <optional>

#include "agents/hash_draw.h"
#include "agents/policy_file.h"
#include "bench/evaluate.h"
#include "episodes/ground_truth.h"
#include "episodes/run_episode.h"
#include "learners/config_json.h"
#include "learners/cluster_rollouts.h"
#include "learners/train.h"
#include "learners/train_settings.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

const PreparedSuite& Lite() {
  static const PreparedSuite suite = [] {
    Result<PreparedSuite> prepared = PrepareSuite(WT_SOURCE_DIR, "lite");
    WT_CHECK(prepared.ok(), "the lite suite is valid");
    return std::move(*prepared);
  }();
  return suite;
}

TrainConfig Small(const char* preset, u64 seed) {
  TrainConfig config;
  config.preset = preset;
  config.grpo = *PresetNamed(preset);
  config.collect.groups = 3;
  config.collect.group_size = 8;
  config.collect.seed = seed;
  config.collect.threads = 2;
  config.width = 8;
  config.updates = 20;
  return config;
}

const auto kToTheEnd = [](const TrainProgress&) { return true; };

TrainResult Trained(const TrainConfig& config) {
  Result<TrainResult> result = Train(Lite().setups, config, nullptr, kToTheEnd);
  EXPECT_TRUE(result) << result.error().Text();
  return std::move(*result);
}

TEST(Train, TheNumberOfThreadsDoesNotChangeTheResult) {
  TrainConfig config = Small("step", 1);
  config.updates = 4;
  config.collect.groups = 20;  // several chunks
  std::optional<u64> hash;
  for (const int threads : {1, 2, 8}) {
    config.collect.threads = threads;
    const u64 mine = Trained(config).hash;
    EXPECT_EQ(hash.value_or(mine), mine) << threads << " threads";
    hash = mine;
  }
}

TEST(Train, ASecondRunIsEqualAndAnotherSeedDiffers) {
  TrainConfig config = Small("grpo", 2);
  config.updates = 3;
  const u64 hash = Trained(config).hash;
  EXPECT_EQ(Trained(config).hash, hash);
  config.collect.seed = 3;
  EXPECT_NE(Trained(config).hash, hash);
}

class Resume : public testing::TestWithParam<const char*> {};

TEST_P(Resume, ARunInterruptedAtAnyUpdateEndsWithTheHashOfAnUninterruptedOne) {
  const TrainConfig whole = Small(GetParam(), 4);
  const TrainResult expected = Trained(whole);
  ASSERT_GE(expected.checkpoint.next_update, 20u);
  TempDir dir;
  TrainConfig config = whole;
  config.folder = dir.path / "run";
  std::optional<Checkpoint> from;
  for (u32 part_number = 0;; ++part_number) {
    u64 left = 1 + HashDraw(9, 0, part_number) % 8;
    Result<TrainResult> part = Train(Lite().setups, config, from ? &*from : nullptr,
                                     [&](const TrainProgress&) { return --left > 0; });
    ASSERT_TRUE(part) << part.error().Text();
    Result<Checkpoint> read = LoadCheckpoint(config.folder + "/checkpoint.wtc");
    ASSERT_TRUE(read) << read.error().Text();
    from = std::move(*read);
    if (!part->complete) continue;
    EXPECT_EQ(part->hash, expected.hash);
    EXPECT_GE(part_number, 2u);
    break;
  }
  const Result<NetworkWeights> policy = LoadPolicy(config.folder + "/policy.wtp");
  ASSERT_TRUE(policy) << policy.error().Text();
  EXPECT_EQ(policy->layers, expected.checkpoint.weights.layers);
}
INSTANTIATE_TEST_SUITE_P(, Resume, testing::Values("step", "dapo"));

TEST(Train, ACheckpointOfAnotherConfigurationIsRefused) {
  TrainConfig config = Small("grpo", 5);
  config.updates = 1;
  const TrainResult one = Trained(config);
  TrainConfig other = config;
  other.collect.reward.cause_gone += 0.1f;
  const Result<TrainResult> refused = Train(Lite().setups, other, &one.checkpoint, kToTheEnd);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
  EXPECT_EQ(refused.error().where, "--resume");
}

TEST(Rollouts, MembersOfAGroupSeeOneStart) {
  CollectOptions options;
  options.groups = 4;
  options.group_size = 8;
  options.threads = 1;
  NetworkWeights weights(8);
  const RolloutBatch batch =
      CollectRollouts(Lite().setups, std::make_shared<const NetworkWeights>(weights), options);
  ASSERT_EQ(batch.episodes.size(), 32u);
  EXPECT_EQ(batch.errored, 0u) << batch.first_error;
  const std::size_t floats = batch.shape.Floats();
  for (const auto& e : batch.episodes) {
    const auto& first = batch.episodes[e.group * 8];
    EXPECT_EQ(e.scenario, first.scenario);
    for (std::size_t f = 0; f < floats; ++f) {
      ASSERT_EQ(batch.features[e.first * floats + f], batch.features[first.first * floats + f]);
    }
    f32 sum = 0;
    for (u32 d = e.first; d < e.first + e.count; ++d) sum += batch.reward[d];
    EXPECT_NEAR(sum, e.reward, 1e-4f);
  }
}

TEST(RunDifference, NamesEveryValueThatChangedButForThoseThatMay) {
  TrainConfig config = Small("grpo", 1);
  const std::string before = RunDocument(config, Lite().setups, "aaaa");
  config.collect.threads = 7;
  config.cpu_seconds_max = 60;
  EXPECT_EQ(RunDifference(before, RunDocument(config, Lite().setups, "bbbb")), "");
  config.collect.seed = 2;
  config.grpo.epochs = 9;
  EXPECT_EQ(RunDifference(before, RunDocument(config, Lite().setups, "aaaa")),
            "grpo.epochs was 2, is 9; seed was 1, is 2");
  EXPECT_NE(RunDifference("no JSON", before), "");
}

TEST(DrawRequests, NoEpisodeHasItsFaultInWhatIsHeldOut) {
  CollectOptions options;
  options.groups = 200;
  const auto with_cause = [&](const std::string& name) {
    u32 count = 0;
    WorldPool pool;
    for (const EpisodeRequest& r : DrawRequests(Lite().setups, options)) {
      const Result<StartedEpisode> started = StartEpisode(*r.setup, pool, r.seed);
      if (started) count += CauseName(started->cluster.View()) == name;
    }
    return count;
  };
  EXPECT_GT(with_cause("rate"), 0u);
  options.hold_out = {"rate", "profile"};
  EXPECT_EQ(with_cause("rate"), 0u);
  EXPECT_EQ(with_cause("profile"), 0u);
}

// Entities but the cause's on which any move is legal, over the first step of every episode.
u32 EntitiesInReach(f32 reach) {
  std::vector<EpisodeRequest> requests;
  for (const ScenarioSetup& setup : Lite().setups) requests.push_back({&setup, 0, 3, 1});
  for (EpisodeRequest& r : requests) r.reach = reach;
  u32 count = 0;
  std::vector<bool> seen(requests.size());
  ChunkOptions options;
  options.on_step = [&](const StepView& step) {
    if (seen[step.index]) return;
    seen[step.index] = true;
    const Sim sim = step.cluster->View();
    const Action& acted = step.slot->chosen;  // the cluster is as it left it
    for (u32 k = 1; k < kEntityKinds; ++k) {
      const auto kind = static_cast<EntityKind>(k);
      const auto masks = step.slot->observation.Masks(kind);
      for (u16 s = 0; s < masks.size(); ++s) {
        const u32 row = step.cluster->RowOf(kind, s);
        const bool cause = row != 0 && IsCauseEntity(sim, kind, row);
        EXPECT_TRUE(!cause || masks[s] != 0) << "the cause stays in reach";
        const bool deleted = row == 0 && acted.kind == kind && acted.slot == s;
        count += masks[s] != 0 && !deleted && !cause;
      }
    }
  };
  WorldPool pool;
  const auto weights = std::make_shared<const NetworkWeights>(NetworkWeights(8));
  const auto policy = MakeNetworkPolicy(weights, false, "network");
  RunChunk(requests, *policy, pool, options);
  return count;
}

TEST(Reach, AShareOfTheEntitiesAndAlwaysTheCause) {
  const u32 all = EntitiesInReach(1), some = EntitiesInReach(0.25f);
  EXPECT_EQ(EntitiesInReach(0), 0u);
  EXPECT_GT(some, all / 6);
  EXPECT_LT(some, all / 3);
}

TEST(TrainSettings, AreSetByNameAndRefusedWithTheNearestOne) {
  TrainConfig config;
  ASSERT_TRUE(ApplySetting("reward.harm=-0.75", config));
  EXPECT_EQ(config.collect.reward.harm, -0.75f);
  const Status typo = ApplySetting("reward.harn=1", config);
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().Text().find("reward.harm"), std::string::npos) << typo.error().Text();
  EXPECT_FALSE(ApplySetting("reward.harm", config));
  EXPECT_FALSE(ApplySetting("reward.harm=", config));
  EXPECT_FALSE(ApplySetting("reward.harm=1x", config));
  EXPECT_FALSE(ApplySetting("reward.harm=nan", config));
}

TEST(TrainSettings, EachChangesTheConfigurationOfARun) {
  const TrainConfig config;
  const u64 hash = HashConfig(config, Lite().setups);
  for (const TrainSetting& setting : TrainSettings()) {
    TrainConfig other = config;
    setting.of(other) += 0.125f;
    EXPECT_NE(HashConfig(other, Lite().setups), hash) << setting.name;
  }
}

}  // namespace
}  // namespace wt
