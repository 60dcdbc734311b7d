// SPDX-License-Identifier: Apache-2.0
// The commands of the third binary: those that need a real cluster.
#pragma once

#include "cli/commands.h"

namespace wt {

extern const Command kReal;
extern const Command kTestbed;

}  // namespace wt
