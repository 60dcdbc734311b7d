// SPDX-License-Identifier: Apache-2.0
// What micro-experiments measured: instants by name, one line of JSON per repetition, so that a fit
// can be made again without a cluster.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"

namespace wt {

// Milliseconds of the machine's steady clock since the first request of the repetition was sent.
using Marks = std::map<std::string, double>;

struct Sample {
  std::string experiment;  // "pod", "kill", ...: realcluster/calibrate/README.md
  int run = 0;
  Marks at_ms;
};

struct SampleSet {
  std::map<std::string, std::string> about;  // date, versions, cores, load: for `from`
  std::vector<Sample> samples;
};

// The first line is {"about": {...}}, each other {"experiment", "run", "at_ms": {...}}.
std::string SamplesText(const SampleSet& set);
// Errors: kInvalidInput, "FILE:LINE: what".
Result<SampleSet> ReadSamples(std::string_view text, const std::string& file);

// `earlier` without the samples of `experiments`, about both: dates and loads of the two, all else
// must be the same. Error: kEnvironment, what the two clusters differ in.
Result<SampleSet> KeepOthers(const SampleSet& earlier, const std::vector<std::string>& experiments,
                             const std::map<std::string, std::string>& about);

}  // namespace wt
