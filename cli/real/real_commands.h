// SPDX-License-Identifier: Apache-2.0
// The commands of the third binary: those that need a real cluster.
#pragma once

#include <span>

#include "cli/commands.h"

namespace wt {

extern const Command kReal;
extern const Command kTestbed;

// The table of wavetank-real: that of the core binary with the rows above in place of those of
// the same name, so that one wavetank.yaml serves all.
std::span<const Command> RealCommands();

}  // namespace wt
