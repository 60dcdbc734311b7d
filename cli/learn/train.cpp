// SPDX-License-Identifier: Apache-2.0
// What `train` does is in train_cluster.cpp and train_cartpole.cpp; its options are in
// cli/commands/train_options.cpp, so that its help needs no libtorch.
#include "cli/learn/learn_commands.h"
#include "cli/learn/train_runs.h"

namespace wt {
namespace {

Result<ExitCode> Run(const Arguments& arguments) {
  return arguments.Text("--env") == "cartpole" ? TrainOnCartPole(arguments)
                                               : TrainOnCluster(arguments);
}

}  // namespace

const Command kTrain{.name = kTrainOptions.name,
                     .summary = kTrainOptions.summary,
                     .example = kTrainOptions.example,
                     .options = kTrainOptions.options,
                     .run = &Run};

}  // namespace wt
