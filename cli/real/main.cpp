// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_commands.h"

int main(int argc, char** argv) {
  return wt::RunCommandLine(wt::CommandsWith({&wt::kReal, &wt::kTestbed}), argc, argv);
}
