// SPDX-License-Identifier: Apache-2.0
// What `real calibrate` prints of a fit.
#pragma once

#include <string>

#include "realcluster/calibrate/samples.h"
#include "scenarios/load_profile.h"

namespace wt {

// One JSON object: about, repetitions by experiment, delays (median, p99, from) and the spans that
// people ask for (n, median, least, most), in ms.
std::string SummaryJson(const SampleSet& samples, const TimingProfile& profile);

// The same as a table beside the profile `default`.
std::string SummaryTable(const SampleSet& samples, const TimingProfile& profile);

}  // namespace wt
