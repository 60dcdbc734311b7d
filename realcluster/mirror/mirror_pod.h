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

// The reason whose text this is, of all up to `last`; `other` for one that a World does not know.
template <class Reason>
Reason Named(const char* (*text_of)(Reason), Reason last, std::string_view name, Reason other) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (text_of(static_cast<Reason>(i)) == name) return static_cast<Reason>(i);
  }
  return other;
}

// pod-template-hash and the tail of a pod's name as the numbers that rows keep; false: they are
// not of the form that Kubernetes draws.
bool ReadHashLetters(std::string_view text, u32& hash);
bool ReadTailLetters(std::string_view text, u32& tail);

}  // namespace wt
