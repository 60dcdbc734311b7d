// SPDX-License-Identifier: Apache-2.0
// `real calibrate`: micro-experiments on a real cluster become a timing profile.
#pragma once

#include "cli/exit_codes.h"
#include "cli/parse_options.h"

namespace wt {

struct RealRunOptions;

// `cluster`: which cluster and whose, as every word of `real` reads it. Writes the samples and the
// profile, prints a summary.
Result<ExitCode> Calibrate(const Arguments& arguments, const RealRunOptions& cluster);

// The same from the samples of --from, without a cluster.
Result<ExitCode> FitAgain(const Arguments& arguments);

}  // namespace wt
