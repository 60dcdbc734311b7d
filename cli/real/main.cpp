// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "cli/real/real_commands.h"

namespace wt {
namespace {

std::vector<Command> AllCommands() {
  const std::span<const Command> core = CoreCommands();
  std::vector<Command> commands(core.begin(), core.end());
  for (Command& command : commands) {
    for (const Command* mine : {&kReal, &kTestbed}) {
      if (command.name == mine->name) command = *mine;
    }
  }
  return commands;
}

}  // namespace

std::span<const Command> RealCommands() {
  static const std::vector<Command> commands = AllCommands();
  return commands;
}

}  // namespace wt

int main(int argc, char** argv) { return wt::RunCommandLine(wt::RealCommands(), argc, argv); }
