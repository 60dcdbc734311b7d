// SPDX-License-Identifier: Apache-2.0
// What `train` and `demo` share of a training run on clusters.
#pragma once

#include "cli/parse_options.h"
#include "learners/train.h"

namespace wt {

// The configuration that the options of `train` stand for; suite and folder are not set. Error:
// kUsage, out of range.
Result<TrainConfig> ClusterConfigOf(const Arguments& arguments);

}  // namespace wt
