// SPDX-License-Identifier: Apache-2.0
#include "episodes/oracle.h"

#include <optional>
#include <string>
#include <vector>

#include "agents/view.h"
#include "episodes/ground_truth.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"

namespace wt {
namespace {

struct Memory {
  u32 repairs = 0;   // steps of repair lists carried out since the last success
  u32 waited = 0;    // steps waited for them to work
};

constexpr u32 kWaitForRepair = 12;  // steps
// Steps for pods that wait for what is there again to start by themselves. A restart replaces those
// that serve, too, and without readiness probes it sends clients to processes that only begin.
constexpr u32 kHealsByItself = 4;

// The cluster serves its clients again and no rollout is under way.
bool LooksWell(const SimCluster& cluster) {
  if (cluster.world().header().client.error > 0.005f) return false;
  const Sim sim = cluster.View();
  for (u32 d = 1; d < cluster.world().Used<Deployment>(); ++d) {
    const Deployment& deployment = sim.At<Deployment>(d);
    if (deployment.born == 0 || deployment.deleting) continue;
    if (deployment.status_available < deployment.replicas) return false;
    if (deployment.status_replicas > deployment.replicas) return false;
  }
  return true;
}

class Oracle final : public SeeingPolicy {
 public:
  std::string Name() const override { return "oracle"; }
  u32 MemoryBytes() const override { return sizeof(Memory); }
  bool WantsContext() const override { return true; }  // the task
  void Show(std::span<const SimCluster* const> clusters) override { clusters_ = clusters; }
  void Act(std::span<PolicySlot> slots) override {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const SimCluster& cluster = *clusters_[i];
      const bool answers = slots[i].context != nullptr && IsAnswered(slots[i].context->task);
      slots[i].chosen = answers ? Tell(cluster, *slots[i].context->words)
                                : Decide(cluster, *static_cast<Memory*>(slots[i].memory));
    }
  }

 private:
  // Tasks that are answered without a write.
  static bool IsAnswered(std::string_view task) {
    return task == "detection" || task == "localization" || task == "analysis";
  }

  // The first fault that has come, by name, kind and field.
  static Action Tell(const SimCluster& cluster, ExternalWords& words) {
    const Sim sim = cluster.View();
    const std::vector<u32> faults = PlannedFaults(cluster.world());
    if (faults.empty()) return kSayHealthy;
    for (const u32 row : faults) {
      const Fault& fault = sim.At<Fault>(row);
      if (!WasInjected(fault)) continue;
      const Action action = Blame(cluster, sim, {row});
      words.answered = true;
      words.answer = {.detected = true,
                      .kind = action.kind,
                      .slot = action.slot,
                      .fault_kind = std::string(KindOf(fault).id),
                      .field = TruthOf(sim, fault).field,
                      .object_kind = {},
                      .object_name = {},
                      .object_namespace = {}};
      return action;
    }
    return kWaitOneStep;
  }

  static Action Decide(const SimCluster& cluster, Memory& memory) {
    const Sim sim = cluster.View();
    const std::vector<u32> faults = PlannedFaults(cluster.world());
    if (faults.empty()) return kSayHealthy;
    bool all_gone = true;
    for (const u32 row : faults) {
      const Fault& fault = sim.At<Fault>(row);
      if (!WasInjected(fault)) {
        all_gone = false;
        continue;
      }
      if (CauseGone(sim, fault)) continue;
      const std::vector<RepairStep> steps = RepairOf(sim, fault);
      if (memory.repairs < steps.size()) {
        const std::optional<Action> action = Translate(cluster, steps[memory.repairs]);
        if (action || ++memory.waited > kWaitForRepair) {
          ++memory.repairs;
          memory.waited = 0;
        }
        if (action) return *action;
      } else if (++memory.waited > kWaitForRepair) {
        memory = {};
      }
      return kWaitOneStep;
    }
    if (!all_gone) return kWaitOneStep;
    if (LooksWell(cluster) || memory.waited >= 4 * kWaitForRepair) {
      return Blame(cluster, sim, faults);
    }
    if (++memory.waited <= kHealsByItself) return kWaitOneStep;
    if (const std::optional<Action> rest = RestOfRepair(cluster, faults, memory)) return *rest;
    return kWaitOneStep;
  }

  // Steps of a list that come after the cause is gone (a restart of consumers).
  static std::optional<Action> RestOfRepair(const SimCluster& cluster,
                                            const std::vector<u32>& faults, Memory& memory) {
    if (memory.repairs == 0) return std::nullopt;
    const Sim sim = cluster.View();
    for (const u32 row : faults) {
      const std::vector<RepairStep> steps = RepairOf(sim, sim.At<Fault>(row));
      if (memory.repairs >= steps.size()) continue;
      memory.waited = 0;
      return Translate(cluster, steps[memory.repairs++]);
    }
    return std::nullopt;
  }

  static std::optional<Action> Translate(const SimCluster& cluster, const RepairStep& step) {
    if (step.verb == Verb::kWait) return kWaitOneStep;
    return cluster.FindMove(step.entity, step.row, step.verb, step.value);
  }

  static Action Blame(const SimCluster& cluster, const Sim& sim, const std::vector<u32>& faults) {
    const RootCause truth = TruthOf(sim, sim.At<Fault>(faults[0]));
    const std::optional<u16> slot = cluster.SlotOf(truth.entity, truth.entity_row);
    if (!slot) return kSayHealthy;
    for (u8 m = 0; m < MovesOf(truth.entity).size(); ++m) {
      if (MovesOf(truth.entity)[m].verb == Verb::kSubmit) return {truth.entity, m, *slot};
    }
    return kSayHealthy;
  }

  std::span<const SimCluster* const> clusters_;
};

}  // namespace

std::unique_ptr<Policy> MakeOracle() { return std::make_unique<Oracle>(); }

}  // namespace wt
