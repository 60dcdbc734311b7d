// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/load_profile.h"
#include "scenarios/load_scenario.h"
#include "tests/scenarios/ten_kinds.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

const std::string kProfiles = WT_SOURCE_DIR "/scenarios/profiles";
const LoadOptions kOptions{.kinds = kTenKinds,
                           .apps_dir = WT_SOURCE_DIR "/scenarios/apps",
                           .profiles_dir = kProfiles};

constexpr const char* kSmall = R"(apiVersion: wavetank.dev/v1
kind: TimingProfile
metadata: {name: small}
spec:
  about: {date: "2026-01-01"}
  delays:
    watch: {median_ms: 2.5, p99_ms: 9, from: "a text"}
)";

class ProfileFile : public testing::Test {
 protected:
  ProfileFile() { fs::create_directories(folder_); }
  ~ProfileFile() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  static std::string With(const std::string& from, const std::string& to) {
    std::string text = kSmall;
    return text.replace(text.find(from), from.size(), to);
  }
  // The complaint of a profile in which `from` is `to`, its path left out.
  std::string Complaint(const std::string& from, const std::string& to) {
    const auto profile = LoadProfile(Write("bad.yaml", With(from, to)));
    if (profile.ok()) return "accepted";
    const std::string text = profile.error().Text();
    return text.substr(text.find("bad.yaml") + 8);
  }

  fs::path folder_ = fs::path(testing::TempDir()) /
                     testing::UnitTest::GetInstance()->current_test_info()->name();
};

void ExpectEqual(const Timing& a, const Timing& b) {
  for (const TimingField& field : kTimingFields) {
    EXPECT_EQ((a.*field.delay).median_ms, (b.*field.delay).median_ms) << field.name;
    EXPECT_EQ((a.*field.delay).p99_ms, (b.*field.delay).p99_ms) << field.name;
  }
}

TEST_F(ProfileFile, DefaultIsWhatTheCodeHas) {
  const auto profile = LoadProfile(kProfiles + "/default.yaml");
  ASSERT_TRUE(profile.ok()) << profile.error().Text();
  ExpectEqual(profile->timing, Timing{});
  for (const TimingField& field : kTimingFields) {
    const Delay delay = Timing{}.*field.delay;
    EXPECT_EQ(profile->from.contains(field.name), delay.median_ms != 0) << field.name;
  }
}

TEST_F(ProfileFile, EveryShippedProfileLoadsUnderItsName) {
  for (const auto& entry : fs::directory_iterator(kProfiles)) {
    if (entry.path().extension() != ".yaml") continue;
    const auto profile = LoadProfile(entry.path().string());
    ASSERT_TRUE(profile.ok()) << profile.error().Text();
    EXPECT_EQ(profile->name, entry.path().stem().string());
  }
}

TEST_F(ProfileFile, WhatItLeavesOutIsAsInDefault) {
  const auto profile = LoadProfile(Write("small.yaml", kSmall));
  ASSERT_TRUE(profile.ok()) << profile.error().Text();
  Timing expected;
  expected.watch = {2.5F, 9};
  ExpectEqual(profile->timing, expected);
  EXPECT_EQ(profile->from.size(), 1u);
  EXPECT_EQ(profile->about.at("date"), "2026-01-01");
}

TEST_F(ProfileFile, WhatIsWrittenIsReadBack) {
  TimingProfile profile;
  profile.name = "x";
  profile.about["note"] = "a \"quoted\" \\ text: # of " + std::string(200, 'w') + " and more";
  profile.timing.proxy = {84.5F, 1230};
  profile.from["proxy"] = "first -> second, n = 30; " + std::string(90, 'v') + " end";
  const auto read = LoadProfile(Write("x.yaml", ProfileText(profile)));
  ASSERT_TRUE(read.ok()) << read.error().Text();
  ExpectEqual(read->timing, profile.timing);
  EXPECT_EQ(read->about, profile.about);
  EXPECT_EQ(read->from, profile.from);
}

TEST_F(ProfileFile, MistakesAreNamedWithPlaceAndExpectation) {
  for (const auto& [from, to, said] :
       {std::tuple{"watch:", "wach:", ":7:5: spec.delays.wach: unknown"},
        {"median_ms: 2.5", "median_ms: -1", ":7:24: spec.delays.watch.median_ms: not a delay"},
        {"median_ms: 2.5", "median_ms: 2s", ":7:24: spec.delays.watch.median_ms: not a delay"},
        {"p99_ms: 9", "p99_ms: 4000000", "p99_ms: not a delay"},
        {"p99_ms: 9", "p99_ms: 2", "p99_ms: below median_ms"},
        {"p99_ms: 9", "p98_ms: 9", "p98_ms: unknown"},
        {", p99_ms: 9", "", "has no p99_ms"},
        {", from: \"a text\"", "", "says not where it comes from"},
        {"TimingProfile", "Scenario", "kind"},
        {"{name: small}", "{}", "expected a name"}}) {
    EXPECT_NE(Complaint(from, to).find(said), std::string::npos)
        << to << ": " << Complaint(from, to);
  }
  EXPECT_NE(Complaint("watch:", "wach:").find("\"watch\""), std::string::npos);
}

TEST_F(ProfileFile, AScenarioTakesItsDelaysFromTheProfileItNames) {
  Write("mine.yaml", kSmall);
  std::ifstream file(WT_SOURCE_DIR "/tests/scenarios/data/good/example.yaml");
  const std::string example{std::istreambuf_iterator<char>(file), {}};
  const auto read = [&](const std::string& profile) {
    std::string text = example;
    const std::string from = "profile: default";
    text.replace(text.find(from), from.size(), "profile: " + profile);
    return ReadScenario(text, (folder_ / "scenario.yaml").string(), kOptions);
  };
  ExpectEqual(read("default").scenario.cluster.timing, Timing{});
  const ScenarioReport own = read("./mine.yaml");
  ASSERT_TRUE(own.errors.empty()) << own.errors[0].Text();
  EXPECT_EQ(own.scenario.cluster.profile, "small");
  EXPECT_EQ(own.scenario.cluster.timing.watch.p99_ms, 9);
  const ScenarioReport near = read("defalt");
  ASSERT_EQ(near.errors.size(), 1u);
  EXPECT_NE(near.errors[0].Text().find("did you mean \"default\""), std::string::npos)
      << near.errors[0].Text();
  EXPECT_EQ(read("./none.yaml").errors.size(), 1u);
  Write("mine.yaml", With("watch:", "wach:"));
  ASSERT_EQ(read("./mine.yaml").errors.size(), 1u);
  EXPECT_NE(read("./mine.yaml").errors[0].Text().find("mine.yaml:7:5"), std::string::npos);
}

}  // namespace
}  // namespace wt
