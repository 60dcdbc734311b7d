// SPDX-License-Identifier: Apache-2.0
// What a plain (unquoted) YAML scalar means to kubectl.
// Source: goyaml.v2/resolve.go of sigs.k8s.io/yaml (tables of words, order of attempts).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/api/ints.h"

namespace wt {

struct YamlNull {};
using YamlScalar = std::variant<YamlNull, bool, i64, u64, f64, std::string>;

// Resolves a plain scalar. Integers: decimal, 0x, 0o, 0b, a leading 0 means octal, `_` is ignored.
// No base 60. Timestamps stay strings. A float with an integral value in the range of i64 becomes
// an integer, since kubectl's JSON writes it without a point. Infinity and NaN stay floats.
YamlScalar ResolvePlainScalar(std::string_view text);

// The string that kubectl uses for a map key which is not a string: 1 -> "1", on -> "true".
// Nothing for a null key, which kubectl refuses.
std::optional<std::string> KeyText(const YamlScalar& scalar);

}  // namespace wt
