// SPDX-License-Identifier: Apache-2.0
#include "cli/learn/learn_commands.h"

int main(int argc, char** argv) {
  return wt::RunCommandLine(wt::CommandsWith({&wt::kTrain, &wt::kDemoTraining}), argc, argv);
}
