// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/mirror/write_requests.h"
#include "realcluster/mirror/written_part.h"
#include "sim/cluster/api_path.h"
#include "sim/objects/kinds.h"
#include "sim/objects/render.h"
#include "sim/objects/write_plan.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"

namespace wt {
namespace {

Json Written(const Sim& sim, ObjectRef object) { return WrittenPart(RenderJson(sim, object)); }

std::string NamespaceOf(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kDeployment:
      return std::string(sim.Text(sim.At<Deployment>(object.row).ns));
    case ObjectKind::kService:
      return std::string(sim.Text(sim.At<Service>(object.row).ns));
    case ObjectKind::kPod:
      return std::string(sim.Text(sim.At<Pod>(object.row).ns));
    case ObjectKind::kNode:
    case ObjectKind::kReplicaSet:
    case ObjectKind::kNone:
      return "";
    default:
      return std::string(sim.Text(sim.At<Object>(object.row).ns));
  }
}

std::string CollectionOf(const Sim& sim, ObjectRef object) {
  return CollectionPath(KindOf(sim, object), NamespaceOf(sim, object));
}

std::string PathOf(const Sim& sim, ObjectRef object) {
  return CollectionOf(sim, object) + "/" + ObjectName(sim, object);
}

struct Requests {
  std::vector<ApiRequest> deletes, patches, posts;
};

template <class Row>
u32 BornIn(const Sim& sim, u32 row) {
  return row < sim.world.Used<Row>() ? sim.At<Row>(row).born : 0;
}

void Delete(const Sim& sim, ObjectRef object, Requests& out) {
  out.deletes.push_back({.method = "DELETE", .path = PathOf(sim, object)});
}

void PatchOf(const Sim& before, const Sim& after, ObjectRef object, Requests& out) {
  const Json patch = MergePatch(Written(before, object), Written(after, object));
  if (patch.empty()) return;
  out.patches.push_back({.method = "PATCH",
                         .path = PathOf(after, object),
                         .content_type = "application/merge-patch+json",
                         .body = patch.dump()});
}

void PostOf(const Sim& sim, ObjectRef object, Requests& out) {
  const KindInfo& kind = KindOf(sim, object);
  Json whole = Written(sim, object);
  whole["apiVersion"] = kind.group.empty() ? std::string(kind.version)
                                           : fmt::format("{}/{}", kind.group, kind.version);
  whole["kind"] = kind.kind;
  whole["metadata"]["name"] = ObjectName(sim, object);
  if (const std::string ns = NamespaceOf(sim, object); !ns.empty()) {
    whole["metadata"]["namespace"] = ns;
  }
  out.posts.push_back({.method = "POST",
                       .path = CollectionOf(sim, object),
                       .content_type = "application/json",
                       .body = whole.dump()});
}

template <class Row>
void Compare(const Sim& before, const Sim& after, ObjectKind kind, Requests& out) {
  const u32 rows = std::max(before.world.Used<Row>(), after.world.Used<Row>());
  for (u32 row = 1; row < rows; ++row) {
    const ObjectRef object{kind, row};
    const bool was = Exists(before, object), is = Exists(after, object);
    const bool same = was && is && BornIn<Row>(before, row) == BornIn<Row>(after, row);
    if (same) {
      PatchOf(before, after, object, out);
      continue;
    }
    if (was) Delete(before, object, out);
    if (is) PostOf(after, object, out);
  }
}

void ComparePods(const Sim& before, const Sim& after, Requests& out) {
  for (u32 row = 1; row < before.world.Used<Pod>(); ++row) {
    const u32 born = before.At<Pod>(row).born;
    if (born == 0 || IsTerminating(before.At<Pod>(row))) continue;
    const bool stays = BornIn<Pod>(after, row) == born && !IsTerminating(after.At<Pod>(row));
    if (!stays) Delete(before, {ObjectKind::kPod, row}, out);
  }
}

}  // namespace

std::vector<ApiRequest> WriteRequests(const Sim& before, const Sim& after) {
  Requests out;
  ComparePods(before, after, out);
  Compare<Node>(before, after, ObjectKind::kNode, out);
  Compare<Object>(before, after, ObjectKind::kOther, out);
  Compare<Service>(before, after, ObjectKind::kService, out);
  Compare<Deployment>(before, after, ObjectKind::kDeployment, out);
  std::vector<ApiRequest> all = std::move(out.deletes);
  for (auto* more : {&out.patches, &out.posts}) {
    for (ApiRequest& request : *more) all.push_back(std::move(request));
  }
  return all;
}

}  // namespace wt
