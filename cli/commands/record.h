// SPDX-License-Identifier: Apache-2.0
// What `record` tells of the traces it made.
#pragma once

#include <string>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

struct RecordedTrace {
  std::string path;
  u64 seed = 0;
  bool was_there = false;  // from an earlier call
  int verdict = 0;
  f64 end_s = 0;           // of the episode; the trace goes on through the hold
  u64 bytes = 0;           // of the file
};

// One document, schema wavetank.record/1.
std::string RecordJson(const std::string& scenario, const std::string& agent,
                       const std::vector<RecordedTrace>& traces);

}  // namespace wt
