// SPDX-License-Identifier: Apache-2.0
// Kubernetes resource quantities ("500m", "1.5Gi", "2e3"): parsing, exact arithmetic and the
// canonical text. Rounding and spelling follow apimachinery pkg/api/resource/quantity.go, v1.35:
// what is finer than 10^-9 rounds away from zero, a binary amount is capped at 2^63-1.
// Amounts that need more than 38 decimal digits are refused; upstream would take them.
// All functions are pure; each is O(length of the text).
#pragma once

#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

__extension__ typedef __int128 i128;

enum class QuantityFormat : u8 { kDecimalSI, kBinarySI, kDecimalExponent };

// amount = unscaled * 10^scale.
struct Quantity {
  i128 unscaled = 0;
  i32 scale = 0;
  QuantityFormat format = QuantityFormat::kDecimalSI;
  bool wide = false;    // upstream holds it as a big decimal; matters beyond int64 only
  std::string literal;  // spelling that CanonicalText keeps; empty: computed from the amount
};

// Error: kBadRequest with upstream's text and no place.
Result<Quantity> ParseQuantity(std::string_view text);

Quantity QuantityFromInteger(i64 amount, QuantityFormat format);

std::string CanonicalText(const Quantity& q);
std::string_view FormatName(QuantityFormat format);

int Sign(const Quantity& q);

// In units (thousandths), rounded away from zero. Beyond int64 the result is upstream's: 0, or the
// low 64 bits.
i64 Value(const Quantity& q);
i64 MilliValue(const Quantity& q);

// Away from zero to a multiple of 10^scale; the literal stays when nothing changes.
Quantity RoundUp(const Quantity& q, i32 scale);

// <0, 0, >0.
int Compare(const Quantity& a, const Quantity& b);

// The result has a's format, or b's when a is zero.
Quantity Add(const Quantity& a, const Quantity& b);
Quantity Sub(const Quantity& a, const Quantity& b);

}  // namespace wt
