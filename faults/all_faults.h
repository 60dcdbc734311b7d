// SPDX-License-Identifier: Apache-2.0
// The table of fault kinds. Fault.kind is an index into it, plus one.
#pragma once

#include <span>

#include "faults/fault_kind.h"

namespace wt {

extern const FaultKind kServiceTargetPortWrong;   // service_target_port_wrong.cpp
extern const FaultKind kServiceSelectorNoMatch;   // service_selector_no_match.cpp
extern const FaultKind kReplicasZero;             // replicas_zero.cpp
extern const FaultKind kImageNotFound;            // image_not_found.cpp
extern const FaultKind kCommandNotExecutable;     // command_not_executable.cpp
extern const FaultKind kConfigMapKeyMissing;      // configmap_key_missing.cpp
extern const FaultKind kMemoryLimitTooSmall;      // memory_limit_too_small.cpp
extern const FaultKind kLivenessWrongTarget;      // liveness_wrong_target.cpp
extern const FaultKind kNodeSelectorNoSuchNode;   // node_selector_no_such_node.cpp
extern const FaultKind kRepeatedPodKill;          // repeated_pod_kill.cpp
extern const FaultKind kNoFault;                  // all_faults.cpp

std::span<const FaultKind* const> AllFaults();
// Null when there is none of that id.
const FaultKind* FindFault(std::string_view id);
// Position in AllFaults() plus one, as Fault.kind.
u16 NumberOf(const FaultKind& kind);
// The kind of a row. REQUIRES: a planned fault that is not noise.
const FaultKind& KindOf(const Fault& fault);

}  // namespace wt
