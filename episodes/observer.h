// SPDX-License-Identifier: Apache-2.0
// Judges an episode from full state (docs/verdict.md):
//   1  the client's objective held during the hold time after the end, the cause is gone, nothing
//      protected was harmed, at most max_disrupted objects that are no part of the cause written
//  -1  worse than the no-op twin at the same instant: client error share since the first write
//      + 5 points, an operation lost that the twin serves, data lost, a protected object changed
//   0  else. On a healthy scenario: 1 = said that nothing is wrong and wrote nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "episodes/episode_result.h"
#include "episodes/observer_rules.h"
#include "episodes/twin.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

enum class JudgedTask : u8 { kDetection, kLocalization, kAnalysis, kMitigation, kResolve };

struct ProtectedObject {
  ObjectKind kind = ObjectKind::kNone;  // kNone: any kind
  StrId name = 0, ns = 0;               // 0: any
};

// The objective with everything relative resolved.
struct JudgedObjective {
  JudgedTask task = JudgedTask::kResolve;
  f32 error_max = 0.01f;      // share of client requests failing, over the hold
  f32 p99_max_s = 1e9f;       // client p99, mean over the hold's second half
  SimTime hold = 60 * kSecond;
  u16 max_disrupted = 1;
  std::vector<ProtectedObject> protected_objects;
};

class Observer {
 public:
  explicit Observer(const JudgedObjective* objective) : objective_(objective) {}

  // Before each action is carried out: remembers the client's counters at the first write.
  void BeforeAction(const SimCluster& cluster, const Action& action);
  // After each step: when the cause went (time to repair). Cheap: one predicate per fault.
  void Update(const SimCluster& cluster);

  // Lets `cluster` run through the hold time and judges. `answer` is what was submitted, if
  // anything was. Writes verdict, parts, times and hash of `result`.
  void Judge(SimCluster& cluster, Twin& twin, const std::optional<Answer>& answer,
             EpisodeResult& result);

 private:
  bool HoldObjective(SimCluster& cluster, Twin& twin) const;
  void JudgeHarm(const SimCluster& cluster, Twin& twin, VerdictParts& parts) const;
  void JudgeAnswer(const SimCluster& cluster, const std::optional<Answer>& answer,
                   VerdictParts& parts) const;
  i8 VerdictOf(const VerdictParts& parts, bool faulty, const std::optional<Answer>& answer) const;

  const JudgedObjective* objective_;
  SimTime first_write_ = -1;
  TwinPoint at_first_write_;
  SimTime repaired_at_ = 0;
};

}  // namespace wt
