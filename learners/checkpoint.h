// SPDX-License-Identifier: Apache-2.0
// Everything a training run on the cluster needs to go on as if it had not stopped: weights, Adam,
// the number of the next update. Random draws are functions of (seed, update), so there is no
// generator state.
#pragma once

#include <string>

#include "agents/network.h"
#include "learners/checkpoint_file.h"

namespace wt {

struct Checkpoint {
  NetworkWeights weights;
  AdamState optimizer;
  u64 next_update = 0;
  u64 config_hash = 0;  // of what must be equal for a resume to mean the same run
  u64 episodes = 0, decisions = 0;
  f64 cpu_s = 0;        // spent so far
};

// Whole or not at all. Error: kEnvironment.
Status SaveCheckpoint(const Checkpoint& checkpoint, const std::string& path);
// Errors: kEnvironment (not there), kUsage (damaged, or of a network with another number of
// parameters: the message names both).
Result<Checkpoint> LoadCheckpoint(const std::string& path);

// Hash of weights and optimizer: equal runs have equal hashes.
u64 HashCheckpoint(const Checkpoint& checkpoint);

}  // namespace wt
