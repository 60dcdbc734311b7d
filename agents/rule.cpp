// SPDX-License-Identifier: Apache-2.0
// What a runbook would do, from the observation alone:
//   1 something scaled to nothing that a Service points at     -> scale it up
//   2 a workload short of pods                                 -> describe, then by what it shows
//   3 a Service that fails while its pods are ready            -> describe, then selector or port
//   4 pods that keep disappearing                              -> find who calls the API, stop it
// After a repair it waits, looks whether the trouble is gone, and says where the cause was. It
// blames nobody twice, and says that nothing is wrong when nothing was for a while.
#include <array>

#include "agents/all_policies.h"
#include "agents/view.h"

namespace wt {
namespace {

constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr u16 kMaxSlots = 128;
constexpr f32 kTroubleError = 0.02f;
constexpr u8 kPatience = 4;         // steps a repair may take to show
constexpr u8 kCalmAfterRepair = 2;  // calm steps before the end is declared
constexpr u8 kLookAgain = 3;        // steps until a first look that showed nothing is made again
constexpr u8 kReadLogs = 4;         // times that one log is read in search of who kills pods
constexpr f32 kLongEnough = 0.2f;   // share of the time limit without trouble

struct Memory {
  u8 settled = 0;           // 1: a repair was made
  u8 waiting = 0;           // steps left to wait for its effect
  u8 calm = 0;              // steps without trouble
  u8 blamed_kind = 0;       // EntityKind of the last repair
  u16 blamed_slot = 0;
  std::array<u8, kMaxSlots> workload_tries{};
  std::array<u8, kMaxSlots> service_tries{};
  std::array<u8, kMaxSlots> log_reads{};  // in search of who kills pods
  std::array<u8, kMaxSlots> looks{};  // steps with trouble since the workload was first described
};

Action On(EntityKind kind, u8 move, u16 slot) { return {kind, move, slot}; }

bool HasTrouble(const ObservationView& view) {
  if (Global(view, FeatureIndex(EntityKind::kCluster, "client_error")) > kTroubleError) return true;
  const WorkloadRows workloads(view);
  for (u16 w = 0; w < workloads.size(); ++w) {
    if (workloads.Exists(w) && (workloads.At(FeatureIndex(kW, "unavailable"), w) > 0.01f ||
                                workloads.At(FeatureIndex(kW, "surplus"), w) > 0.01f)) {
      return true;
    }
  }
  const ServiceRows services(view);
  for (u16 s = 0; s < services.size(); ++s) {
    if (services.Exists(s) && services.At(FeatureIndex(kS, "error"), s) > 0.1f) return true;
  }
  return false;
}

class Rule final : public Policy {
 public:
  std::string Name() const override { return "rule"; }
  u32 MemoryBytes() const override { return sizeof(Memory); }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) {
      Memory& memory = *static_cast<Memory*>(slot.memory);
      slot.chosen = LegalOr(slot.observation, Decide(slot.observation, memory));
    }
  }

 private:
  static Action Decide(const ObservationView& view, Memory& memory) {
    if (!HasTrouble(view)) {
      ++memory.calm;
      if (!memory.settled && PodsWereKilled(view)) {  // they come back, and are killed again
        const Action action = Disappearing(view, memory);
        if (!(action == kWaitOneStep)) return action;
      }
      if (memory.settled && memory.calm >= kCalmAfterRepair) return Finish(memory);
      const f32 used = Global(view, FeatureIndex(EntityKind::kCluster, "time_used"));
      if (!memory.settled && used > kLongEnough) return kSayHealthy;
      return kWaitOneStep;
    }
    memory.calm = 0;
    if (memory.waiting > 0) {
      --memory.waiting;
      return kWaitOneStep;
    }
    for (const auto& rule : {&ScaledToNothing, &ShortOfPods, &FailingService, &Disappearing}) {
      const Action action = rule(view, memory);
      if (!(action == kWaitOneStep)) return action;
    }
    return kWaitOneStep;
  }

