// SPDX-License-Identifier: Apache-2.0
// FILE.wtc: the state of a training run, whatever its network (docs/policy_format.md).
// Little-endian: "WTCHECK2", the words of SavedRun in their order, counts, floats, checksum
// (XXH3, 64 bits) of all before it.
#pragma once

#include <string>
#include <vector>

#include "learners/update.h"
#include "sim/api/result.h"

namespace wt {

enum class NetworkKind : u32 { kCluster = 1, kCartPole = 2 };

struct SavedRun {
  NetworkKind network = NetworkKind::kCluster;
  u32 width = 0;
  bool blind = false;
  u64 next_update = 0;
  u64 config_hash = 0;  // of what must be equal for a resume to mean the same run
  u64 episodes = 0, decisions = 0;
  f64 cpu_s = 0;        // spent so far
  std::vector<f32> parameters;  // in file order
  AdamState optimizer;
  std::vector<f32> returns;     // of the latest episodes, oldest first; may be empty
};

// Whole or not at all. Error: kEnvironment.
Status WriteSavedRun(const SavedRun& run, const std::string& path);

// Errors: kEnvironment (not there), kUsage (damaged, another format, another network).
Result<SavedRun> ReadSavedRun(const std::string& path, NetworkKind network);

// A kUsage error about this file.
Error UnusableCheckpoint(const std::string& path, const std::string& what);

// Of what the next update depends on: equal runs have equal hashes.
u64 HashSavedRun(const SavedRun& run);

}  // namespace wt
