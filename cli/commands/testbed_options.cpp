// SPDX-License-Identifier: Apache-2.0
// The row of `testbed` in the core binary: its help and its options. What it does needs more
// packages and is in the binary of the real cluster.
#include <array>

#include "cli/commands.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "what", .value_name = "WHAT",
               .help = "build: compile and cache; load: import image archives into every node; "
                       "kubeconfig: print its path",
               .choices = "up|down|status|load|kubeconfig|build", .required = true},
    OptionSpec{.name = "archives", .type = OptionType::kTextList, .value_name = "ARCHIVE",
               .help = "load: OCI or docker archives"},
    OptionSpec{.name = "--local", .type = OptionType::kFlag,
               .help = "the testbed of this machine, in network namespaces: the only kind"},
    OptionSpec{.name = "--nodes", .type = OptionType::kInteger, .value_name = "N",
               .help = "up: nodes, 9 at most", .fallback = "2", .at_least = 1},
    OptionSpec{.name = "--port", .type = OptionType::kInteger, .value_name = "N",
               .help = "up: port of the API server", .fallback = "6443", .at_least = 1},
    OptionSpec{.name = "--chaos", .type = OptionType::kFlag,
               .help = "up, build: with Chaos Mesh's controller (a long first build)"},
    OptionSpec{.name = "--chaos-daemon", .type = OptionType::kFlag,
               .help = "up, build: and a chaos-daemon on each node"},
    OptionSpec{.name = "--keep-state", .type = OptionType::kFlag,
               .help = "down: keep logs and data until the next up"}};

Result<ExitCode> Run(const Arguments&) {
  return Error{ErrorCode::kUsage, "testbed",
               "is in another binary, wavetank-real; call it through ./wavetank"};
}

}  // namespace

const Command kTestbedOptions{.name = "testbed",
                              .summary = "a real Kubernetes on this machine (needs root and Go)",
                              .example = "./wavetank testbed up --local",
                              .options = kOptions,
                              .run = &Run};

}  // namespace wt
