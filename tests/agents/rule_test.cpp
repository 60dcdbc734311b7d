// SPDX-License-Identifier: Apache-2.0
// The runbook as a table: what an observation shows -> what the rule agent does next.
#include <gtest/gtest.h>

#include "agents/all_policies.h"
#include "agents/view.h"
#include "tests/agents/hand_observation.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr u16 kSlot = 3;  // of the entity in trouble

struct Shown {
  EntityKind kind;
  std::string_view feature;
  f32 value;
};
struct Row {
  const char* name;
  std::vector<Shown> shown;
  Action expected;
};

Action OnWorkload(u8 move) { return {kW, move, kSlot}; }
Action OnService(u8 move) { return {kS, move, kSlot}; }

class Player {
 public:
  Player() : policy_(MakeRule()), memory_((policy_->MemoryBytes() + 7) / 8) {}
  Action Next(HandObservation& observation) {
    PolicySlot slot;
    slot.observation = observation.View();
    slot.memory = memory_.data();
    policy_->Act({&slot, 1});
    return slot.chosen;
  }

 private:
  std::unique_ptr<Policy> policy_;
  std::vector<u64> memory_;
};

// A calm cluster: two services and three workloads behind them.
HandObservation Calm() {
  HandObservation o(8, 8, 8);
  for (const u16 s : {u16{0}, kSlot}) o.Add(kS, s);
  for (const u16 w : {u16{0}, u16{1}, kSlot}) {
    o.Add(kW, w).Set(kW, w, "desired", 0.125f).Set(kW, w, "has_service", 1);
  }
  return o;
}

HandObservation Showing(const std::vector<Shown>& shown) {
  HandObservation o = Calm();
  for (const Shown& s : shown) {
    if (s.kind == kC) o.SetGlobal(s.feature, s.value);
    else o.Set(s.kind, kSlot, s.feature, s.value);
  }
  return o;
}

const std::vector<Row>& Runbook() {
  const Shown down{kW, "unavailable", 1}, seen{kW, "described", 1}, crash{kW, "crash_loop", 1};
  const Shown logs{kW, "logs_read", 1}, events{kW, "events_read", 1};
  const Shown client{kC, "client_error", 0.5f}, error{kS, "error", 0.9f};
  const Shown looked{kS, "described", 1};
  static const std::vector<Row> rows{
      {"a calm cluster is watched", {}, kWaitOneStep},
      {"scaled to nothing: scale up",
       {client, {kW, "zero", 1}}, OnWorkload(MoveIndex(kW, Verb::kScale, 2))},
      {"short of pods: describe", {down}, OnWorkload(MoveIndex(kW, Verb::kDescribe))},
      {"pods beyond desired: describe",
       {{kW, "surplus", 0.2f}}, OnWorkload(MoveIndex(kW, Verb::kDescribe))},
      {"an image that cannot be pulled: undo",
       {down, seen, {kW, "waiting_image", 1}}, OnWorkload(MoveIndex(kW, Verb::kUndo))},
      {"a command that cannot run: undo",
       {down, seen, {kW, "run_error", 1}}, OnWorkload(MoveIndex(kW, Verb::kUndo))},
      {"no node fits: undo",
       {down, seen, {kW, "unschedulable", 1}}, OnWorkload(MoveIndex(kW, Verb::kUndo))},
      {"killed for memory: more memory",
       {down, seen, {kW, "oom_killed", 1}}, OnWorkload(MoveIndex(kW, Verb::kSetResources, 1))},
      {"waits for its configuration: restore it",
       {down, seen, {kW, "waiting_config", 1}}, OnWorkload(MoveIndex(kW, Verb::kRestoreConfig))},
      {"crashes: read the logs", {down, seen, crash}, OnWorkload(MoveIndex(kW, Verb::kLogs))},
      {"logs miss a setting: restore the configuration",
       {down, seen, crash, logs, {kW, "log_missing_key", 1}},
       OnWorkload(MoveIndex(kW, Verb::kRestoreConfig))},
      {"logs blame a dependency: not this one",
       {down, seen, crash, logs, {kW, "log_dependency", 1}}, kWaitOneStep},
      {"logs say nothing: read the events",
       {down, seen, crash, logs}, OnWorkload(MoveIndex(kW, Verb::kEvents))},
      {"logs and events say nothing more: undo",
       {down, seen, crash, logs, events}, OnWorkload(MoveIndex(kW, Verb::kUndo))},
      {"a failing service: describe", {error}, OnService(MoveIndex(kS, Verb::kDescribe))},
      {"a selector without pods: fix it",
       {error, looked, {kS, "no_selected_pods", 1}}, OnService(MoveIndex(kS, Verb::kFixSelector))},
      {"a port that no pod declares: fix it",
       {error, looked, {kS, "port_undeclared", 1}}, OnService(MoveIndex(kS, Verb::kFixPort))},
      {"a failing service whose own fields are right is left alone",
       {error, looked}, kWaitOneStep},
      {"clients fail, and a workload without a Service: read its logs",
       {client, {kW, "has_service", 0}}, OnWorkload(MoveIndex(kW, Verb::kLogs))},
      {"it calls the cluster's API: stop it",
       {client, {kW, "has_service", 0}, logs, {kW, "calls_api", 1}},
       OnWorkload(MoveIndex(kW, Verb::kScale, 0))},
      {"it does not: leave it alone", {client, {kW, "has_service", 0}, logs}, kWaitOneStep},
      {"quiet for a fifth of the time: nothing is wrong",
       {{kC, "time_used", 0.25f}}, kSayHealthy},
      {"quiet for less: wait", {{kC, "time_used", 0.15f}}, kWaitOneStep},
  };
  return rows;
}

