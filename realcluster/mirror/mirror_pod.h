// SPDX-License-Identifier: Apache-2.0
// A pod's status from the API into its row and those of its containers. Used by mirror_json.cpp.
#pragma once

#include <functional>
#include <string_view>

#include "sim/objects/json_fwd.h"
#include "sim/sim.h"

namespace wt {

// `world_ms`: the World's time of an API timestamp, 0 for "".
using WorldClock = std::function<i32(std::string_view)>;

// Phase, conditions, address, containers, deletion. REQUIRES: the row is live, bound when the pod
// is.
void MirrorPodStatus(Sim& sim, u32 pod, const Json& object, const WorldClock& world_ms);

// pod-template-hash and the tail of a pod's name as the numbers that rows keep; false: they are
// not of the form that Kubernetes draws.
bool ReadHashLetters(std::string_view text, u32& hash);
bool ReadTailLetters(std::string_view text, u32& tail);

}  // namespace wt
