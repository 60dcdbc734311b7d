// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>

#include "agents/policy_file.h"
#include "tests/agents/hand_observation.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

std::string Bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The bytes but for the last eight, with the checksum that fits them (FNV-1a, 64 bits).
std::string Sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  u64 hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(hash >> (8 * i) & 0xff);
  return bytes;
}

void PutWord(std::string& bytes, std::size_t at, u32 word) {
  std::memcpy(bytes.data() + at, &word, sizeof(word));
}

// Offsets of docs/policy_format.md.
constexpr std::size_t kFormatAt = 8, kWidthAt = 12, kFirstLayerAt = 24;

struct PolicyFile : testing::Test {
  TempDir dir;
  fs::path path = dir.path / "p.wtp";

  std::string Saved(u32 width) {
    EXPECT_TRUE(SavePolicy(RandomWeights(width, 1), path));
    return Bytes(path);
  }
  // Empty when it loads.
  std::string ErrorOf(const std::string& bytes) {
    Write(path, bytes);
    const Result<NetworkWeights> loaded = LoadPolicy(path);
    if (loaded) return "";
    EXPECT_EQ(loaded.error().code, ErrorCode::kUsage);
    EXPECT_EQ(loaded.error().where, path.string());
    return loaded.error().what;
  }
};

TEST_F(PolicyFile, LoadsTheWeightsThatWereSaved) {
  for (const u32 width : {1u, 7u, 32u}) {
    for (const bool blind : {false, true}) {
      NetworkWeights weights = RandomWeights(width, width);
      weights.blind = blind;
      ASSERT_TRUE(SavePolicy(weights, path));
      const Result<NetworkWeights> loaded = LoadPolicy(path);
      ASSERT_TRUE(loaded) << loaded.error().Text();
      EXPECT_EQ(loaded->width, width);
      EXPECT_EQ(loaded->blind, blind);
      EXPECT_EQ(loaded->layers, weights.layers);
    }
  }
}

TEST_F(PolicyFile, SavingReplacesTheFileAndLeavesNothingBeside) {
  Saved(4);
  Saved(8);
  EXPECT_EQ(LoadPolicy(path)->width, 8u);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()), 1);
}

TEST_F(PolicyFile, IsLaidOutAsDocumented) {
  const std::string bytes = Saved(4);
  EXPECT_EQ(bytes.substr(0, 8), "WTPOLICY");
  EXPECT_EQ(bytes, Sealed(bytes));
  EXPECT_EQ(bytes.size(), 24 + kLayers * 8 + RandomWeights(4, 1).Parameters() * 4 + 8);
}

TEST_F(PolicyFile, EveryFlippedByteIsRefused) {
  const std::string good = Saved(1);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const u8 flip : {u8{0x01}, u8{0x80}, u8{0xff}}) {
      std::string bad = good;
      bad[i] = static_cast<char>(static_cast<u8>(bad[i]) ^ flip);
      const std::string what = ErrorOf(bad);
      ASSERT_NE(what.find("; copy it anew, or train it again"), std::string::npos)
          << "byte " << i << ": " << what;
    }
  }
  EXPECT_EQ(ErrorOf(good), "");
}

TEST_F(PolicyFile, EveryTruncationIsRefused) {
  const std::string good = Saved(1);
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_NE(ErrorOf(good.substr(0, size)), "") << size << " bytes";
    if (size > 8) {
      ASSERT_NE(ErrorOf(Sealed(good.substr(0, size))), "") << size << " bytes, sealed";
    }
  }
  EXPECT_NE(ErrorOf(Sealed(good + "more and more")), "");
}

TEST_F(PolicyFile, OtherFeaturesAreRefusedWithBothNumbers) {
  const std::string good = Saved(4);
  std::string bad = good;
  PutWord(bad, kFirstLayerAt, kGlobalFeatures.size() + 3);
  const std::string text = ErrorOf(Sealed(bad));
  EXPECT_NE(text.find("encode_global"), std::string::npos) << text;
  EXPECT_NE(text.find(std::to_string(kGlobalFeatures.size() + 3) + " x 4"), std::string::npos)
      << text;
  EXPECT_NE(text.find(std::to_string(kGlobalFeatures.size()) + " x 4"), std::string::npos) << text;
}

TEST_F(PolicyFile, AnotherFormatIsRefusedWithBothNumbers) {
  std::string bad = Saved(4);
  PutWord(bad, kFormatAt, 7);
  EXPECT_NE(ErrorOf(Sealed(bad)).find("format 7, this build reads 1"), std::string::npos);
}

TEST_F(PolicyFile, AnImpossibleWidthIsRefused) {
  for (const u32 width : {0u, 513u, 0xffffffffu}) {
    std::string bad = Saved(4);
    PutWord(bad, kWidthAt, width);
    EXPECT_NE(ErrorOf(Sealed(bad)).find("of width"), std::string::npos) << width;
  }
}

TEST_F(PolicyFile, ANumberThatIsNotFiniteIsRefused) {
  NetworkWeights weights = RandomWeights(4, 1);
  weights.layers[2][5] = std::numeric_limits<f32>::quiet_NaN();
  ASSERT_TRUE(SavePolicy(weights, path));
  EXPECT_NE(ErrorOf(Bytes(path)).find("encode_workload"), std::string::npos);
}

TEST_F(PolicyFile, AMissingFileIsToldApartFromADamagedOne) {
  const Result<NetworkWeights> loaded = LoadPolicy(dir.path / "none.wtp");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(SavePolicy(RandomWeights(4, 1), dir.path / "no" / "p.wtp").error().code,
            ErrorCode::kEnvironment);
}

}  // namespace
}  // namespace wt
