// SPDX-License-Identifier: Apache-2.0
// Moves as API writes. A write that the API took is recorded even when it changed nothing.
#include "sim/cluster/entities.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/objects/kinds.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// What an agent can patch.
ObjectKind KindOf(std::string_view word) {
  if (word == EntityKindName(EntityKind::kWorkload)) return ObjectKind::kDeployment;
  const KindInfo* known = FindKindWord(word);
  const ObjectKind kind = known == nullptr ? ObjectKind::kNone : ObjectKindNamed(known->kind);
  const bool made_by_others = kind == ObjectKind::kReplicaSet || kind == ObjectKind::kNamespace;
  return made_by_others ? ObjectKind::kNone : kind;
}

EntityKind EntityOf(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kService: return EntityKind::kService;
    case ObjectKind::kDeployment: return EntityKind::kWorkload;
    case ObjectKind::kNode: return EntityKind::kNode;
    default: return EntityKind::kCluster;
  }
}

u32 FindPod(const Sim& sim, std::string_view name) {
  for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) {
    if (sim.At<Pod>(p).born != 0 && PodName(sim, p) == name) return p;
  }
  return 0;
}

// NAME of the app's main namespace, or NAMESPACE/NAME.
u32 FindRow(const Sim& sim, ObjectKind kind, std::string_view name) {
  const std::size_t slash = name.find('/');
  const bool elsewhere = slash != std::string_view::npos;
  const StrId ns =
      elsewhere ? FindString(sim, name.substr(0, slash)) : sim.blueprint.app_namespace;
  if (elsewhere) name.remove_prefix(slash + 1);
  if (kind == ObjectKind::kPod) return FindPod(sim, name);
  const StrId id = FindString(sim, name);
  if (id == 0 || ns == 0) return 0;
  switch (kind) {
    case ObjectKind::kDeployment: return FindDeployment(sim, ns, id);
    case ObjectKind::kService: return FindService(sim, ns, id);
    case ObjectKind::kConfigMap: return FindConfig(sim, RefKind::kConfigMap, ns, id);
    case ObjectKind::kSecret: return FindConfig(sim, RefKind::kSecret, ns, id);
    case ObjectKind::kNode: return FindNode(sim, id);
    default: return 0;
  }
}

u32 BornOfObject(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kDeployment: return sim.At<Deployment>(object.row).born;
    case ObjectKind::kService: return sim.At<Service>(object.row).born;
    case ObjectKind::kNode: return sim.At<Node>(object.row).born;
    case ObjectKind::kPod: return sim.At<Pod>(object.row).born;
    default: return sim.At<Object>(object.row).born;
  }
}

}  // namespace

void SimCluster::Record(ObjectKind kind, u32 row, u32 born, u32 workload) {
  const u32 workload_born = workload == 0 ? 0 : world_.At<Deployment>(workload).born;
  for (WrittenObject& known : side_.written) {
    if (known.kind == kind && known.born == born) {
      ++known.writes;
      return;
    }
  }
  side_.written.push_back({kind, row, born, workload, workload_born, 1});
}

void SimCluster::RecordPod(u32 pod) {
  const u32 owner = world_.At<Pod>(pod).owner;
  const u32 workload = owner == 0 ? 0 : world_.At<ReplicaSet>(owner).deployment;
  Record(ObjectKind::kPod, pod, world_.At<Pod>(pod).born, workload);
}

bool SimCluster::Edit(ObjectRef object, EditOp op, u16 detail, u32 arg) {
  const Sim before = View();
  const u32 born = BornOfObject(before, object);
  Sim sim = View();
  if (!ApplyEdit(sim, object, op, detail, arg, kAgent)) return false;
  const u32 workload = object.kind == ObjectKind::kDeployment ? object.row : 0;
  Record(object.kind, object.row, born, workload);
  return true;
}

bool SimCluster::RepairService(Verb verb, const OptionValue& option, u32 row) {
  const ObjectRef object{ObjectKind::kService, row};
  switch (verb) {
    case Verb::kFixSelector: return Edit(object, EditOp::kCopySelector, 0, option.value);
    case Verb::kFixPort: {
      const Service& service = world_.At<Service>(row);
      const u32 index = CalledPortIndex(View().Typed<ServiceSpec>(service.doc),
                                        service.called_port);
      return Edit(object, EditOp::kSetTargetPort, static_cast<u16>(index), option.value);
    }
    case Verb::kRestoreConfig: return Edit(object, EditOp::kRestoreApplied, 0, 0);
    case Verb::kDeleteObject: {
      Sim sim = View();
      Record(ObjectKind::kService, row, sim.At<Service>(row).born, 0);
      DeleteService(sim, row, kAgent);
      return true;
    }
    default: return false;
  }
}

bool SimCluster::RepairWorkload(const Move& move, const OptionValue& option, u32 row) {
  Sim sim = View();
  const ObjectRef object{ObjectKind::kDeployment, row};
  const u16 main = static_cast<u16>(MainContainer(sim, row));
  const u32 born = sim.At<Deployment>(row).born;
  switch (move.verb) {
    case Verb::kRestart: {
      const RevId tmpl = sim.At<Deployment>(row).tmpl;
      SetDeploymentTemplate(sim, row, tmpl, RestartStamp(sim.now()), kAgent);
      break;
    }
    case Verb::kUndo:
      if (!UndoDeployment(sim, row, option.value, kAgent)) return false;
      break;
    case Verb::kScale: return Edit(object, EditOp::kSetReplicas, 0, option.value);
    case Verb::kDeletePod:
      RecordPod(option.value);
      DeletePod(sim, option.value);
      return true;
    case Verb::kSetImage: return Edit(object, EditOp::kSetImage, main, option.value);
    case Verb::kSetResources:
      return Edit(object, move.option == 2 ? EditOp::kSetCpuLimit : EditOp::kSetMemoryLimit, main,
                  option.value);
    case Verb::kRestoreConfig:
      return Edit({ObjectKind::kConfigMap, option.value}, EditOp::kRestoreApplied, 0, 0);
    case Verb::kDeleteObject:
      Record(ObjectKind::kDeployment, row, born, row);
      DeleteDeployment(sim, row, kAgent);
      return true;
    default: return false;
  }
  Record(ObjectKind::kDeployment, row, born, row);
  return true;
}

