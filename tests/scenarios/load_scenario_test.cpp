// SPDX-License-Identifier: Apache-2.0
#include "scenarios/load_scenario.h"

#include <gtest/gtest.h>

#include "tests/scenarios/ten_kinds.h"

namespace wt {
namespace {

const LoadOptions kOptions{.kinds = kTenKinds,
                           .apps_dir = WT_SOURCE_DIR "/scenarios/apps",
                           .profiles_dir = WT_SOURCE_DIR "/scenarios/profiles"};

// The example of docs/formats.md.
const char* const kExample = R"(apiVersion: wavetank.dev/v1
kind: Scenario
metadata:
  name: hotel-wrong-target-port
  labels: {group: services, difficulty: easy}
spec:
  app: hotel
  cluster:
    version: "1.35"
    profile: default
    nodes: {count: 6, cpu: "8", memory: 16Gi, zones: [a, b, c]}
  load: {pattern: constant, rate: 120rps, mix: default}
  noise: {intensity: 0.2, near_cause: false}
  faults:
    - kind: service-target-port-wrong
      target: {service: profile}
      at: {uniform: [60s, 180s]}
      duration: until-repaired
      with: {port: 9999}
  task: resolve
  complaint: auto
  objective:
    {error_rate: "<1%", p99_latency: "<2x baseline", hold: 60s, max_disrupted_workloads: auto}
  limits: {steps: 30, time: 30m, step: 15s}
  protected: [{kind: PersistentVolumeClaim}, {namespace: kube-system}]
)";

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(LoadScenario, TheExampleOfTheFormatIsRead) {
  const ScenarioReport report = ReadScenario(kExample, "t.yaml", kOptions);
  for (const Error& error : report.errors) ADD_FAILURE() << error.Text();
  const Scenario& s = report.scenario;
  EXPECT_EQ(s.name, "hotel-wrong-target-port");
  EXPECT_EQ(s.labels.at("group"), "services");
  EXPECT_EQ(s.cluster.nodes.count.low, 6);
  EXPECT_EQ(s.load.rate.low, 120);
  EXPECT_EQ(s.noise.intensity.low, 0.2);
  ASSERT_EQ(s.faults.size(), 1u);
  const FaultSpec& fault = s.faults[0];
  EXPECT_EQ(SampleText(fault.kind, 0), "service-target-port-wrong");
  EXPECT_EQ(SampleText(fault.target->name, 0), "profile");
  EXPECT_EQ(SampleDuration(fault.at, 0.5), 120 * kSecond);
  EXPECT_FALSE(fault.duration);
  EXPECT_EQ(fault.with.at("port").low, 9999);
  EXPECT_EQ(s.task, Task::kResolve);
  EXPECT_FALSE(s.complaint);
  EXPECT_EQ(s.objective.error_rate.value, 0.01);
  EXPECT_TRUE(s.objective.p99_latency.times_baseline);
  EXPECT_EQ(s.limits.time.low, 1800e9);
  ASSERT_EQ(s.protected_objects.size(), 2u);
  EXPECT_EQ(s.protected_objects[1].name_space, "kube-system");
}

TEST(LoadScenario, EveryLoadNoiseFaultAndLimitScalarMayBeADistribution) {
  std::string text = kExample;
  text = Replace(text, "rate: 120rps, mix: default",
                 "rate: {uniform: [80rps, 120rps]}, "
                 "mix: {choice: [default, busy]}");
  text = Replace(text, "intensity: 0.2, near_cause: false",
                 "intensity: {choice: [0, 0.3]}, near_cause: {choice: [true, false]}");
  text = Replace(text, "kind: service-target-port-wrong",
                 "kind: {weighted: {service-target-port-wrong: 2, service-target-port-wrong2: 1}}");
  text = Replace(text, "service-target-port-wrong2", "repeated-pod-kill");
  text = Replace(text, "with: {port: 9999}", "with: {}");
  text = Replace(text, "{service: profile}", "{service: {choice: [profile, geo]}}");
  text = Replace(text, "duration: until-repaired", "duration: {lognormal: {median: 5m, p99: 20m}}");
  text = Replace(text, "steps: 30, time: 30m, step: 15s",
                 "steps: {uniform: [20, 40]}, time: {choice: [20m, 30m]}, step: {choice: [15s]}");
  text = Replace(text, "count: 6", "count: {uniform: [4, 8]}");
  const ScenarioReport report = ReadScenario(text, "t.yaml", kOptions);
  for (const Error& error : report.errors) ADD_FAILURE() << error.Text();
}

TEST(LoadScenario, WhatIsFixedMayNotBeADistribution) {
  for (const auto& [from, to] : {std::pair{"app: hotel", "app: {choice: [hotel]}"},
                                 {"version: \"1.35\"", "version: {choice: [\"1.35\"]}"},
                                 {"profile: default", "profile: {choice: [default]}"}}) {
    EXPECT_FALSE(ReadScenario(Replace(kExample, from, to), "t.yaml", kOptions).errors.empty())
        << to;
  }
}

TEST(LoadScenario, OneRunShowsEveryMistakeWithPlaceFieldExpectationAndNearestWord) {
  std::string text = kExample;
  text = Replace(text, "kind: service-target-port-wrong", "kind: service-targt-port-wrong");
  text = Replace(text, "noise:", "nose:");
  text = Replace(text, "rate: 120rps", "rate: 120");
  text = Replace(text, "task: resolve", "task: reslove");
  text = Replace(text, "app: hotel", "app: hotl");
  const ScenarioReport report = ReadScenario(text, "t.yaml", kOptions);
  const auto found = [&report](const std::string& line) {
    for (const Error& error : report.errors) {
      if (error.Text().starts_with(line)) return true;
    }
    return false;
  };
  EXPECT_EQ(report.errors.size(), 5u);
  EXPECT_TRUE(found("t.yaml:13:3: spec.nose: unknown field; expected app, cluster, load, noise"));
  EXPECT_TRUE(found("t.yaml:7:8: spec.app: no app \"hotl\"; expected "));
  EXPECT_TRUE(
      found("t.yaml:12:35: spec.load.rate: \"120\" is not readable; expected a rate such "
            "as 120rps"));
  EXPECT_TRUE(found("t.yaml:15:13: spec.faults[0].kind: unknown fault kind"));
  EXPECT_TRUE(
      found("t.yaml:20:9: spec.task: unknown task \"reslove\"; expected detection, "
            "localization, analysis, mitigation or resolve; did you mean \"resolve\"?"));
  for (const Error& error : report.errors) {
    if (error.what.find("fault kind") == std::string::npos) continue;
    EXPECT_TRUE(error.what.ends_with("did you mean \"service-target-port-wrong\"?"));
  }
}

TEST(LoadScenario, ParametersAndTargetsAreCheckedAgainstTheKind) {
  struct Row {
    const char* from;
    const char* to;
    const char* expected;
  };
  const Row rows[] = {
      {"{port: 9999}", "{prot: 9999}",
       "unknown parameter of service-target-port-wrong; expected "
       "port; did you mean \"port\"?"},
      {"{port: 9999}", "{port: 70000}", "out of range; expected from 1 to 65535"},
      {"{port: 9999}", "{port: {uniform: [1, 70000]}}", "with.port.uniform[1]: 70000 is out of"},
      {"{port: 9999}", "{port: \"9999\"}", "expected a whole number"},
      {"{service: profile}", "{node: any}", "cannot act on a node; expected service"},
      {"{service: profile}", "{service: a, pod: b}", "expected exactly one of"},
      {"{service: profile}", "{}", "expected exactly one of"},
      {"at: {uniform: [60s, 180s]}", "at: -5s", "out of range"},
      {"duration: until-repaired", "duration: forever", "expected a duration"},
      {"hold: 60s", "hold: 0s", "out of range"},
  };
  for (const Row& row : rows) {
    const auto errors =
        ReadScenario(Replace(kExample, row.from, row.to), "t.yaml", kOptions).errors;
    ASSERT_EQ(errors.size(), 1u) << row.to;
    EXPECT_NE(errors[0].Text().find(row.expected), std::string::npos) << errors[0].Text();
  }
}

TEST(LoadScenario, AFaultAfterTheTimeLimitIsRefusedWithTheLimit) {
  struct Row {
    const char* at;
    const char* limits;
    const char* expected;  // empty: fine
  };
  for (const Row& row : {
           Row{"30m", "30m", "t.yaml:17:11: spec.faults[0].at: comes at 30m"},
           Row{"{uniform: [60s, 45m]}", "30m", "comes at 45m"},
           Row{"{choice: [60s, 31m]}", "30m", "comes at 31m"},
           Row{"{lognormal: {median: 60s, p99: 40m}}", "30m", "comes at 40m"},
           Row{"60s", "{choice: [10m, 50s]}", "expected less than its time limit of 50s"},
           Row{"29m", "30m", ""},
           Row{"{lognormal: {median: 60s, p99: 20m}}", "30m", ""},
       }) {
    const std::string at = std::string("at: ") + row.at;
    std::string text = Replace(kExample, "at: {uniform: [60s, 180s]}", at);
    text = Replace(text, "time: 30m", std::string("time: ") + row.limits);
    const auto errors = ReadScenario(text, "t.yaml", kOptions).errors;
    ASSERT_EQ(errors.size(), *row.expected == 0 ? 0u : 1u) << row.at;
    if (errors.empty()) continue;
    EXPECT_NE(errors[0].Text().find(row.expected), std::string::npos) << errors[0].Text();
    EXPECT_NE(errors[0].Text().find("time limit of "), std::string::npos) << errors[0].Text();
  }
  std::string text = Replace(kExample, "      at: {uniform: [60s, 180s]}\n", "");
  text = Replace(text, "time: 30m", "time: 45s");
  const auto errors = ReadScenario(text, "t.yaml", kOptions).errors;
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].where, "t.yaml:15:7") << "no `at` to point at: its fault";
}

