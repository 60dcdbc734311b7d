// SPDX-License-Identifier: Apache-2.0
// Judges an episode from full state (docs/verdict.md):
//   1  the client's objective held during the hold time after the end, the cause is gone, nothing
//      protected was harmed, at most max_disrupted objects that are no part of the cause written
//  -1  worse than the no-op twin at the same instant: client error share since the first write
//      + 5 points, an operation lost that the twin serves, data lost, a protected object changed
//   0  else. On a healthy scenario: 1 = said that nothing is wrong and wrote nothing.
#pragma once

#include <span>
#include <vector>

#include "episodes/episode_result.h"
#include "episodes/twin.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// Part of `suite_hash` and of every result: results of unlike rules are not compared.
inline constexpr const char* kVerdictRules = "1";

enum class JudgedTask : u8 { kDetection, kLocalization, kAnalysis, kMitigation, kResolve };

// The objective with everything relative resolved.
struct JudgedObjective {
  f32 error_max = 0.01f;       // share of client requests over the hold
  f32 p99_max_s = 1e9f;        // at every instant of the hold's second half, mean of it
  SimTime hold = 60 * kSecond;
  u16 max_disrupted = 1;
  JudgedTask task = JudgedTask::kResolve;
};

class Observer {
 public:
  explicit Observer(const JudgedObjective& objective) : objective_(objective) {}

  // After each decision, before time moves: cheap when nothing it watches changed.
  void BeforeAction(const SimCluster& cluster, const Action& action);
  void AfterAction(const SimCluster& cluster, const ActionOutcome& outcome);
  // After each step: whether the cause is gone now (time to repair).
  void Update(const SimCluster& cluster);

  // Runs the hold on `cluster` and judges. `answer` is what was submitted, if anything.
  // Writes verdict, parts and times of `result`.
  void Judge(SimCluster& cluster, Twin& twin, const Answer* answer, EpisodeResult& result);

 private:
  struct Hold {
    bool held = false;
  };
  bool HoldObjective(SimCluster& cluster) const;
  void JudgeHarm(const SimCluster& cluster, Twin& twin, VerdictParts& parts) const;

  JudgedObjective objective_;
  SimTime first_write_ = -1;
  TwinPoint at_first_write_;
  SimTime detected_at_ = 0, repaired_at_ = 0;
};

}  // namespace wt
