// SPDX-License-Identifier: Apache-2.0
// What each option of a repair stands for at this instant, from what the cluster shows: revisions
// and images in history, declared ports, names of workloads, current limits. One place, so that
// masks, texts, the oracle and the write itself cannot disagree.
#include "sim/cluster/entities.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

OptionValue Some(u32 value) { return {true, value}; }

// The k-th container port that a template declares; 0 = it declares fewer.
u32 DeclaredPort(const Sim& sim, RevId tmpl, u32 k) {
  const auto& spec = sim.Typed<PodTemplate>(tmpl);
  for (const ContainerSpec& container : Items(&spec, spec.containers)) {
    const auto ports = Items(&spec, container.ports);
    if (k < ports.size()) return ports[k];
    k -= static_cast<u32>(ports.size());
  }
  return 0;
}

u32 RevisionBefore(const Sim& sim, u32 deployment, u32 k) {
  return ReplicaSetByRevision(sim, deployment, k + 1);
}

const ContainerSpec* MainContainerOf(const Sim& sim, u32 deployment, RevId tmpl) {
  const auto& spec = sim.Typed<PodTemplate>(tmpl);
  const auto containers = Items(&spec, spec.containers);
  const u32 main = MainContainer(sim, deployment);
  return main < containers.size() ? &containers[main] : nullptr;
}

OptionValue ResourceOption(const ContainerSpec* container, u32 option) {
  if (container == nullptr) return {};
  if (option == 2) {
    if (container->cpu_limit <= 0) return {};
    return Some(static_cast<u32>(container->cpu_limit) * 2);
  }
  if (container->memory_limit <= 0) return {};
  constexpr i64 kMiB = 1 << 20;
  const i64 times = option == 0 ? 2 : 8;
  const i64 mib = (container->memory_limit * times + kMiB - 1) / kMiB;
  return Some(static_cast<u32>(mib < 0xffffffffLL ? mib : 0xffffffffLL));
}

}  // namespace

// Names rank by the letters they share from the start; equal ones in slot order, which is drawn.
u32 SimCluster::LikeNamed(StrId name, u32 k) const {
  const Sim sim = View();
  const std::string_view wanted = sim.Text(name);
  const auto slots = Slots(EntityKind::kWorkload);
  u32 bound_likeness = 0, bound_slot = 0;
  for (u32 round = 0;; ++round) {
    u32 best = 0, best_likeness = 0, best_slot = 0;
    for (u32 s = 0; s < slots.size(); ++s) {
      if (slots[s].row == 0) continue;
      const std::string_view text = sim.Text(sim.At<Deployment>(slots[s].row).name);
      // Doubled, one more for the very same name: "user" is more like "user" than "user-db" is.
      const u32 likeness = CommonPrefix(wanted, text) * 2 + (wanted == text ? 1u : 0u);
      const bool taken = round > 0 && (likeness > bound_likeness ||
                                       (likeness == bound_likeness && s <= bound_slot));
      if (taken || (best != 0 && likeness <= best_likeness)) continue;
      best = slots[s].row;
      best_likeness = likeness;
      best_slot = s;
    }
    if (best == 0 || round == k) return best;
    bound_likeness = best_likeness;
    bound_slot = best_slot;
  }
}

OptionValue SimCluster::ServiceOption(const Move& move, u32 row) const {
  const Sim sim = View();
  const Service& service = sim.At<Service>(row);
  switch (move.verb) {
    case Verb::kFixSelector: {
      const u32 workload = LikeNamed(service.name, move.option);
      return workload == 0 ? OptionValue{} : Some(sim.At<Deployment>(workload).name);
    }
    case Verb::kFixPort: {
      const auto& spec = sim.Typed<ServiceSpec>(service.doc);
      const auto ports = Items(&spec, spec.ports);
      if (ports.empty()) return {};
      const u32 workload = LikeNamed(service.name, 0);
      u32 port = 0;
      if (workload != 0 && move.option < 2) {
        port = DeclaredPort(sim, sim.At<Deployment>(workload).tmpl, move.option);
      }
      if (port == 0 && move.option == 0) return {};
      const u32 called = CalledPortIndex(spec, service.called_port);
      return Some(port != 0 ? port : ports[called].port);
    }
    case Verb::kRestoreConfig:
    case Verb::kDeleteObject: return Some(row);
    default: return {};
  }
}

