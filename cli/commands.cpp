// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <array>

namespace wt {

std::span<const Command> CoreCommands() {
  static const std::array commands{kPlay,     kRun,  kBench,  kReplayCommand,
                                   kValidate, kList, kDoctor, kVersion};
  return commands;
}

}  // namespace wt