TEST(LoadScenario, LoadPatternsKnowTheirFields) {
  const char* good[] = {
      "{pattern: ramp, rate: 50rps, to: 150rps, at: 60s, over: 5m}",
      "{pattern: diurnal, rate: 200rps, amplitude: 0.4, period: 20m}",
      "{pattern: spike, rate: 100rps, to: 140rps, at: 5m, over: 60s}",
      "{pattern: burst, rate: 80rps, to: 130rps, every: 3m, over: 20s}",
  };
  for (const char* load : good) {
    const auto report =
        ReadScenario(Replace(kExample, "{pattern: constant, rate: 120rps, mix: default}", load),
                     "t.yaml", kOptions);
    for (const Error& error : report.errors) ADD_FAILURE() << load << error.Text();
  }
  const char* bad[] = {"{pattern: ramp, rate: 50rps, over: 5m}",
                       "{pattern: constant}",
                       "{pattern: constant, rate: 1rps, to: 2rps}",
                       "{pattern: wobble, rate: 1rps}",
                       "{pattern: replay, file: nosuch.csv}",
                       "{pattern: diurnal, rate: 1rps, "
                       "amplitude: 2}"};
  for (const char* load : bad) {
    const auto report =
        ReadScenario(Replace(kExample, "{pattern: constant, rate: 120rps, mix: default}", load),
                     "t.yaml", kOptions);
    EXPECT_EQ(report.errors.size(), 1u) << load;
  }
}

