// SPDX-License-Identifier: Apache-2.0
// Syntax of a CronJob's schedule: five fields or a descriptor such as @hourly.
// Source: robfig/cron v3 parser.go, standard parser, as Kubernetes v1.35 uses it.
#pragma once

#include <string>
#include <string_view>

namespace wt {

// "" when the schedule is well-formed, else upstream's complaint. O(length).
std::string CronComplaint(std::string_view schedule);

}  // namespace wt