class Rule : public testing::TestWithParam<Row> {};

TEST_P(Rule, AnswersEachSymptomAsTheRunbookSays) {
  HandObservation o = Showing(GetParam().shown);
  const Action action = Player().Next(o);
  EXPECT_EQ(action, GetParam().expected)
      << "chose " << VerbName(MoveOf(action).verb) << " option " << int{MoveOf(action).option}
      << " on kind " << static_cast<int>(action.kind) << " slot " << action.slot;
}

INSTANTIATE_TEST_SUITE_P(, Rule, testing::ValuesIn(Runbook()), [](const auto& param) {
  std::string name;
  for (const char c : std::string_view(param.param.name)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  return name;
});

const std::vector<Shown> kNoImage{
    {kW, "unavailable", 1}, {kW, "described", 1}, {kW, "waiting_image", 1}};

TEST(RuleMemory, ARepairIsGivenFourStepsToShow) {
  HandObservation o = Showing(kNoImage);
  Player player;
  EXPECT_EQ(player.Next(o), OnWorkload(MoveIndex(kW, Verb::kUndo)));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(player.Next(o), kWaitOneStep) << i;
  EXPECT_EQ(player.Next(o), OnWorkload(MoveIndex(kW, Verb::kUndo)));
}

TEST(RuleMemory, AWorkloadIsRepairedTwiceAtMost) {
  HandObservation o = Showing(kNoImage);
  Player player;
  int repairs = 0;
  for (int i = 0; i < 40; ++i) {
    if (IsRepair(MoveOf(player.Next(o)).verb)) ++repairs;
  }
  EXPECT_EQ(repairs, 2);
}

TEST(RuleMemory, ASecondTryTakesTheSecondOption) {
  struct {
    EntityKind kind;
    std::vector<Shown> shown;
    u8 first, second;
  } const rows[] = {
      {kW, {{kW, "unavailable", 1}, {kW, "described", 1}, {kW, "waiting_config", 1}},
       MoveIndex(kW, Verb::kRestoreConfig, 0), MoveIndex(kW, Verb::kRestoreConfig, 1)},
      {kS, {{kS, "error", 1}, {kS, "described", 1}, {kS, "no_selected_pods", 1}},
       MoveIndex(kS, Verb::kFixSelector, 0), MoveIndex(kS, Verb::kFixSelector, 1)},
      {kS, {{kS, "error", 1}, {kS, "described", 1}, {kS, "port_undeclared", 1}},
       MoveIndex(kS, Verb::kFixPort, 0), MoveIndex(kS, Verb::kFixPort, 1)},
  };
  for (const auto& row : rows) {
    HandObservation o = Showing(row.shown);
    Player player;
    EXPECT_EQ(player.Next(o), (Action{row.kind, row.first, kSlot}));
    for (int i = 0; i < 4; ++i) player.Next(o);
    EXPECT_EQ(player.Next(o), (Action{row.kind, row.second, kSlot}));
  }
}

TEST(RuleMemory, WhenTheTroubleIsGoneItNamesWhatItRepaired) {
  HandObservation sick = Showing({{kS, "error", 1}, {kS, "described", 1},
                                  {kS, "port_undeclared", 1}});
  HandObservation well = Calm();
  Player player;
  EXPECT_EQ(player.Next(sick), OnService(MoveIndex(kS, Verb::kFixPort)));
  EXPECT_EQ(player.Next(well), kWaitOneStep);
  EXPECT_EQ(player.Next(well), OnService(MoveIndex(kS, Verb::kSubmit)));
}

TEST(RuleMemory, TroubleThatComesBackStartsTheCalmStepsAnew) {
  HandObservation sick = Showing(kNoImage), well = Calm();
  Player player;
  player.Next(sick);
  EXPECT_EQ(player.Next(well), kWaitOneStep);
  EXPECT_EQ(player.Next(sick), kWaitOneStep);
  EXPECT_EQ(player.Next(well), kWaitOneStep);
  EXPECT_EQ(player.Next(well), OnWorkload(MoveIndex(kW, Verb::kSubmit)));
}

TEST(RuleMemory, EpisodesDoNotShareIt) {
  HandObservation o = Showing(kNoImage);
  Player first, second;
  EXPECT_EQ(first.Next(o), second.Next(o));
}

}  // namespace
}  // namespace wt
