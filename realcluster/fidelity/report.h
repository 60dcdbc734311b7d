// SPDX-License-Identifier: Apache-2.0
// A comparison for people and for programs.
#pragma once

#include <string>

#include "realcluster/fidelity/compare.h"

namespace wt {

// Tables with aligned columns, one block for each scenario and agent.
std::string FidelityText(const FidelityReport& report);

// The same as Markdown, between the lines kFidelityBegin and kFidelityEnd; nothing in it changes
// with the commit alone.
inline constexpr const char* kFidelityBegin = "<!-- real validate: begin -->";
inline constexpr const char* kFidelityEnd = "<!-- real validate: end -->";
std::string FidelityMarkdown(const FidelityReport& report);

// One document, schema wavetank.real-validate/1 (docs/formats.md, "Real against simulated").
std::string FidelityJson(const FidelityReport& report);

}  // namespace wt
