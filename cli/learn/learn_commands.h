// SPDX-License-Identifier: Apache-2.0
// The commands of the second binary: those that need libtorch.
#pragma once

#include <span>

#include "cli/commands.h"

namespace wt {

extern const Command kDemoTraining;
extern const Command kTrain;

// The table of wavetank-learn: that of the core binary with the rows above in place of those of
// the same name, so that one wavetank.yaml serves both.
std::span<const Command> LearnCommands();

}  // namespace wt
