// SPDX-License-Identifier: Apache-2.0
// The commands of the second binary: those that need libtorch.
#pragma once

#include "cli/commands.h"

namespace wt {

extern const Command kDemoTraining;
extern const Command kTrain;

}  // namespace wt
