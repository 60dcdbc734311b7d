// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <array>

namespace wt {

std::span<const Command> CoreCommands() {
  static const std::array commands{
      kDemo,     kPlay, kRun,    kBench,          kTrainOptions, kReport, kRecord, kReplayCommand,
      kValidate, kList, kDoctor, kTestbedOptions, kRealOptions,  kVersion};
  return commands;
}

std::vector<Command> CommandsWith(std::initializer_list<const Command*> own) {
  const std::span<const Command> core = CoreCommands();
  std::vector<Command> commands(core.begin(), core.end());
  for (Command& command : commands) {
    for (const Command* mine : own) {
      if (command.name == mine->name) command = *mine;
    }
  }
  return commands;
}

}  // namespace wt
