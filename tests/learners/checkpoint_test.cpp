// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>

#include "agents/policy_file.h"
#include "learners/checkpoint.h"
#include "tests/agents/hand_observation.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

Checkpoint Example(u32 width) {
  Checkpoint c{RandomWeights(width, 3), {}, 17, 0xfeedULL, 4096, 55'555, 12.5};
  c.weights.blind = true;
  c.optimizer.steps = 99;
  for (u32 i = 0; i < c.weights.Parameters(); ++i) {
    c.optimizer.mean.push_back(static_cast<f32>(i) * 0.5f);
    c.optimizer.square.push_back(static_cast<f32>(i) * 0.25f);
  }
  return c;
}

std::string Bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct CheckpointFile : testing::Test {
  TempDir dir;
  fs::path path = dir.path / "c.wtc";

  std::string ErrorOf(const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    const Result<Checkpoint> loaded = LoadCheckpoint(path);
    if (loaded) return "";
    EXPECT_EQ(loaded.error().code, ErrorCode::kUsage);
    return loaded.error().what;
  }
};

TEST_F(CheckpointFile, LoadsTheStateThatWasSaved) {
  const Checkpoint saved = Example(8);
  ASSERT_TRUE(SaveCheckpoint(saved, path));
  const Result<Checkpoint> loaded = LoadCheckpoint(path);
  ASSERT_TRUE(loaded) << loaded.error().Text();
  EXPECT_EQ(loaded->weights.width, 8u);
  EXPECT_TRUE(loaded->weights.blind);
  EXPECT_EQ(loaded->weights.layers, saved.weights.layers);
  EXPECT_EQ(loaded->optimizer.mean, saved.optimizer.mean);
  EXPECT_EQ(loaded->optimizer.square, saved.optimizer.square);
  EXPECT_EQ(loaded->optimizer.steps, 99u);
  EXPECT_EQ(loaded->next_update, 17u);
  EXPECT_EQ(loaded->config_hash, 0xfeedULL);
  EXPECT_EQ(loaded->episodes, 4096u);
  EXPECT_EQ(loaded->decisions, 55'555u);
  EXPECT_EQ(loaded->cpu_s, 12.5);
  EXPECT_EQ(HashCheckpoint(*loaded), HashCheckpoint(saved));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()), 1);
}

TEST_F(CheckpointFile, EveryFlippedByteIsRefused) {
  ASSERT_TRUE(SaveCheckpoint(Example(1), path));
  const std::string good = Bytes(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(static_cast<u8>(bad[i]) ^ 0x10);
    const std::string what = ErrorOf(bad);
    ASSERT_NE(what.find("; put a whole copy of it back, or begin anew with another --out"),
              std::string::npos)
        << "byte " << i << ": " << what;
  }
}

TEST_F(CheckpointFile, EveryTruncationIsRefused) {
  ASSERT_TRUE(SaveCheckpoint(Example(1), path));
  const std::string good = Bytes(path);
  for (std::size_t size = 0; size < good.size(); size += 3) {
    ASSERT_NE(ErrorOf(good.substr(0, size)), "") << size;
  }
  EXPECT_NE(ErrorOf(good + std::string(8, '\0')), "");
}

TEST_F(CheckpointFile, ANetworkWithOtherFeaturesIsRefusedWithBothNumbers) {
  SavedRun run;
  run.network = NetworkKind::kCluster;
  run.width = 8;
  run.parameters.resize(1000);
  run.optimizer.mean.resize(1000);
  run.optimizer.square.resize(1000);
  ASSERT_TRUE(WriteSavedRun(run, path));
  const std::string text = LoadCheckpoint(path).error().what;
  EXPECT_NE(text.find("1000 parameters"), std::string::npos) << text;
  EXPECT_NE(text.find(std::to_string(NetworkWeights(8).Parameters())), std::string::npos) << text;
}

TEST_F(CheckpointFile, ACheckpointOfAnotherEnvironmentIsRefused) {
  ASSERT_TRUE(SaveCheckpoint(Example(4), path));
  const Result<SavedRun> loaded = ReadSavedRun(path, NetworkKind::kCartPole);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().what.find("--env cluster, not cartpole"), std::string::npos);
}

TEST_F(CheckpointFile, APolicyIsNoCheckpoint) {
  ASSERT_TRUE(SavePolicy(RandomWeights(8, 1), path));
  const Result<Checkpoint> loaded = LoadCheckpoint(path);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kUsage);
}

TEST_F(CheckpointFile, AMissingFileIsToldApartFromADamagedOne) {
  EXPECT_EQ(LoadCheckpoint(path).error().code, ErrorCode::kEnvironment);
}

TEST(HashCheckpoint, ChangesWithEveryPartThatTheNextUpdateDependsOn) {
  const Checkpoint base = Example(2);
  std::vector<Checkpoint> others(5, base);
  others[0].weights.layers[4][7] += 1e-6f;
  others[1].optimizer.mean[3] += 1;
  others[2].optimizer.square[5] += 1;
  others[3].next_update += 1;
  others[4].optimizer.steps += 1;
  for (const Checkpoint& other : others) {
    EXPECT_NE(HashCheckpoint(other), HashCheckpoint(base));
  }
}

}  // namespace
}  // namespace wt
