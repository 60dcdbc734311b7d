// SPDX-License-Identifier: Apache-2.0
#include "agents/all_policies.h"

#include <array>

namespace wt {

std::span<const PolicyEntry> AllPolicies() {
  static constexpr std::array kAll{
      PolicyEntry{"no-op", "says at once that nothing is wrong", &MakeNoOp},
      PolicyEntry{"random", "any legal move, all equally likely", &MakeRandom},
      PolicyEntry{"sweep", "undo, port, selector, scale over everything, without looking",
                  &MakeSweep},
      PolicyEntry{"rule", "a runbook: look at errors, look closer, repair, verify", &MakeRule},
      PolicyEntry{"restart-everything", "rollout restart of every workload",
                  &MakeRestartEverything},
      PolicyEntry{"delete-everything", "deletes every workload and Service",
                  &MakeDeleteEverything},
      PolicyEntry{"scale-to-zero", "scales every workload to 0", &MakeScaleToZero},
  };
  return kAll;
}

std::unique_ptr<Policy> MakePolicy(std::string_view name) {
  for (const PolicyEntry& entry : AllPolicies()) {
    if (entry.name == name) return entry.make();
  }
  return nullptr;
}

}  // namespace wt
