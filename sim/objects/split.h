// SPDX-License-Identifier: Apache-2.0
// A whole object (defaulted, validated) taken apart by the owners of its fields (fields.def): what
// the row keeps, the pod template, the rest. RenderObject (sim/objects/render.h) is the reverse.
// Documents hold no server-made field, so equal intentions have equal canonical bytes.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"
#include "sim/typed.h"

namespace wt {

struct ObjectParts {
  // Row-owned.
  std::string name, ns;
  i32 replicas = 1;
  u32 restarted_at_s = 0;
  bool paused = false, unschedulable = false;
  // Documents; null where the kind has none. A Pod has a template only (its node, where set by
  // hand, included), a Deployment both.
  Json document, tmpl;
};

inline constexpr std::string_view kRestartedAt = "kubectl.kubernetes.io/restartedAt";
inline constexpr std::string_view kLastApplied =
    "kubectl.kubernetes.io/last-applied-configuration";
inline constexpr std::string_view kRevisionAnnotation = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kUnschedulableTaint = "node.kubernetes.io/unschedulable";
inline constexpr std::string_view kNotReadyTaint = "node.kubernetes.io/not-ready";

// O(size of the object).
ObjectParts SplitObject(std::string_view kind, Json object);

// Which revision holds the document of a kind (a Pod's is kTemplate).
RevKind DocumentKind(std::string_view kind);

// What the API server adds when an object is created, beyond defaulting: metadata labels of
// namespaces, node ports, a Secret's stringData folded into data. Idempotent.
void AdmitObject(std::string_view kind, Json& object);

}  // namespace wt
