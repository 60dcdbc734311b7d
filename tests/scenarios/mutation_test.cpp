// SPDX-License-Identifier: Apache-2.0
// Text of strangers: whatever bytes arrive, reading ends, in a value or in complaints.
#include <gtest/gtest.h>

#include "scenarios/behaviour.h"
#include "scenarios/load_scenario.h"
#include "sim/random.h"
#include "tests/scenarios/ten_kinds.h"

namespace wt {
namespace {

const LoadOptions kOptions{.kinds = kTenKinds,
                           .apps_dir = WT_SOURCE_DIR "/scenarios/apps",
                           .profiles_dir = WT_SOURCE_DIR "/scenarios/profiles"};

// A few places of the text overwritten, cut out or doubled, all drawn from the round's number.
std::string Mutated(std::string text, u32 round) {
  static const std::string kPieces[] = {
      "{", "}",   "[",  "]",     ":",      "- ", "\n", "  ",         "\"",
      "'", "&a ", "*a", "<<: ",  "!!int ", "~",  "0",  "9999999999", "\t",
      "#", "any", "|",  "---\n", "\xff",   "-1", "."};
  const RandomKey key{round};
  const u32 changes = 1 + DrawBelow(key, Stream::kGenerator, 0, 0, 4);
  for (u32 i = 1; i <= changes; ++i) {
    const u32 at = DrawBelow(key, Stream::kGenerator, i, 0, static_cast<u32>(text.size()));
    const u32 length = DrawBelow(key, Stream::kGenerator, i, 1, 12);
    switch (DrawBelow(key, Stream::kGenerator, i, 2, 3)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      default:
        text.insert(at, kPieces[DrawBelow(key, Stream::kGenerator, i, 3, std::size(kPieces))]);
    }
    if (text.empty()) text = "a";
  }
  return text;
}

TEST(Mutation, AScenarioWithAnyMistakeIsReadToItsEnd) {
  const auto text = ReadTextFile(WT_SOURCE_DIR "/tests/scenarios/data/good/example.yaml", 1u << 20);
  ASSERT_TRUE(text.ok());
  u32 refused = 0;
  for (u32 round = 0; round < 3000; ++round) {
    const ScenarioReport report = ReadScenario(Mutated(*text, round), "m.yaml", kOptions);
    if (!report.errors.empty()) ++refused;
    for (const Error& error : report.errors) {
      EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
      EXPECT_FALSE(error.what.empty());
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(Mutation, ManifestsAndBehaviourWithAnyMistakeAreReadToTheirEnd) {
  const std::string app = WT_SOURCE_DIR "/scenarios/apps/hotel/";
  const auto services = ReadTextFile(app + "services.yaml", 1u << 20);
  const auto behaviour = ReadTextFile(app + "behaviour.yaml", 1u << 20);
  const auto whole = ReadManifests(app);
  ASSERT_TRUE(services.ok() && behaviour.ok() && whole.ok());
  for (u32 round = 0; round < 150; ++round) {
    const auto set = ReadManifestText(Mutated(*services, round), "s.yaml");
    if (set.ok()) (void)ResolveBehaviour(*set, nullptr).ok();
    const auto documents = ReadYaml(Mutated(*behaviour, round), "b.yaml");
    if (documents.ok() && !documents->empty()) {
      (void)ResolveBehaviour(*whole, &documents->front()).ok();
    }
  }
}

}  // namespace
}  // namespace wt
