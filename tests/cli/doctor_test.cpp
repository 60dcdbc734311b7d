// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/doctor.h"
#include "cli/read_packages.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

TEST(ReadPackageList, SectionsKeepTheirPackagesAndOrder) {
  const TempDir folder;
  const auto sections = ReadPackageList(
      folder.Write("packages.txt", "# note\n[core]\ng++\ncmake\n\n[test]\nvalgrind\n"));
  ASSERT_TRUE(sections.ok());
  ASSERT_EQ(sections->size(), 2u);
  EXPECT_EQ((*sections)[0].name, "core");
  EXPECT_EQ((*sections)[0].packages, (std::vector<std::string>{"g++", "cmake"}));
  EXPECT_EQ((*sections)[1].packages, (std::vector<std::string>{"valgrind"}));
}

TEST(ReadPackageList, APackageBeforeAnySectionIsAnErrorWithItsLine) {
  const TempDir folder;
  const auto path = folder.Write("packages.txt", "# note\ng++\n");
  const auto sections = ReadPackageList(path);
  ASSERT_FALSE(sections.ok());
  EXPECT_EQ(sections.error().where, path.string() + ":2");
}

TEST(Examine, AMissingCorePackageIsMissingAndAMissingOtherOneANote) {
  const TempDir root;
  root.Write("cmake/packages.txt", "[core]\ndpkg\nno-such-core\n[learn]\nno-such-learn\n");
  const Result<DoctorReport> report = Examine(root.path);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->ok);
  ASSERT_EQ(report->missing.size(), 2u);
  EXPECT_EQ(report->missing[0].packages, std::vector<std::string>{"no-such-core"});
  EXPECT_EQ(report->checks[0].state, CheckState::kMissing);
  EXPECT_EQ(report->checks[0].remedy,
            "apt-get install -y --no-install-recommends no-such-core");
  EXPECT_EQ(report->checks[1].state, CheckState::kNote);
}

TEST(Examine, AMachineWithTheCorePackagesIsOk) {
  const TempDir root;
  root.Write("cmake/packages.txt", "[core]\ndpkg\n[learn]\nno-such-learn\n");
  const Result<DoctorReport> report = Examine(root.path);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->ok);
  EXPECT_GE(report->cores, 1u);
  EXPECT_GT(report->memory_bytes, report->memory_free_bytes);
  EXPECT_GT(report->disk_free_bytes, 0u);
}

TEST(DoctorJson, CarriesEveryCheck) {
  DoctorReport report;
  report.checks = {{"cores", CheckState::kOk, "2", ""}, {"disk", CheckState::kNote, "1", "more"}};
  report.missing = {{"core", {}}, {"learn", {"libtorch-dev"}}};
  report.cores = 2;
  const auto json = nlohmann::json::parse(DoctorJson(report));
  EXPECT_EQ(json["schema"], "wavetank.doctor/1");
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["cores"], 2);
  EXPECT_EQ(json["checks"].size(), 2u);
  EXPECT_EQ(json["checks"][1]["state"], "note");
  EXPECT_EQ(json["missing_packages"]["core"].size(), 0u);
  EXPECT_EQ(json["missing_packages"]["learn"][0], "libtorch-dev");
}

}  // namespace
}  // namespace wt
