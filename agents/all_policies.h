// SPDX-License-Identifier: Apache-2.0
// The policies there are, by the name that `--agent` takes.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "agents/policy.h"

namespace wt {

struct PolicyEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Policy> (*make)();
};

std::span<const PolicyEntry> AllPolicies();
// Null when there is none of that name.
std::unique_ptr<Policy> MakePolicy(std::string_view name);

// Factories, one per file or group (scripted.cpp, rule.cpp).
std::unique_ptr<Policy> MakeNoOp();
std::unique_ptr<Policy> MakeRandom();
std::unique_ptr<Policy> MakeSweep();
std::unique_ptr<Policy> MakeRestartEverything();
std::unique_ptr<Policy> MakeDeleteEverything();
std::unique_ptr<Policy> MakeScaleToZero();
std::unique_ptr<Policy> MakeRule();

}  // namespace wt
