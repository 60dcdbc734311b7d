// SPDX-License-Identifier: Apache-2.0
// Objects as the API shows them: documents joined with what rows own and with status. Reading
// only; the World's bytes stay. O(size of the object), a ReplicaSet's pods are not walked.
#pragma once

#include <string>
#include <string_view>

#include "sim/objects/json_fwd.h"
#include "sim/objects/kinds.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

// The whole object. REQUIRES: the row is live.
Json RenderJson(const Sim& sim, ObjectRef object);

// Its status alone; null for kinds without one.
Json RenderStatus(const Sim& sim, ObjectRef object);
Json RenderPodStatus(const Sim& sim, u32 pod);  // render_pod_json.cpp

// The kind of an object's row.
const KindInfo& KindOf(const Sim& sim, ObjectRef object);
std::string ObjectName(const Sim& sim, ObjectRef object);

std::string ClusterIpText(u32 number);  // within 10.96.0.0/16

}  // namespace wt
