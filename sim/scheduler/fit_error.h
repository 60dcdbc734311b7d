// SPDX-License-Identifier: Apache-2.0
// Why no node took a pod: nodes per reason, and the text of FailedScheduling and of the condition
// PodScheduled. Kubernetes v1.35 pkg/scheduler/framework/types.go FitError.Error and
// plugins/defaultpreemption; tests/sim/scheduler_text_test.cpp compares with recorded messages.
// Packed form (Pod.fail_counts; args 0 and 1 of EventReason::kFailedScheduling, arg 2 = nodes):
// 8 bits a reason, the reason's number counting from the low byte of word 0; a count above 255
// stays at 255.
#pragma once

#include <array>
#include <string>

#include "sim/api/ints.h"

namespace wt {

enum FitReason : u8 {
  kTooManyPods, kInsufficientCpu, kInsufficientMemory, kNodeAffinityMismatch, kUntoleratedTaint,
  kNodeUnschedulable, kNodeNameMismatch,
  kNoVictims,  // no reason of its own: nodes that are merely full, where preemption was tried
  kFitReasons
};

struct FitCounts {
  std::array<u32, kFitReasons> nodes_by_reason{};
};

void PackFitCounts(const FitCounts& counts, u32 packed[2]);
FitCounts UnpackFitCounts(u32 word0, u32 word1);

// "0/6 nodes are available: 1 node(s) had untolerated taint(s), ..." for `nodes` nodes in all.
// Allocates; for readers only.
std::string FitErrorText(const FitCounts& counts, u32 nodes);

}  // namespace wt
