// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/version.h"

namespace wt {

// One document, schema wavetank.version/1.
std::string VersionJson(const BuildInfo& build);

}  // namespace wt