OptionValue SimCluster::WorkloadOption(const Move& move, u32 row) const {
  const Sim sim = View();
  const Deployment& deployment = sim.At<Deployment>(row);
  switch (move.verb) {
    case Verb::kRestart:
    case Verb::kDeleteObject: return Some(row);
    case Verb::kScale: return Some(move.option);
    case Verb::kUndo: {
      const u32 rs = RevisionBefore(sim, row, move.option);
      return rs == 0 ? OptionValue{} : Some(sim.At<ReplicaSet>(rs).revision);
    }
    case Verb::kDeletePod: {
      const u32 pod = WorstPod(sim, row, move.option);
      return pod == 0 ? OptionValue{} : Some(pod);
    }
    case Verb::kSetImage: {
      const u32 rs = RevisionBefore(sim, row, move.option);
      if (rs == 0) return {};
      const ContainerSpec* container = MainContainerOf(sim, row, sim.At<ReplicaSet>(rs).tmpl);
      return container == nullptr ? OptionValue{} : Some(container->image);
    }
    case Verb::kSetResources:
      return ResourceOption(MainContainerOf(sim, row, deployment.tmpl), move.option);
    case Verb::kRestoreConfig: {
      const u32 object = ConfigMapOf(sim, row, move.option);
      return object == 0 ? OptionValue{} : Some(object);
    }
    default: return {};
  }
}

OptionValue SimCluster::ValueOf(const Action& action) const {
  const Move& move = MoveOf(action);
  const u32 row = RowOf(action.kind, action.slot);
  if (row == 0 || !IsRepair(move.verb)) return {};
  switch (action.kind) {
    case EntityKind::kService: return ServiceOption(move, row);
    case EntityKind::kWorkload: return WorkloadOption(move, row);
    case EntityKind::kNode: {
      if (move.verb != Verb::kRemoveTaint) return Some(row);
      const Sim sim = View();
      const auto& spec = sim.Typed<NodeSpec>(sim.At<Node>(row).doc);
      return spec.taints.count == 0 ? OptionValue{} : Some(row);
    }
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return {};
}

std::optional<Action> SimCluster::FindMove(EntityKind kind, u32 row, Verb verb, u32 value) const {
  const std::optional<u16> slot = SlotOf(kind, row);
  if (!slot) return std::nullopt;
  const auto moves = MovesOf(kind);
  for (u8 m = 0; m < moves.size(); ++m) {
    if (moves[m].verb != verb) continue;
    const Action action{kind, m, *slot};
    const OptionValue option = ValueOf(action);
    if (option.exists && option.value == value) return action;
  }
  return std::nullopt;
}

std::string SimCluster::OptionText(const Action& action) const {
  const Move& move = MoveOf(action);
  if (move.verb == Verb::kWait || move.verb == Verb::kSubmit || IsInvestigation(move.verb)) {
    return std::string(move.meaning);
  }
  const OptionValue option = ValueOf(action);
  if (!option.exists) return "nothing to offer";
  const Sim sim = View();
  const bool cpu = move.verb == Verb::kSetResources && move.option == 2;
  switch (move.verb) {
    case Verb::kUndo: return "to revision " + std::to_string(option.value);
    case Verb::kScale: return "to " + std::to_string(option.value);
    case Verb::kDeletePod: return PodName(sim, option.value);
    case Verb::kSetImage:
    case Verb::kFixSelector: return std::string(sim.Text(option.value));
    case Verb::kSetResources:
      return cpu ? "cpu limit " + std::to_string(option.value) + "m"
                 : "memory limit " + std::to_string(option.value) + "Mi";
    case Verb::kFixPort: return std::to_string(option.value);
    case Verb::kRestoreConfig:
      if (action.kind == EntityKind::kService) return "last applied configuration";
      return "ConfigMap " + std::string(sim.Text(sim.At<Object>(option.value).name));
    default: return std::string(move.meaning);
  }
}

}  // namespace wt
