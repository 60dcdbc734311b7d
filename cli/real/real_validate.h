// SPDX-License-Identifier: Apache-2.0
// `real validate`: recorded episodes of a real cluster against the simulator of today.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/evaluate.h"
#include "cli/exit_codes.h"
#include "cli/parse_options.h"
#include "episodes/trace/trace.h"

namespace wt {

// An episode that the comparison wants and the folder of traces does not hold.
struct WantedTrace {
  TraceHeader header;  // scenario, seed, agent, repetition
  std::string file;    // where it belongs
};

// Plays and records them on the cluster that `arguments` name; each as soon as it is over.
using RecordWanted = std::function<Status(const Arguments& arguments, const PreparedSuite& suite,
                                          const std::vector<WantedTrace>& wanted)>;

// Reads the stored traces of the suite, records as many episodes or more of the simulator, and
// prints the comparison (realcluster/fidelity/compare.h). Without --from-stored what is missing of
// --agent, --seed and --repeat is recorded first; an empty `record` refuses if something is.
// Errors: those of reading traces; kEnvironment: what is missing.
Result<ExitCode> ValidateReal(const Arguments& arguments, const RecordWanted& record);

}  // namespace wt
