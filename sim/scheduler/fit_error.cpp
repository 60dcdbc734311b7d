// SPDX-License-Identifier: Apache-2.0
#include "sim/scheduler/fit_error.h"

#include <algorithm>
#include <vector>

namespace wt {
namespace {

constexpr std::array<const char*, kNoVictims> kReasonTexts = {
    "Too many pods",
    "Insufficient cpu",
    "Insufficient memory",
    "node(s) didn't match Pod's node affinity/selector",
    "node(s) had untolerated taint(s)",
    "node(s) were unschedulable",
    "node(s) didn't match the requested node name",
};

// "3 this, 12 that": entries in the order of their bytes, numbers included.
std::string Histogram(std::vector<std::string> entries) {
  std::sort(entries.begin(), entries.end());
  std::string text;
  for (const std::string& entry : entries) {
    if (!text.empty()) text += ", ";
    text += entry;
  }
  return text;
}

}  // namespace

void PackFitCounts(const FitCounts& counts, u32 packed[2]) {
  packed[0] = packed[1] = 0;
  for (u32 r = 0; r < kFitReasons; ++r) {
    packed[r / 4] |= std::min(counts.nodes_by_reason[r], 255u) << (r % 4 * 8);
  }
}

FitCounts UnpackFitCounts(u32 word0, u32 word1) {
  FitCounts counts;
  for (u32 r = 0; r < kFitReasons; ++r) {
    counts.nodes_by_reason[r] = ((r < 4 ? word0 : word1) >> (r % 4 * 8)) & 0xff;
  }
  return counts;
}

std::string FitErrorText(const FitCounts& counts, u32 nodes) {
  if (nodes == 0) return "no nodes available to schedule pods";
  std::vector<std::string> reasons;
  for (u32 r = 0; r < kNoVictims; ++r) {
    const u32 count = counts.nodes_by_reason[r];
    if (count != 0) reasons.push_back(std::to_string(count) + " " + kReasonTexts[r]);
  }
  const u32 tried = std::min(counts.nodes_by_reason[kNoVictims], nodes);
  std::vector<std::string> preemption;
  if (tried != 0) {
    preemption.push_back(std::to_string(tried) + " No preemption victims found for incoming pod");
  }
  if (tried != nodes) {
    preemption.push_back(std::to_string(nodes - tried) +
                         " Preemption is not helpful for scheduling");
  }
  const std::string available = "0/" + std::to_string(nodes) + " nodes are available: ";
  return available + Histogram(std::move(reasons)) + ". no new claims to deallocate, preemption: " +
         available + Histogram(std::move(preemption)) + ".";
}

}  // namespace wt
