// SPDX-License-Identifier: Apache-2.0
// What an update reports, and what its optimizer remembers between updates. Free of torch.
#pragma once

#include <vector>

#include "sim/api/ints.h"

namespace wt {

// Means over the minibatches of one update.
struct UpdateStats {
  f64 loss = 0, entropy = 0;
  f64 kl = 0;             // k3 estimate against the policy that acted: mean of r - 1 - log r
  f64 clip_fraction = 0;  // share of decisions whose ratio was clipped
  f64 grad_norm = 0;      // before clipping
  u32 flat_groups = 0, groups = 0, minibatches = 0;
};

// Adam's moments, one pair per parameter in file order, and its step count.
struct AdamState {
  std::vector<f32> mean, square;
  u64 steps = 0;
};

}  // namespace wt
