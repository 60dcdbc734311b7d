// SPDX-License-Identifier: Apache-2.0
#include "faults/all_faults.h"

#include "sim/api/check.h"

namespace wt {

// Nothing is injected; a scenario with this kind is a healthy one.
const FaultKind kNoFault{.id = "no-fault", .title = "No fault", .layer = "none"};

std::span<const FaultKind* const> AllFaults() {
  static constexpr std::array kAll{
      &kServiceTargetPortWrong, &kServiceSelectorNoMatch, &kReplicasZero,
      &kImageNotFound,          &kCommandNotExecutable,   &kConfigMapKeyMissing,
      &kMemoryLimitTooSmall,    &kLivenessWrongTarget,    &kNodeSelectorNoSuchNode,
      &kRepeatedPodKill,        &kNoFault,
  };
  return kAll;
}

const FaultKind* FindFault(std::string_view id) {
  for (const FaultKind* kind : AllFaults()) {
    if (kind->id == id) return kind;
  }
  return nullptr;
}

u16 NumberOf(const FaultKind& kind) {
  const auto all = AllFaults();
  for (u16 i = 0; i < all.size(); ++i) {
    if (all[i] == &kind) return static_cast<u16>(i + 1);
  }
  WT_CHECK(false, "every fault kind stands in the table");
}

const FaultKind& KindOf(const Fault& fault) {
  WT_CHECK(fault.kind >= 1 && fault.kind <= AllFaults().size(), "a fault has a kind");
  return *AllFaults()[fault.kind - 1u];
}

}  // namespace wt
