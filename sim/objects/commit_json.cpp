// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/compile.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/render.h"
#include "sim/objects/split.h"
#include "sim/objects/write_plan.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// By the row, since one reference may call a ConfigMap "any other object".
RevKind KindOfDocument(const Sim& sim, ObjectRef object) {
  return DocumentKind(KindOf(sim, object).kind);
}

// The interned revision of a document; `blob` is used when not empty, else compiled.
Result<RevId> Resolve(Sim& sim, RevKind kind, const std::string& document, std::string& blob,
                      bool& for_this_world_only) {
  const auto known = sim.blueprint.by_content.find(RevisionContent(kind, document));
  if (known != sim.blueprint.by_content.end()) return known->second;
  if (blob.empty()) {
    SimInterner interner(sim);
    auto compiled = Compile(kind, nlohmann::json::parse(document), interner);
    if (!compiled) return compiled.error();
    blob = std::move(*compiled);
    for_this_world_only = for_this_world_only || interner.made_overlay_ids();
  }
  return InternRevision(sim, kind, document, blob);
}

bool CommitDeployment(Sim& sim, u32 row, RevId document, RevId tmpl, const WritePlan& plan,
                      u32 actor) {
  const Deployment old = sim.At<Deployment>(row);
  const u32 restarted = plan.restarted_at_s.value_or(old.restarted_at_s);
  const RevId new_tmpl = tmpl == 0 ? old.tmpl : tmpl;
  const bool new_doc = document != 0 && document != old.doc;
  bool new_spec = new_doc && plan.spec_changed;
  if (new_doc) SetDeploymentDoc(sim, row, document, actor);
  if (new_tmpl != old.tmpl || restarted != old.restarted_at_s) {
    SetDeploymentTemplate(sim, row, new_tmpl, restarted, actor);
    new_spec = true;
  }
  if (plan.replicas && *plan.replicas != old.replicas) {
    SetDeploymentReplicas(sim, row, *plan.replicas, actor);
    new_spec = true;
  }
  if (plan.paused && *plan.paused != (old.paused != 0)) {
    SetDeploymentPaused(sim, row, *plan.paused, actor);
    new_spec = true;
  }
  // One write is one step of metadata.generation, none when only metadata changed.
  sim.At<Deployment>(row).generation = old.generation + (new_spec ? 1u : 0u);
  return new_doc || new_spec;
}

bool CommitNode(Sim& sim, u32 row, RevId document, const WritePlan& plan, u32 actor) {
  const Node old = sim.At<Node>(row);
  bool changed = false;
  if (document != 0 && document != old.doc) {
    SetNodeDoc(sim, row, document, actor);
    changed = true;
  }
  if (plan.unschedulable && *plan.unschedulable != (old.unschedulable != 0)) {
    SetNodeUnschedulable(sim, row, *plan.unschedulable, actor);
    changed = true;
  }
  return changed;
}

bool CommitPod(Sim& sim, u32 row, RevId tmpl) {
  if (tmpl == 0 || tmpl == sim.At<Pod>(row).spec) return false;
  SetPodSpec(sim, row, tmpl);
  return true;
}

}  // namespace

RevId DocumentRev(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNode: return sim.At<Node>(object.row).doc;
    case ObjectKind::kDeployment: return sim.At<Deployment>(object.row).doc;
    case ObjectKind::kService: return sim.At<Service>(object.row).doc;
    case ObjectKind::kPod: return sim.At<Pod>(object.row).spec;
    case ObjectKind::kReplicaSet:
    case ObjectKind::kNone: return 0;
    default: return sim.At<Object>(object.row).doc;
  }
}

RevId TemplateRev(const Sim& sim, ObjectRef object) {
  if (object.kind == ObjectKind::kDeployment) return sim.At<Deployment>(object.row).tmpl;
  if (object.kind == ObjectKind::kPod) return sim.At<Pod>(object.row).spec;
  return 0;
}

bool Exists(const Sim& sim, ObjectRef object) {
  const auto shown = [&]<class Row>(const Row*) {
    if (object.row == 0 || object.row >= sim.world.Used<Row>()) return false;
    const Row& row = sim.At<Row>(object.row);
    if constexpr (requires { row.deleting; }) {
      if (row.deleting) return false;
    }
    return row.born != 0;
  };
  switch (object.kind) {
    case ObjectKind::kNone: return false;
    case ObjectKind::kNode: return shown(static_cast<const Node*>(nullptr));
    case ObjectKind::kDeployment: return shown(static_cast<const Deployment*>(nullptr));
    case ObjectKind::kReplicaSet: return shown(static_cast<const ReplicaSet*>(nullptr));
    case ObjectKind::kPod: return shown(static_cast<const Pod*>(nullptr));
    case ObjectKind::kService: return shown(static_cast<const Service*>(nullptr));
    default: return shown(static_cast<const Object*>(nullptr));
  }
}

Result<RevId> InternDocument(Sim& sim, RevKind kind, const std::string& document) {
  std::string blob;
  bool for_this_world_only = false;
  return Resolve(sim, kind, document, blob, for_this_world_only);
}

bool CommitRevisions(Sim& sim, ObjectRef object, RevId document, RevId tmpl,
                     const WritePlan& plan, u32 actor) {
  switch (object.kind) {
    case ObjectKind::kDeployment:
      return CommitDeployment(sim, object.row, document, tmpl, plan, actor);
    case ObjectKind::kNode: return CommitNode(sim, object.row, document, plan, actor);
    case ObjectKind::kPod: return CommitPod(sim, object.row, tmpl);
    case ObjectKind::kNone:
    case ObjectKind::kReplicaSet: return false;
    default: break;
  }
  if (document == 0 || document == DocumentRev(sim, object)) return false;
  if (object.kind == ObjectKind::kService) {
    SetServiceDoc(sim, object.row, document, actor);
  } else {
    SetObjectDoc(sim, object.row, document, actor);
  }
  return true;
}

Result<bool> CommitPlan(Sim& sim, ObjectRef object, const WritePlan& plan, u32 actor,
                        PlanBlobs& blobs) {
  if (plan.empty()) return false;
  RevId document = 0, tmpl = 0;
  if (plan.document) {
    const auto rev = Resolve(sim, KindOfDocument(sim, object), *plan.document, blobs.document,
                             blobs.for_this_world_only);
    if (!rev) return rev.error();
    document = *rev;
  }
  if (plan.tmpl) {
    const auto rev =
        Resolve(sim, RevKind::kTemplate, *plan.tmpl, blobs.tmpl, blobs.for_this_world_only);
    if (!rev) return rev.error();
    tmpl = *rev;
  }
  EnsureHeadroom(sim);
  return CommitRevisions(sim, object, document, tmpl, plan, actor);
}

}  // namespace wt