TEST(LoadScenario, AReplayIsReadFromACsvBesideTheScenario) {
  const auto report =
      ReadScenario(Replace(kExample, "{pattern: constant, rate: 120rps, mix: default}",
                           "{pattern: replay, file: day.csv, scale: 2}"),
                   WT_SOURCE_DIR "/tests/scenarios/data/t.yaml", kOptions);
  for (const Error& error : report.errors) ADD_FAILURE() << error.Text();
  ASSERT_EQ(report.scenario.load.points.size(), 3u);
  EXPECT_EQ(report.scenario.load.points[1].at, 60 * kSecond);
  EXPECT_EQ(report.scenario.load.points[2].rate_rps, 90.5);
}

TEST(LoadScenario, AHealthyScenarioHasAnEmptyListOfFaults) {
  const std::string text =
      "apiVersion: wavetank.dev/v1\nkind: Scenario\nmetadata: {name: x}\n"
      "spec: {app: hotel, faults: []}\n";
  const ScenarioReport report = ReadScenario(text, "t.yaml", kOptions);
  EXPECT_TRUE(report.errors.empty());
  EXPECT_TRUE(report.scenario.Healthy());
  const ScenarioReport missing =
      ReadScenario(Replace(text, ", faults: []", ""), "t.yaml", kOptions);
  ASSERT_EQ(missing.errors.size(), 1u);
  EXPECT_NE(missing.errors[0].Text().find("[] for a healthy scenario"), std::string::npos);
}

TEST(LoadScenario, OtherDocumentsAreRefused) {
  for (const char* text : {"", "a: 1", "- 1", "kind: Scenario\n---\nkind: Scenario\n", "12",
                           "apiVersion: wavetank.dev/v2\nkind: Scenario\nmetadata: {name: x}\n"
                           "spec: {app: hotel, faults: []}"}) {
    EXPECT_FALSE(ReadScenario(text, "t.yaml", kOptions).errors.empty()) << text;
  }
}

TEST(LoadScenario, AMissingFileOffersTheNearestName) {
  const auto missing =
      LoadScenario(WT_SOURCE_DIR "/tests/scenarios/data/good/minmal.yaml", kOptions);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(missing.error().what.find("did you mean \"minimal.yaml\"?"), std::string::npos)
      << missing.error().Text();
}

}  // namespace
}  // namespace wt
