// SPDX-License-Identifier: Apache-2.0
// Timing profiles: files that say how long what Kubernetes does not fix takes, and where each
// figure comes from. Format: docs/formats.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenarios/field.h"
#include "sim/api/result.h"
#include "sim/timing.h"

namespace wt {

struct TimingProfile {
  std::string name;
  Timing timing;                             // what the file leaves out is as in `default`
  std::map<std::string, std::string> about;  // date, versions, cores, load: as the file has them
  std::map<std::string, std::string> from;   // by delay: where its values come from
};

// Errors: kInvalidInput, FILE:LINE:COL, a line each.
Result<TimingProfile> LoadProfile(const std::string& path);

// A file that LoadProfile reads back: the delays that have a `from`, in the order of the table.
std::string ProfileText(const TimingProfile& profile);

// A name of `profiles_dir`, or a path (with a '/' or '.') from the folder of the scenario or from
// the working directory. What is wrong with the name or in the file goes to the field's errors.
TimingProfile ReadNamedProfile(const Field& field, const std::string& profiles_dir);

}  // namespace wt
