// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/canonical.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/access.h"
#include "sim/objects/render.h"
#include "sim/objects/split.h"
#include "sim/objects/update_rules.h"
#include "sim/objects/validation.h"
#include "sim/objects/write_plan.h"

namespace wt {
namespace {

std::optional<std::string> IfNew(const Sim& sim, RevId rev, const Json& document) {
  if (document.is_null()) return std::nullopt;
  std::string text = Canonical(document);
  if (text == DocumentOf(sim, rev)) return std::nullopt;
  return text;
}

void CopyMember(const Json& from, Json& to, const char* member) {
  if (from.contains(member)) {
    to[member] = from[member];
  } else {
    to.erase(member);
  }
}

// A pod's own revision: its template with the few changes that an update may make.
Json PodTemplateOf(const Sim& sim, const Pod& pod, const Json& before, const Json& after,
                   const ObjectParts& parts) {
  Json out = Json::parse(DocumentOf(sim, pod.spec));
  Json metadata = Map(parts.tmpl, "metadata");
  if (pod.owner != 0 && sim.At<ReplicaSet>(pod.owner).restarted_at_s != 0 &&
      metadata.contains("annotations")) {
    metadata["annotations"].erase(std::string(kRestartedAt));
    if (metadata["annotations"].empty()) metadata.erase("annotations");
  }
  out["metadata"] = std::move(metadata);
  Json& spec = out["spec"];
  const Json& now = Map(after, "spec");
  for (const char* list : {"containers", "initContainers"}) {
    for (size_t i = 0; spec.contains(list) && i < spec[list].size(); ++i) {
      CopyMember(now[list][i], spec[list][i], "image");
    }
  }
  CopyMember(now, spec, "activeDeadlineSeconds");
  if (List(now, "tolerations") != List(Map(before, "spec"), "tolerations")) {
    CopyMember(now, spec, "tolerations");
  }
  return out;
}

void PlanDeployment(const Sim& sim, u32 row, const ObjectParts& parts, WritePlan& plan) {
  const Deployment& deployment = sim.At<Deployment>(row);
  plan.tmpl = IfNew(sim, deployment.tmpl, parts.tmpl);
  if (parts.replicas != deployment.replicas) plan.replicas = parts.replicas;
  if (parts.paused != (deployment.paused != 0)) plan.paused = parts.paused;
  if (parts.restarted_at_s != deployment.restarted_at_s) {
    plan.restarted_at_s = parts.restarted_at_s;
  }
}

}  // namespace

Result<WritePlan> PlanUpdate(const Sim& sim, ObjectRef object, const Json& before, Json after) {
  const KindInfo& kind = KindOf(sim, object);
  if (Status prepared = PrepareUpdate(kind, before, after); !prepared) return prepared.error();
  if (Status decoded = CheckDecoding(after); !decoded) return decoded.error();
  ApplyDefaults(after);
  AdmitObject(kind.kind, after);
  if (Status valid = CheckValid(after, &before); !valid) return valid.error();

  const ObjectParts parts = SplitObject(kind.kind, after);
  WritePlan plan;
  if (object.kind == ObjectKind::kPod) {
    const Pod& pod = sim.At<Pod>(object.row);
    plan.tmpl = IfNew(sim, pod.spec, PodTemplateOf(sim, pod, before, after, parts));
    return plan;
  }
  plan.document = IfNew(sim, DocumentRev(sim, object), parts.document);
  if (plan.document) {
    const Json old = Json::parse(DocumentOf(sim, DocumentRev(sim, object)));
    plan.spec_changed = Map(old, "spec") != Map(parts.document, "spec");
  }
  if (object.kind == ObjectKind::kDeployment) PlanDeployment(sim, object.row, parts, plan);
  if (object.kind == ObjectKind::kNode &&
      parts.unschedulable != (sim.At<Node>(object.row).unschedulable != 0)) {
    plan.unschedulable = parts.unschedulable;
  }
  return plan;
}

}  // namespace wt
