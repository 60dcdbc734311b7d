// SPDX-License-Identifier: Apache-2.0
// Judges an episode from full state (docs/verdict.md):
//   1  the client's objective held during the hold time after the end, the cause is gone, nothing
//      protected was harmed, at most max_disrupted objects that are no part of the cause written
//  -1  worse than the no-op twin: client error share since the first write + 5 points, an
//      operation lost that the twin serves, data lost, what others rely on taken away, a
//      protected object changed
//   0  else. On a healthy scenario: 1 = said that nothing is wrong and wrote nothing.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "episodes/episode_result.h"
#include "episodes/advance.h"
#include "episodes/observer_rules.h"
#include "episodes/twin.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

enum class JudgedTask : u8 { kDetection, kLocalization, kAnalysis, kMitigation, kResolve };

struct ProtectedObject {
  ObjectKind kind = ObjectKind::kNone;  // kNone: any kind
  StrId name = 0, ns = 0;               // 0: any
};

// An object that was there at the start of an episode.
struct ObjectId {
  ObjectKind kind = ObjectKind::kNone;
  u32 row = 0, born = 0;
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

// The protected objects of a World by row: names of rows that an agent deletes are gone later.
std::vector<ObjectId> ProtectedObjects(const Sim& sim, const JudgedObjective& objective);

// Lets `cluster` run through the objective's hold time: did clients' errors and latency stay within
// the objective? (docs/verdict.md, slo_held) `served`, if given: for each entry of the graph the
// mean share of its requests that it answered over the second half.
bool HoldsObjective(SimCluster& cluster, const JudgedObjective& objective,
                    const ClusterSampler& sampler = {}, std::vector<f32>* served = nullptr);

class Observer {
 public:
  // Both must outlive it. `protected_objects`: ProtectedObjects at the start of the episode.
  explicit Observer(const JudgedObjective* objective,
                    std::span<const ObjectId> protected_objects = {})
      : objective_(objective), protected_(protected_objects) {}

  // Before each action is carried out: remembers the client's counters at the first write and
  // when which entity was first looked at or written. `writes`: it is one, if accepted.
  void BeforeAction(const SimCluster& cluster, EntityKind kind, u16 slot, bool writes);
  void BeforeAction(const SimCluster& cluster, const Action& action) {
    BeforeAction(cluster, action.kind, action.slot, IsRepair(MoveOf(action).verb));
  }
  // After each step: when the cause went (time to repair). Cheap: one predicate per fault.
  void Update(const SimCluster& cluster);

  // Lets `cluster` run through the hold time and judges. `answer` is what was submitted, if
  // anything was. Writes verdict, parts, times and hash of `result`.
  void Judge(SimCluster& cluster, Twin& twin, const std::optional<Answer>& answer,
             EpisodeResult& result, const ClusterSampler& sampler = {});

 private:
  struct Touched {
    EntityKind kind = EntityKind::kCluster;
    u32 row = 0;
    SimTime at = 0;
  };
  static constexpr u32 kTouchedMax = 64;

  void JudgeDisturbed(const SimCluster& cluster, VerdictParts& parts) const;
  SimTime DetectedAt(const SimCluster& cluster) const;
  void JudgeHarm(const SimCluster& cluster, Twin& twin, std::span<const f32> served,
                 VerdictParts& parts) const;
  bool LostOperation(SimTime end, Twin& twin, std::span<const f32> served) const;
  void JudgeAnswer(const SimCluster& cluster, const std::optional<Answer>& answer,
                   SimTime answered_at, VerdictParts& parts) const;
  i8 VerdictOf(const VerdictParts& parts, bool faulty, const std::optional<Answer>& answer) const;

  const JudgedObjective* objective_;
  std::span<const ObjectId> protected_;
  // Of a driven cluster before the first write: its rows are not those of the twin.
  std::optional<Reliance> there_;
  std::array<Touched, kTouchedMax> touched_{};
  u32 touched_count_ = 0;
  SimTime first_write_ = -1;
  TwinPoint at_first_write_;
  SimTime repaired_at_ = 0;
};

}  // namespace wt
