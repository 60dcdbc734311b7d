// SPDX-License-Identifier: Apache-2.0
// The row of `train` in the core binary: its help and its options (of wavetank.yaml, too). What it
// does needs libtorch and is in the second binary.
#include <array>

#include "cli/commands.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "--env", .value_name = "E",
               .help = "cluster: fault episodes; cartpole: the reference task CartPole-v1",
               .fallback = "cluster", .choices = "cluster|cartpole"},
    OptionSpec{.name = "--suite", .value_name = "S", .help = "scenarios to train on",
               .fallback = "lite"},
    OptionSpec{.name = "--preset", .value_name = "P",
               .help = "grpo, dr-grpo, dapo, rloo, lite, step (docs/learning.md)",
               .fallback = "step"},
    OptionSpec{.name = "--updates", .type = OptionType::kInteger, .value_name = "N",
               .help = "updates in all", .fallback = "200", .at_least = 1},
    OptionSpec{.name = "--cpu-minutes", .type = OptionType::kNumber, .value_name = "M",
               .help = "stop after so much CPU time, and after --updates only if given",
               .fallback = "0"},
    OptionSpec{.name = "--steps", .type = OptionType::kInteger, .value_name = "N",
               .help = "cartpole: steps in all, at most", .fallback = "400000", .at_least = 1},
    OptionSpec{.name = "--groups", .type = OptionType::kInteger, .value_name = "N",
               .help = "groups of forked episodes per update; cartpole: 4", .fallback = "64",
               .at_least = 1},
    OptionSpec{.name = "--group-size", .type = OptionType::kInteger, .value_name = "G",
               .help = "episodes per group", .fallback = "8", .at_least = 2},
    OptionSpec{.name = "--width", .type = OptionType::kInteger, .value_name = "H",
               .help = "width of the network; cartpole: 64", .fallback = "32", .at_least = 1},
    OptionSpec{.name = "--learning-rate", .type = OptionType::kNumber, .value_name = "X",
               .help = "step size of Adam at the start; cartpole: 0.001", .fallback = "0.002"},
    OptionSpec{.name = "--entropy", .type = OptionType::kNumber, .value_name = "X",
               .help = "weight of the entropy bonus at the start; cartpole: 0",
               .fallback = "0.02"},
    OptionSpec{.name = "--epochs", .type = OptionType::kInteger, .value_name = "N",
               .help = "passes over each batch; cartpole: 4", .fallback = "1", .at_least = 1},
    OptionSpec{.name = "--set", .value_name = "NAME=X,...",
               .help = "numbers of the reward and the curriculum (docs/learning.md)"},
    OptionSpec{.name = "--hold-out", .value_name = "NAME,...",
               .help = "services and workloads that no training episode has its fault in"},
    OptionSpec{.name = "--blind", .type = OptionType::kFlag,
               .help = "control: the policy sees only masks, slots in use and the clock"},
    OptionSpec{.name = "--out", .value_name = "DIR",
               .help = "run folder; the first free runs/train-N when not given"},
    OptionSpec{.name = "--resume", .type = OptionType::kFlag,
               .help = "go on from the checkpoint in --out"}};

Result<ExitCode> Run(const Arguments&) {
  return Error{ErrorCode::kUsage, "train",
               "is in the second binary, wavetank-learn; call it through ./wavetank"};
}

}  // namespace

const Command kTrainOptions{.name = "train",
                            .summary = "train a policy from random weights (installs libtorch)",
                            .example = "./wavetank train --suite lite --cpu-minutes 10",
                            .options = kOptions,
                            .run = &Run};

}  // namespace wt
