// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/write.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/edits.h"
#include "sim/objects/memo.h"
#include "sim/objects/parse_json.h"
#include "sim/objects/patch.h"
#include "sim/objects/render.h"
#include "sim/objects/update_rules.h"
#include "sim/objects/write_plan.h"
#include "sim/transitions.h"

namespace wt {
namespace {

Result<PatchType> TypeOf(std::string_view name) {
  if (name == "json") return PatchType::kJson;
  if (name == "merge") return PatchType::kMerge;
  if (name == "strategic") return PatchType::kStrategic;
  return BadRequestError(fmt::format("unknown patch type {}", name));
}

Result<WritePlan> PlanPatch(const Sim& sim, ObjectRef object, PatchType type, const Json& patch) {
  const Json before = RenderJson(sim, object);
  auto after = ApplyPatch(type, KindOf(sim, object).kind, before, patch);
  if (!after) return after.error();
  return PlanUpdate(sim, object, before, std::move(*after));
}

// The Deployment whose pods kCopySelector's Service shall select; 0 = there is none.
u32 CopySource(const Sim& sim, ObjectRef object, EditOp op, u32 arg) {
  if (op != EditOp::kCopySelector || object.kind != ObjectKind::kService) return 0;
  const u32 row = FindDeployment(sim, sim.At<Service>(object.row).ns, arg);
  return Exists(sim, {ObjectKind::kDeployment, row}) ? row : 0;
}

// An edit through the whole path but commit.
Result<WritePlan> PlanEdit(const Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg) {
  const Json before = RenderJson(sim, object);
  EditInput input{op, detail, arg, TakesText(op) ? sim.Text(arg) : "", nullptr};
  Json labels;
  if (const u32 source = CopySource(sim, object, op, arg); source != 0) {
    const Json workload = RenderJson(sim, {ObjectKind::kDeployment, source});
    labels = Map(Map(Map(workload, "spec"), "selector"), "matchLabels");
    input.labels = &labels;
  }
  const std::string_view kind = KindOf(sim, object).kind;
  const auto patch = EditPatch(kind, before, input);
  if (!patch) return patch.error();
  auto after = ApplyPatch(PatchType::kJson, kind, before, *patch);
  if (!after) return after.error();
  auto plan = PlanUpdate(sim, object, before, std::move(*after));
  if (!plan || op != EditOp::kRestoreApplied || object.kind != ObjectKind::kDeployment) {
    return plan;
  }
  // Columns in full, so that the plan serves Deployments whose columns differ from this one's.
  const Deployment& row = sim.At<Deployment>(object.row);
  if (!plan->replicas) plan->replicas = row.replicas;
  if (!plan->paused) plan->paused = row.paused != 0;
  if (!plan->restarted_at_s) plan->restarted_at_s = row.restarted_at_s;
  return plan;
}

// Columns need no document: replicas and paused.
Result<WriteOutcome> EditColumn(Sim& sim, ObjectRef object, EditOp op, u32 arg, u32 actor) {
  if (object.kind != ObjectKind::kDeployment) {
    return BadRequestError("only a Deployment has this field");
  }
  const auto& row = sim.At<Deployment>(object.row);
  WritePlan plan;
  if (op == EditOp::kSetReplicas) {
    if (arg > INT32_MAX) {
      return InvalidFieldError(
          KindOf(sim, object), ObjectName(sim, object), "spec.replicas",
          fmt::format("Invalid value: {}: must be greater than or equal to 0",
                      static_cast<i32>(arg)));
    }
    if (row.replicas != static_cast<i32>(arg)) plan.replicas = static_cast<i32>(arg);
  } else if ((row.paused != 0) != (arg != 0)) {
    plan.paused = arg != 0;
  }
  if (plan.empty()) return WriteOutcome{};
  EnsureHeadroom(sim);
  return WriteOutcome{CommitRevisions(sim, object, 0, 0, plan, actor)};
}

// A precompiled edge leads from one revision to one revision.
bool TakeEdge(Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg, u32 actor,
              WriteOutcome& outcome) {
  const bool of_template = TargetOf(op) == EditTarget::kTemplate;
  if (object.kind == ObjectKind::kPod) return false;
  if (TargetOf(op) == EditTarget::kWhole && object.kind == ObjectKind::kDeployment) return false;
  if (op == EditOp::kCopySelector) {
    const u32 source = CopySource(sim, object, op, arg);
    if (source == 0 || (sim.At<Deployment>(source).doc & kOverlayBit) != 0) return false;
  }
  const RevId base = of_template ? TemplateRev(sim, object) : DocumentRev(sim, object);
  const auto edge = sim.blueprint.edges.find({base, op, detail, arg});
  if (base == 0 || edge == sim.blueprint.edges.end()) return false;
  const WritePlan plan;
  EnsureHeadroom(sim);
  outcome.changed = CommitRevisions(sim, object, of_template ? 0 : edge->second,
                                    of_template ? edge->second : 0, plan, actor);
  return true;
}

MemoKey KeyOf(const Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg) {
  MemoKey key;
  key.blueprint = sim.blueprint.content_hash;
  key.document = ContentOf(sim, DocumentRev(sim, object));
  key.tmpl = ContentOf(sim, TemplateRev(sim, object));
  if (const u32 source = CopySource(sim, object, op, arg); source != 0) {
    key.other = ContentOf(sim, sim.At<Deployment>(source).doc);
  }
  if (object.kind == ObjectKind::kDeployment) {
    key.restarted_at_s = sim.At<Deployment>(object.row).restarted_at_s;
  }
  key.op = op;
  key.detail = detail;
  key.arg = arg;
  key.kind = object.kind;
  return key;
}

}  // namespace

Result<WriteOutcome> Patch(Sim& sim, ObjectRef object, std::string_view type,
                           std::string_view patch_json, u32 actor, bool dry_run) {
  if (!Exists(sim, object)) return NoSuchResourceError();
  const auto patch_type = TypeOf(type);
  if (!patch_type) return patch_type.error();
  const auto patch = ParseJson(patch_json, "patch");
  if (!patch) return BadRequestError(patch.error().Text());
  const auto plan = PlanPatch(sim, object, *patch_type, *patch);
  if (!plan) return plan.error();
  if (dry_run) return WriteOutcome{!plan->empty()};
  PlanBlobs blobs;
  const auto changed = CommitPlan(sim, object, *plan, actor, blobs);
  if (!changed) return changed.error();
  return WriteOutcome{*changed};
}

Result<WriteOutcome> ApplyEdit(Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg,
                               u32 actor) {
  if (!Exists(sim, object)) return NoSuchResourceError();
  if (TargetOf(op) == EditTarget::kColumn) return EditColumn(sim, object, op, arg, actor);
  WriteOutcome outcome;
  if (Switches().edges && TakeEdge(sim, object, op, detail, arg, actor, outcome)) return outcome;

  // A pod's owner and node are part of what is rendered; a string of this World means nothing
  // elsewhere.
  const bool memo = Switches().memo && object.kind != ObjectKind::kPod &&
                    !(TakesText(op) && (arg & kOverlayBit) != 0);
  const MemoKey key = memo ? KeyOf(sim, object, op, detail, arg) : MemoKey{};
  MemoEntry fresh;
  MemoEntry* entry = memo ? ThreadMemo().Find(key) : nullptr;
  if (entry == nullptr) {
    auto plan = PlanEdit(sim, object, op, detail, arg);
    if (!plan) return plan.error();
    fresh.plan = std::move(*plan);
    entry = &fresh;
  }
  const auto changed = CommitPlan(sim, object, entry->plan, actor, entry->blobs);
  if (!changed) return changed.error();
  if (memo && entry == &fresh && !fresh.blobs.for_this_world_only) {
    ThreadMemo().Put(key, std::move(fresh));
  }
  return WriteOutcome{*changed};
}

}  // namespace wt
