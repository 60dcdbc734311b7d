// SPDX-License-Identifier: Apache-2.0
// How kubectl writes spans of time: apimachinery/pkg/util/duration HumanDuration, v1.35.
#pragma once

#include <string>

#include "sim/api/ints.h"

namespace wt {

// "45s", "2m5s", "15m", "3h20m", "2d4h".
std::string HumanDuration(i64 seconds);

}  // namespace wt
