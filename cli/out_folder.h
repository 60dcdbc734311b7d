// SPDX-License-Identifier: Apache-2.0
// The folder that `--out` names.
#pragma once

#include <string>

#include "sim/api/result.h"

namespace wt {

// Makes it with those around it; one that is there already is left as it is. Error kEnvironment,
// with what stands in the way: a file of that name or on the way to it.
Status MakeOutFolder(const std::string& folder);

}  // namespace wt
