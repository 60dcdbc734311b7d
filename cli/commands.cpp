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

}  // namespace wt
