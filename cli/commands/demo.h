// SPDX-License-Identifier: Apache-2.0
// `wavetank demo` in two halves, which the launcher calls one after the other with the same words:
// demo.cpp plays an incident (core binary, before anything with libtorch is built), cli/learn/
// demo.cpp trains, scores and writes the report.
#pragma once

#include <span>
#include <string>

#include "bench/report/incident.h"
#include "cli/commands/shared.h"
#include "cli/parse_options.h"

namespace wt {

extern const std::span<const OptionSpec> kDemoOptions;

struct DemoPlan {
  u64 seed = 1;
  f64 train_s = 60;      // wall seconds on an idle machine of two cores
  SeedRange seeds;       // scored with
  std::string suite;     // trained and scored on
  std::string out;       // empty: the first free runs/demo-N
  bool json = false;
};

// Errors: kUsage (out of range; --out is a folder that holds something).
Result<DemoPlan> DemoPlanOf(const Arguments& arguments);

// The incident of both halves: the same one for the same seed. With `tell`, step by step.
Result<Incident> PlayDemoIncident(const DemoPlan& plan, std::FILE* tell);

}  // namespace wt
