// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/scheduler/fit_error.h"

namespace wt {
namespace {

FitCounts Counts(std::initializer_list<std::pair<FitReason, u32>> list) {
  FitCounts counts;
  for (const auto& [reason, nodes] : list) counts.nodes_by_reason[reason] = nodes;
  return counts;
}

TEST(FitErrorText, SaysWhyEachNodeIsOut) {
  EXPECT_EQ(FitErrorText(Counts({{kUntoleratedTaint, 1}, {kNodeAffinityMismatch, 5}}), 6),
            "0/6 nodes are available: 1 node(s) had untolerated taint(s), 5 node(s) didn't match "
            "Pod's node affinity/selector. no new claims to deallocate, preemption: 0/6 nodes are "
            "available: 6 Preemption is not helpful for scheduling.");
}

TEST(FitErrorText, SortsEntriesAsText) {
  EXPECT_EQ(FitErrorText(Counts({{kInsufficientCpu, 12}, {kTooManyPods, 2}, {kNoVictims, 12}}), 12),
            "0/12 nodes are available: 12 Insufficient cpu, 2 Too many pods. no new claims to "
            "deallocate, preemption: 0/12 nodes are available: 12 No preemption victims found for "
            "incoming pod.");
}

TEST(FitErrorText, KnowsTheClusterWithoutNodes) {
  EXPECT_EQ(FitErrorText({}, 0), "no nodes available to schedule pods");
}

TEST(FitErrorText, PacksIntoTwoWords) {
  const FitCounts counts = Counts({{kTooManyPods, 3}, {kUntoleratedTaint, 300}, {kNoVictims, 7}});
  u32 packed[2];
  PackFitCounts(counts, packed);
  const FitCounts back = UnpackFitCounts(packed[0], packed[1]);
  EXPECT_EQ(back.nodes_by_reason[kTooManyPods], 3u);
  EXPECT_EQ(back.nodes_by_reason[kUntoleratedTaint], 255u);
  EXPECT_EQ(back.nodes_by_reason[kNoVictims], 7u);
}

}  // namespace
}  // namespace wt
