// SPDX-License-Identifier: Apache-2.0
// FILE.wtp: the weights of a native policy (docs/policy_format.md). Little-endian:
//   "WTPOLICY", u32 format 1, u32 width, u32 blind, u32 layers,
//   per layer u32 in, u32 out, (in + 1) * out floats; u64 checksum (FNV-1a) of all before it.
#pragma once

#include <string>

#include "agents/network.h"
#include "sim/api/result.h"

namespace wt {

// Written whole or not at all (temporary file, rename). Error: kEnvironment.
Status SavePolicy(const NetworkWeights& weights, const std::string& path);

// Errors: kEnvironment (no such file), kUsage (not a policy, another format, features or moves
// that do not fit this build: the message names both numbers, damaged).
Result<NetworkWeights> LoadPolicy(const std::string& path);

}  // namespace wt
