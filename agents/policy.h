// SPDX-License-Identifier: Apache-2.0
// A policy maps observations to actions. Called with a whole batch, so that a network runs one
// forward pass for all episodes of a chunk. Includes only sim/api: an agent cannot read the answer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/api/action.h"
#include "sim/api/cluster.h"
#include "sim/api/observation.h"

namespace wt {

// What only an external agent says; cleared before each decision.
struct ExternalWords {
  // A patch in place of `chosen` when `patch_object` is not empty (Cluster::ApplyPatch).
  std::string patch_object, patch_type, patch;
  Answer answer;        // of a submit: exact object, kind and field of the cause
  bool answered = false;
  std::string lost;     // why the agent's program lost this episode; empty: it did not
};

// What an agent that reads words is told beside the observation. No scenario, seed or fault.
struct AgentContext {
  const Cluster* cluster = nullptr;
  std::string_view task;       // "resolve"
  std::string_view complaint;  // of the user, "" = none so far
  u32 steps_left = 0;
  SimTime time_left = 0;
  ExternalWords* words = nullptr;  // out
};

// One episode's part of a batch.
struct PolicySlot {
  ObservationView observation;   // current
  u64 key = 0;                   // the episode's own key for the policy's sampling
  u32 step = 0;                  // decisions taken before this one
  void* memory = nullptr;        // what MakeMemory returned for this episode, or null
  Action chosen;                 // out
  f32 log_prob = 0;              // out, of `chosen` under the policy; 0 for scripted ones
  const AgentContext* context = nullptr;  // set for policies that want it
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::string Name() const = 0;
  // Bytes of per-episode memory the policy wants, zeroed at the start of an episode; 0 = none.
  virtual u32 MemoryBytes() const { return 0; }
  // True: every slot has a context, and results of moves are rendered as texts (slower).
  virtual bool WantsContext() const { return false; }
  // Chooses one legal action per slot. Deterministic in (observation, key, step, memory).
  virtual void Act(std::span<PolicySlot> slots) = 0;
};

}  // namespace wt
