// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace wt {

// Version of docs/verdict.md. Part of every result: results of unlike rules are not compared.
inline constexpr const char* kVerdictRules = "4";

}  // namespace wt