  static Action Finish(const Memory& memory) {
    const auto kind = static_cast<EntityKind>(memory.blamed_kind);
    const u8 move = kind == kS ? MoveIndex(kS, Verb::kSubmit) : MoveIndex(kW, Verb::kSubmit);
    return On(kind, move, memory.blamed_slot);
  }

  static Action Repair(Memory& memory, EntityKind kind, u8 move, u16 slot) {
    memory.settled = 1;
    memory.waiting = kPatience;
    memory.blamed_kind = static_cast<u8>(kind);
    memory.blamed_slot = slot;
    auto& tries = kind == kS ? memory.service_tries : memory.workload_tries;
    ++tries[slot % kMaxSlots];
    return On(kind, move, slot);
  }

  static Action ScaledToNothing(const ObservationView& view, Memory& memory) {
    const WorkloadRows rows(view);
    for (u16 w = 0; w < rows.size(); ++w) {
      if (!rows.Exists(w) || rows.At(FeatureIndex(kW, "zero"), w) < 0.5f) continue;
      if (memory.workload_tries[w % kMaxSlots] > 0) continue;
      return Repair(memory, kW, MoveIndex(kW, Verb::kScale, 2), w);
    }
    return kWaitOneStep;
  }

  static Action ShortOfPods(const ObservationView& view, Memory& memory) {
    const WorkloadRows rows(view);
    for (u16 w = 0; w < rows.size(); ++w) {
      if (!rows.Exists(w) || memory.workload_tries[w % kMaxSlots] >= 2) continue;
      const bool short_of = rows.At(FeatureIndex(kW, "unavailable"), w) > 0.01f ||
                            rows.At(FeatureIndex(kW, "surplus"), w) > 0.01f;
      if (!short_of) continue;
      u8& looks = memory.looks[w % kMaxSlots];
      if (looks <= kLookAgain) ++looks;
      if (rows.At(FeatureIndex(kW, "described"), w) < 0.5f || looks == kLookAgain) {
        return On(kW, MoveIndex(kW, Verb::kDescribe), w);
      }
      if (rows.At(FeatureIndex(kW, "young_pods"), w) > 0.01f &&
          rows.At(FeatureIndex(kW, "events_read"), w) < 0.5f) {
        return On(kW, MoveIndex(kW, Verb::kEvents), w);
      }
      const bool killed = rows.At(FeatureIndex(kW, "pods_killed"), w) > 0.01f;
      const Action action = killed ? Disappearing(view, memory) : kWaitOneStep;
      if (!(action == kWaitOneStep)) return action;
      const Action treated = Treat(rows, memory, w);
      if (!(treated == kWaitOneStep)) return treated;
    }
    return kWaitOneStep;
  }

  // As the events that were read tell.
  static bool PodsWereKilled(const ObservationView& view) {
    const WorkloadRows rows(view);
    for (u16 w = 0; w < rows.size(); ++w) {
      if (rows.Exists(w) && rows.At(FeatureIndex(kW, "pods_killed"), w) > 0.01f) return true;
    }
    return false;
  }

