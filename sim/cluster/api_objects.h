// SPDX-License-Identifier: Apache-2.0
// The objects of a World as the API server keeps them: which kinds there are, what selectors see
// of an object, and objects that the World holds in another form (Events, Namespaces).
// Sources, Kubernetes v1.35: pkg/registry/*/strategy.go (selectable fields), client-go
// tools/record/event.go (names of Events).
#pragma once

#include <string_view>
#include <vector>

#include "sim/cluster/api_path.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/write_plan.h"
#include "sim/sim.h"

namespace wt {

// False for kinds that a real cluster makes by itself and that are not modelled: an empty list of
// them would be untrue. One that is carried as a document is served all the same. O(objects).
bool IsServed(const Sim& sim, const KindInfo& kind);

// {"uid", "labels", "fields"}: what selectors can ask of an object.
Json KeysOf(const Json& object);

// Error: kBadRequest, a field that the kind has no selector for.
Status CheckFields(const KindInfo& kind, const FieldSelector& fields);

// False for keys that are null: there is no object.
bool Selected(const ApiPath& path, const ApiQuery& query, const Json& keys);

// "v1", "apps/v1".
std::string ApiVersion(const KindInfo& kind);

// Namespace `name` without uid and resourceVersion: the World knows it by its objects alone.
Json NamespaceJson(std::string_view name);

// All Events, oldest occurrence first; without uid.
std::vector<Json> EventObjects(const Sim& sim);

template <class Row, class Visit>
void EachRow(const Sim& sim, ObjectKind kind, const Visit& visit) {
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    if (Exists(sim, {kind, row})) visit(ObjectRef{kind, row});
  }
}

template <class Visit>
void EachObject(const Sim& sim, const Visit& visit) {
  EachRow<Node>(sim, ObjectKind::kNode, visit);
  EachRow<Deployment>(sim, ObjectKind::kDeployment, visit);
  EachRow<ReplicaSet>(sim, ObjectKind::kReplicaSet, visit);
  EachRow<Pod>(sim, ObjectKind::kPod, visit);
  EachRow<Service>(sim, ObjectKind::kService, visit);
  EachRow<Object>(sim, ObjectKind::kOther, visit);
}

}  // namespace wt
