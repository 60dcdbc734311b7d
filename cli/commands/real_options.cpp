// SPDX-License-Identifier: Apache-2.0
// The row of `real` in the core binary: its help and its options. What it does is in the binary of
// the real cluster.
#include <array>

#include "cli/commands.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "what", .value_name = "WHAT",
               .help = "play: one episode on a real cluster; record: the same, kept as traces; "
                       "replay: a trace again, without a cluster; validate: traces against the "
                       "simulator; calibrate: measure the cluster's delays and write a timing "
                       "profile; images: write the archive of a scenario's images; cleanup: "
                       "take away what a run left",
               .choices = "play|record|replay|validate|calibrate|images|cleanup",
               .required = true},
    OptionSpec{.name = "which", .value_name = "SCENARIO",
               .help = "play, record, images: scenario, by name or file"},
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "the same as an option",
               .fallback = "testbed/hotel-bad-image"},
    OptionSpec{.name = "--agent", .value_name = "A",
               .help = "play, record, validate: who plays; replay: who decides again, in place of "
                       "what was done",
               .fallback = "rule"},
    OptionSpec{.name = "--actions", .value_name = "FILE",
               .help = "play, record: JSON lines of actions in place of an agent's, or such a "
                       "list itself: '[{...}]'"},
    OptionSpec{.name = "--repeat", .type = OptionType::kInteger, .value_name = "N",
               .help = "record, validate: so many episodes of a scenario, those that are "
                       "there included; validate: 3 without; calibrate: of each "
                       "experiment, 30 without",
               .fallback = "1", .at_least = 1},
    OptionSpec{.name = "--traces", .value_name = "DIR",
               .help = "record: where they are kept, runs/traces without; validate: "
                       "recorded ones, realcluster/traces without"},
    OptionSpec{.name = "--trace", .value_name = "FILE", .help = "replay: which"},
    OptionSpec{.name = "--kubeconfig", .value_name = "FILE",
               .help = "the cluster; without it the testbed of this machine"},
    OptionSpec{.name = "--context", .value_name = "NAME", .help = "of the kubeconfig"},
    OptionSpec{.name = "--i-own-this-cluster", .type = OptionType::kFlag,
               .help = "write to a cluster that `testbed` did not make; needs --namespace"},
    OptionSpec{.name = "--namespace", .value_name = "NS",
               .help = "put every object of the app there"},
    OptionSpec{.name = "--inventory", .value_name = "FILE",
               .help = "what was created or changed, for cleanup; runs/real/inventory.jsonl of the "
                       "source tree without"},
    OptionSpec{.name = "--from", .value_name = "FILE",
               .help = "calibrate: fit these samples again, without a cluster"},
    OptionSpec{.name = "--only", .value_name = "NAMES",
               .help = "calibrate: these experiments alone (pod,kill,...); samples of the others "
                       "that an earlier run left beside --out are kept"},
    OptionSpec{.name = "--out", .value_name = "FILE",
               .help = "images: the archive; calibrate: the profile (samples beside it)",
               .fallback = "runs/real/images.tar"},
    OptionSpec{.name = "--suite", .value_name = "S", .help = "validate: what is compared",
               .fallback = "slice"},
    OptionSpec{.name = "--from-stored", .type = OptionType::kFlag,
               .help = "validate: with what is recorded already; needs no cluster"},
    OptionSpec{.name = "--simulated", .type = OptionType::kInteger, .value_name = "N",
               .help = "validate: simulated episodes for each real seed, at least",
               .fallback = "8", .at_least = 1},
    OptionSpec{.name = "--markdown", .type = OptionType::kFlag,
               .help = "validate: tables for docs/sim_to_real.md"},
    OptionSpec{.name = "--svg", .value_name = "FILE", .help = "play: the timeline as a picture"},
    OptionSpec{.name = "--brief", .type = OptionType::kFlag, .help = "play: the timeline only"}};

Result<ExitCode> Run(const Arguments&) {
  return Error{ErrorCode::kUsage, "real",
               "is in another binary, wavetank-real; call it through ./wavetank"};
}

}  // namespace

const Command kRealOptions{.name = "real",
                           .summary = "episodes on a real cluster",
                           .example = "./wavetank real play testbed/hotel-bad-image",
                           .options = kOptions,
                           .run = &Run};

}  // namespace wt
