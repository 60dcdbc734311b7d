// SPDX-License-Identifier: Apache-2.0
// Claims about every scenario and suite that is shipped.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "scenarios/check_scenario.h"
#include "scenarios/load_scenario.h"
#include "tests/scenarios/ten_kinds.h"

namespace wt {
namespace {

const LoadOptions kOptions{.kinds = kTenKinds,
                           .apps_dir = WT_SOURCE_DIR "/scenarios/apps",
                           .profiles_dir = WT_SOURCE_DIR "/scenarios/profiles"};
const std::string kCatalog = WT_SOURCE_DIR "/scenarios/catalog";

std::vector<Scenario> Catalog() {
  std::vector<Scenario> scenarios;
  const auto paths = ListScenarioFiles(kCatalog);
  EXPECT_TRUE(paths.ok());
  for (const std::string& path : *paths) {
    const auto scenario = LoadScenario(path, kOptions);
    EXPECT_TRUE(scenario.ok()) << (scenario.ok() ? "" : scenario.error().Text());
    if (scenario.ok()) scenarios.push_back(*scenario);
  }
  return scenarios;
}

TEST(Catalog, EveryScenarioLoadsAndFitsItsApp) {
  std::map<std::string, App> apps;
  for (const Scenario& scenario : Catalog()) {
    if (!apps.contains(scenario.app_path)) {
      auto app = LoadApp(scenario.app_path);
      ASSERT_TRUE(app.ok()) << app.error().Text();
      apps[scenario.app_path] = std::move(*app);
    }
    for (const Error& error : CheckScenario(scenario, apps[scenario.app_path])) {
      ADD_FAILURE() << error.Text();
    }
  }
}

TEST(Catalog, NamesAreUniqueAndMatchTheirFilesAndGroups) {
  std::set<std::string> names;
  for (const Scenario& scenario : Catalog()) {
    const std::filesystem::path path = scenario.file;
    EXPECT_TRUE(names.insert(scenario.name).second) << scenario.name;
    EXPECT_EQ(path.stem().string(), scenario.name);
    EXPECT_EQ(path.parent_path().filename().string(), scenario.labels.at("group"));
  }
}

TEST(Catalog, EveryFaultKindHasANamedAndADrawnTargetAndSevenOrMoreAreHealthy) {
  std::map<std::string, std::set<bool>> targets;  // kind -> is the target drawn
  int healthy = 0, faulty = 0;
  for (const Scenario& scenario : Catalog()) {
    if (scenario.task == Task::kResolve) (scenario.Healthy() ? healthy : faulty)++;
    for (const FaultSpec& fault : scenario.faults) {
      ASSERT_TRUE(fault.target);
      const bool drawn = fault.target->name.texts[0] == "any";
      for (const std::string& kind : fault.kind.texts) targets[kind].insert(drawn);
    }
  }
  EXPECT_GE(healthy, 7);
  EXPECT_GE(faulty, 20);
  for (const FaultKindInfo& kind : kTenKinds) {
    EXPECT_EQ(targets[std::string(kind.name)].size(), 2u) << kind.name;
  }
}

// Else an agent that gives every cluster the same answer would win the task.
TEST(Suites, DiagnosisHasAsManyHealthyClustersOfATaskAsFaultyOnes) {
  const auto suite = LoadSuite(WT_SOURCE_DIR "/scenarios/suites/diagnosis.yaml", kCatalog);
  ASSERT_TRUE(suite.ok()) << suite.error().Text();
  std::set<std::string> in_suite, expected;
  for (const std::string& path : suite->scenario_paths) {
    in_suite.insert(std::filesystem::path(path).stem().string());
  }
  std::map<Task, int> healthy, faulty, calm;
  for (const Scenario& scenario : Catalog()) {
    if (scenario.task == Task::kResolve) continue;
    expected.insert(scenario.name);
    ++(scenario.Healthy() ? healthy : faulty)[scenario.task];
    calm[scenario.task] += scenario.Healthy() && Support(scenario.noise.intensity).high == 0;
  }
  EXPECT_EQ(in_suite, expected);
  EXPECT_EQ(faulty.size(), 3u);
  EXPECT_EQ(healthy, faulty);
  for (const auto& [task, count] : faulty) {
    EXPECT_GE(count, 2) << TaskName(task);
    EXPECT_EQ(calm[task], count / 2) << "with noise and without";
  }
}

TEST(Suites, LiteHasTheResolveScenariosOfTheCatalog) {
  const auto suite = LoadSuite(WT_SOURCE_DIR "/scenarios/suites/lite.yaml", kCatalog);
  ASSERT_TRUE(suite.ok()) << suite.error().Text();
  EXPECT_EQ(suite->name, "lite");
  EXPECT_EQ(suite->first_seed, 1u);
  EXPECT_EQ(suite->last_seed, 50u);
  std::set<std::string> in_suite, expected;
  for (const std::string& path : suite->scenario_paths) {
    in_suite.insert(std::filesystem::path(path).stem().string());
  }
  for (const Scenario& scenario : Catalog()) {
    const auto group = scenario.labels.find("group");
    const bool small = group != scenario.labels.end() && group->second == "testbed";
    if (scenario.task == Task::kResolve && !small) expected.insert(scenario.name);
  }
  EXPECT_EQ(in_suite, expected);
}

TEST(CheckScenario, NamesWhatTheAppDoesNotHave) {
  const auto app = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
  ASSERT_TRUE(app.ok());
  struct Row {
    const char* fault;
    const char* expected;
  };
  const Row rows[] = {
      {"{kind: service-target-port-wrong, target: {service: profil}}",
       "t.yaml:4:71: spec.faults[0].target.service: no service \"profil\" in the app; expected "},
      {"{kind: replicas-zero, target: {workload: deployment/usr}}", "did you mean \"user\"?"},
      {"{kind: replicas-zero, target: {workload: statefulset/user}}", "deployment/user"},
      {"{kind: configmap-key-missing, target: {object: {kind: ConfigMap, name: hotel-confg}}}",
       "no ConfigMap \"hotel-confg\" in the app; expected hotel-config, frontend-config or "
       "profile-config; did you mean \"hotel-config\"?"},
  };
  for (const Row& row : rows) {
    const std::string text =
        "apiVersion: wavetank.dev/v1\nkind: Scenario\nmetadata: {name: x}\nspec: {app: hotel, "
        "faults: [" +
        std::string(row.fault) + "]}\n";
    const ScenarioReport report = ReadScenario(text, "t.yaml", kOptions);
    for (const Error& error : report.errors) ADD_FAILURE() << error.Text();
    const std::vector<Error> errors = CheckScenario(report.scenario, *app);
    ASSERT_EQ(errors.size(), 1u) << row.fault;
    EXPECT_NE(errors[0].Text().find(row.expected), std::string::npos) << errors[0].Text();
  }
}

TEST(CheckScenario, ANameThatNothingHasProtectsNothingAndIsRefused) {
  const auto app = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
  ASSERT_TRUE(app.ok());
  const auto errors = [&app](const std::string& entry) {
    const std::string text =
        "apiVersion: wavetank.dev/v1\nkind: Scenario\nmetadata: {name: x}\nspec: {app: hotel, "
        "protected: [" + entry + "]}\n";
    return CheckScenario(ReadScenario(text, "t.yaml", kOptions).scenario, *app);
  };
  for (const char* fine : {"{kind: Deployment, name: user}", "{kind: Node, name: node-9}",
                           "{namespace: kube-system}", "{name: hotel-config}"}) {
    EXPECT_TRUE(errors(fine).empty()) << fine;
  }
  const std::vector<Error> refused = errors("{kind: Deployment, name: usr}");
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_NE(refused[0].Text().find("did you mean \"user\"?"), std::string::npos)
      << refused[0].Text();
}

}  // namespace
}  // namespace wt