  // By what `describe`, and then logs and events, showed of a workload short of pods.
  static Action Treat(const WorkloadRows& rows, Memory& memory, u16 w) {
    const auto shows = [&](u32 feature) { return rows.At(feature, w) > 0.01f; };
    if (shows(FeatureIndex(kW, "waiting_image")) || shows(FeatureIndex(kW, "run_error")) ||
        shows(FeatureIndex(kW, "unschedulable"))) {
      return Repair(memory, kW, MoveIndex(kW, Verb::kUndo), w);
    }
    if (shows(FeatureIndex(kW, "oom_killed"))) {
      return Repair(memory, kW, MoveIndex(kW, Verb::kSetResources, 1), w);
    }
    if (shows(FeatureIndex(kW, "waiting_config"))) {
      const u8 option = memory.workload_tries[w % kMaxSlots] == 0 ? 0 : 1;
      return Repair(memory, kW, RestoreMove(option), w);
    }
    if (!shows(FeatureIndex(kW, "crash_loop"))) return kWaitOneStep;
    if (rows.At(FeatureIndex(kW, "logs_read"), w) < 0.5f) {
      return On(kW, MoveIndex(kW, Verb::kLogs), w);
    }
    if (shows(FeatureIndex(kW, "log_missing_key"))) {
      const u8 option = memory.workload_tries[w % kMaxSlots] == 0 ? 0 : 1;
      return Repair(memory, kW, RestoreMove(option), w);
    }
    if (shows(FeatureIndex(kW, "log_dependency"))) return kWaitOneStep;
    if (rows.At(FeatureIndex(kW, "events_read"), w) < 0.5f) {
      return On(kW, MoveIndex(kW, Verb::kEvents), w);
    }
    return Repair(memory, kW, MoveIndex(kW, Verb::kUndo), w);
  }

  static u8 RestoreMove(u8 option) {
    return option == 0 ? MoveIndex(kW, Verb::kRestoreConfig, 0)
                       : MoveIndex(kW, Verb::kRestoreConfig, 1);
  }

  static Action FailingService(const ObservationView& view, Memory& memory) {
    const ServiceRows rows(view);
    for (u16 s = 0; s < rows.size(); ++s) {
      if (!rows.Exists(s) || memory.service_tries[s % kMaxSlots] >= 2) continue;
      if (rows.At(FeatureIndex(kS, "error"), s) < 0.1f) continue;
      if (rows.At(FeatureIndex(kS, "described"), s) < 0.5f) {
        return On(kS, MoveIndex(kS, Verb::kDescribe), s);
      }
      const bool again = memory.service_tries[s % kMaxSlots] > 0;
      if (rows.At(FeatureIndex(kS, "no_selected_pods"), s) > 0.5f) {
        return Repair(memory, kS, again ? MoveIndex(kS, Verb::kFixSelector, 1)
                                        : MoveIndex(kS, Verb::kFixSelector, 0), s);
      }
      if (rows.At(FeatureIndex(kS, "port_undeclared"), s) > 0.5f) {
        return Repair(memory, kS, again ? MoveIndex(kS, Verb::kFixPort, 1)
                                        : MoveIndex(kS, Verb::kFixPort, 0), s);
      }
    }
    return kWaitOneStep;
  }

  // Who deletes pods: one that no Service selects, and whose log says so. A log that said nothing
  // yet is read again while pods are killed.
  static Action Disappearing(const ObservationView& view, Memory& memory) {
    const WorkloadRows rows(view);
    const auto suspect = [&](u16 w) {
      return rows.Exists(w) && rows.At(FeatureIndex(kW, "has_service"), w) < 0.5f &&
             memory.workload_tries[w % kMaxSlots] == 0;
    };
    for (u16 w = 0; w < rows.size(); ++w) {
      if (suspect(w) && rows.At(FeatureIndex(kW, "calls_api"), w) > 0.5f) {
        return Repair(memory, kW, MoveIndex(kW, Verb::kScale, 0), w);
      }
    }
    const bool killed = PodsWereKilled(view);
    for (u8 reads = 0; reads < (killed ? kReadLogs : 1); ++reads) {
      for (u16 w = 0; w < rows.size(); ++w) {
        if (!suspect(w)) continue;
        u8& read = memory.log_reads[w % kMaxSlots];
        if (read == 0 && rows.At(FeatureIndex(kW, "logs_read"), w) > 0.5f) read = 1;
        if (read != reads) continue;
        ++read;
        return On(kW, MoveIndex(kW, Verb::kLogs), w);
      }
    }
    return kWaitOneStep;
  }
};

}  // namespace

std::unique_ptr<Policy> MakeRule() { return std::make_unique<Rule>(); }

}  // namespace wt
