// SPDX-License-Identifier: Apache-2.0
// What one update learns from: decisions with what was seen, done and earned. Flat arrays, one
// row per decision; all decisions of a batch have one ObservationShape.
#pragma once

#include <string>
#include <vector>

#include "sim/api/observation.h"

namespace wt {

struct RolloutBatch {
  ObservationShape shape;
  u32 decisions = 0;
  std::vector<f32> features;          // [decisions][shape.Floats()]
  std::vector<u32> masks;             // [decisions][shape.Masks()]
  std::vector<u16> edges;             // [episodes][2 * shape.edges]: from[], to[]
  std::vector<u16> service_workload;  // [decisions][service slots]
  std::vector<u32> chosen;            // [decisions] index into the flat logits
  std::vector<f32> log_prob;          // [decisions] under the policy that acted
  std::vector<u32> episode;           // [decisions] index into episodes
  std::vector<f32> reward;            // [decisions] earned by it; the last one holds the verdict

  struct Episode {
    u32 group = 0;
    u32 first = 0, count = 0;  // its decisions, adjacent and in order
    f32 reward = 0;            // total, with shaping
    i8 verdict = 0;
    bool faulty = true, wrote = false, truncated = false;
    u32 scenario = 0;
  };
  std::vector<Episode> episodes;
  u32 errored = 0;                  // episodes that could not start: in no group
  std::string first_error;
  f64 simulate_s = 0, infer_s = 0;  // CPU seconds spent
};

}  // namespace wt
