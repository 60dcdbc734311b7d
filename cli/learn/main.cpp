// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cli/learn/learn_commands.h"

namespace wt {

std::span<const Command> LearnCommands() {
  static const std::array commands{kTrain, kDemoTraining};
  return commands;
}

}  // namespace wt

int main(int argc, char** argv) { return wt::RunCommandLine(wt::LearnCommands(), argc, argv); }
