// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/canonical.h"
#include "sim/objects/load.h"
#include "sim/objects/parse_json.h"
#include "sim/objects/split.h"
#include "sim/objects/write.h"
#include "sim/objects/write_plan.h"
#include "sim/transitions.h"

namespace wt {
namespace {

u32 FindRow(const Sim& sim, ObjectKind kind, u16 object_kind, StrId ns, StrId name) {
  switch (kind) {
    case ObjectKind::kNode: return FindNode(sim, name);
    case ObjectKind::kDeployment: return FindDeployment(sim, ns, name);
    case ObjectKind::kService: return FindService(sim, ns, name);
    case ObjectKind::kPod:
      for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) {
        const Pod& pod = sim.At<Pod>(p);
        if (pod.born != 0 && pod.ns == ns && pod.name == name) return p;
      }
      return 0;
    default: return FindObject(sim, object_kind, ns, name);
  }
}

// Only what a client says of an object.
Json WithoutServerMade(const Json& object) {
  Json out = object;
  out.erase("status");
  Json metadata = Json::object();
  for (const char* key : {"name", "namespace", "labels", "annotations"}) {
    if (const Json* value = Find(Map(object, "metadata"), key)) metadata[key] = *value;
  }
  out["metadata"] = std::move(metadata);
  return out;
}

Result<RevId> Interned(Sim& sim, RevKind kind, const Json& document) {
  if (document.is_null()) return RevId{0};
  return InternDocument(sim, kind, Canonical(document));
}

}  // namespace

Result<ObjectRef> Create(Sim& sim, std::string_view object_json, u32 actor) {
  const auto given = ParseJson(object_json, "object");
  if (!given) return BadRequestError(given.error().Text());
  const KindInfo* kind = FindKind(Text(*given, "apiVersion"), Text(*given, "kind"));
  if (kind == nullptr) return BadRequestError("no such kind");
  const ObjectKind row_kind = ObjectKindNamed(kind->kind);
  if (row_kind == ObjectKind::kReplicaSet) {
    return BadRequestError("ReplicaSets are made by Deployments here");
  }
  Json object = WithoutServerMade(*given);
  if (Status admitted = AdmitManifest(object); !admitted) return admitted.error();
  const ObjectParts parts = SplitObject(kind->kind, std::move(object));
  LoadedObject loaded;
  loaded.kind = static_cast<u8>(row_kind == ObjectKind::kNone ? ObjectKind::kOther : row_kind);
  loaded.object_kind = static_cast<u16>(kind - AllKinds().data());
  loaded.name = InternString(sim, parts.name);
  loaded.ns = InternString(sim, parts.ns);
  loaded.replicas = parts.replicas;
  if (FindRow(sim, row_kind, loaded.object_kind, loaded.ns, loaded.name) != 0) {
    return Error{ErrorCode::kAlreadyExists, "",
                 fmt::format("{} \"{}\" already exists", kind->plural, parts.name)};
  }
  const auto doc = Interned(sim, DocumentKind(kind->kind), parts.document);
  if (!doc) return doc.error();
  const auto tmpl = Interned(sim, RevKind::kTemplate, parts.tmpl);
  if (!tmpl) return tmpl.error();
  loaded.doc = *doc;
  loaded.tmpl = *tmpl;
  const ObjectRef made = CreateLoaded(sim, loaded, actor);
  if (made.kind == ObjectKind::kDeployment) {
    sim.At<Deployment>(made.row).restarted_at_s = parts.restarted_at_s;
    sim.At<Deployment>(made.row).paused = parts.paused;
  }
  if (made.kind == ObjectKind::kNode) sim.At<Node>(made.row).unschedulable = parts.unschedulable;
  return made;
}

}  // namespace wt