// kubectl drain: cordon, then evict what runs there.
void SimCluster::Drain(u32 node) {
  Sim sim = View();
  SetNodeUnschedulable(sim, node, true, kAgent);
  for (u32 pod = sim.At<Node>(node).first_pod; pod != 0;) {
    const u32 next = sim.At<Pod>(pod).next_on_node;
    RecordPod(pod);
    DeletePod(sim, pod);
    pod = next;
  }
}

bool SimCluster::RepairNode(Verb verb, u32 row) {
  Sim sim = View();
  switch (verb) {
    case Verb::kCordon: SetNodeUnschedulable(sim, row, true, kAgent); break;
    case Verb::kUncordon: SetNodeUnschedulable(sim, row, false, kAgent); break;
    case Verb::kDrain: Drain(row); break;
    case Verb::kRemoveTaint: return Edit({ObjectKind::kNode, row}, EditOp::kRemoveTaint, 0, 0);
    default: return false;
  }
  Record(ObjectKind::kNode, row, world_.At<Node>(row).born, 0);
  return true;
}

bool SimCluster::Repair(const Action& action) {
  const Move& move = MoveOf(action);
  const OptionValue option = ValueOf(action);
  if (!option.exists) return false;
  const u32 row = RowOf(action.kind, action.slot);
  Sim sim = View();
  EnsureHeadroom(sim);
  switch (action.kind) {
    case EntityKind::kService: return RepairService(move.verb, option, row);
    case EntityKind::kWorkload: return RepairWorkload(move, option, row);
    case EntityKind::kNode: return RepairNode(move.verb, row);
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return false;
}

// The same where another cluster has to take the write first.
bool SimCluster::CarryOutRepair(const Action& action) {
  if (driver_ == nullptr) return Repair(action);
  World before = pool_->Fork(world_);
  const std::vector<WrittenObject> written = side_.written;
  if (Repair(action) && driver_->CarryOut(before, *this)) return true;
  world_ = std::move(before);
  side_.written = written;
  return false;
}

ActionOutcome SimCluster::Apply(const Action& action) {
  ActionOutcome outcome;
  const bool legal = Legal(action);
  ++side_.steps;
  side_.acted = true;
  side_.last_action = legal ? action : Action{};
  if (legal) {
    const Verb verb = MoveOf(action).verb;
    if (IsRepair(verb)) {
      outcome.accepted = outcome.wrote = CarryOutRepair(action);
    } else {
      if (IsInvestigation(verb)) Investigate(action);
      outcome.accepted = true;
    }
  }
  if (outcome.wrote) {
    ++side_.writes;
    EntitySlot& slot = Slots(action.kind)[action.slot];
    if (slot.touched < 0xffff) ++slot.touched;
    side_.seen = {};
  }
  side_.last = outcome;
  if (side_.options.texts) {
    side_.last_text = legal ? ResultText(action, outcome) : "not a legal action";
  }
  SyncSlots();
  return outcome;
}

Result<ActionOutcome> SimCluster::ApplyPatch(std::string_view object, std::string_view type,
                                             std::string_view patch) {
  Sim sim = View();
  ++side_.steps;
  side_.acted = true;
  side_.last_action = Action{};
  side_.last = ActionOutcome{};
  const auto refused = [&](Error error) -> Error {
    if (side_.options.texts) side_.last_text = error.Text();
    return error;
  };
  const std::size_t slash = object.find('/');
  const ObjectKind kind = KindOf(object.substr(0, slash));
  if (slash == std::string_view::npos || kind == ObjectKind::kNone) {
    return refused({ErrorCode::kBadRequest, std::string(object),
                    "not an object; expected KIND/NAME with deployment (or workload), service, "
                    "configmap, secret, node or pod"});
  }
  const u32 row = FindRow(sim, kind, object.substr(slash + 1));
  if (row == 0) {
    return refused({ErrorCode::kNotFound, "", std::string(object) + " not found"});
  }
  EnsureHeadroom(sim);
  const u32 born = BornOfObject(sim, {kind, row});
  World before = driver_ == nullptr ? World{} : pool_->Fork(world_);
  Result<WriteOutcome> written = Patch(sim, {kind, row}, type, patch, kAgent);
  if (written && driver_ != nullptr && !driver_->CarryOut(before, *this)) {
    world_ = std::move(before);
    written = Error{ErrorCode::kForbidden, std::string(object), "the cluster refused the patch"};
  }
  if (side_.options.texts) {
    side_.last_text = written ? "patched" : written.error().Text();
  }
  if (!written) return written.error();
  if (kind == ObjectKind::kPod) {
    RecordPod(row);
  } else {
    Record(kind, row, born, kind == ObjectKind::kDeployment ? row : 0);
  }
  ++side_.writes;
  const EntityKind entity = EntityOf(kind);
  const std::optional<u16> slot = SlotOf(entity, row);
  if (slot) ++Slots(entity)[*slot].touched;
  side_.seen = {};
  side_.last = {true, true};
  SyncSlots();
  return side_.last;
}

}  // namespace wt
