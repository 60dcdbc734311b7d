// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/doctor_checks.h"

namespace wt {

// "ok", "note" or "missing"
std::string_view StateWord(CheckState state);

// One document, schema wavetank.doctor/1.
std::string DoctorJson(const DoctorReport& report);

}  // namespace wt
