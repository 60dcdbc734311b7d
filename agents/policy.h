// SPDX-License-Identifier: Apache-2.0
// A policy maps observations to actions. Called with a whole batch, so that a network runs one
// forward pass for all episodes of a chunk. Includes only sim/api: an agent cannot read the answer.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "sim/api/action.h"
#include "sim/api/observation.h"

namespace wt {

// One episode's part of a batch.
struct PolicySlot {
  ObservationView observation;   // current
  u64 key = 0;                   // the episode's own key for the policy's sampling
  u32 step = 0;                  // decisions taken before this one
  void* memory = nullptr;        // what MakeMemory returned for this episode, or null
  Action chosen;                 // out
  f32 log_prob = 0;              // out, of `chosen` under the policy; 0 for scripted ones
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::string Name() const = 0;
  // Bytes of per-episode memory the policy wants, zeroed at the start of an episode; 0 = none.
  virtual u32 MemoryBytes() const { return 0; }
  // Chooses one legal action per slot. Deterministic in (observation, key, step, memory).
  virtual void Act(std::span<PolicySlot> slots) = 0;
};

}  // namespace wt
