// SPDX-License-Identifier: Apache-2.0
// Elementary functions with the same bits on every build: only + - * / sqrt and bit moves.
// libm's differ between CPUs with and without FMA, so sim/ must not call them (a tidy test checks).
// Accuracy, against libm over the stated domain, is asserted in tests/sim/math_test.cpp.
#pragma once

#include "sim/api/fast_math.h"
#include "sim/api/ints.h"

namespace wt {

// 2^x for x in [-1022, 1023]; clamped outside. Relative error < 1e-12.
f64 Exp2(f64 x);
// log2(x) for normal x > 0. Absolute error < 1e-12 relative to max(1, |log2 x|).
f64 Log2(f64 x);

inline f64 Exp(f64 x) { return Exp2(x * 1.4426950408889634); }
inline f64 Log(f64 x) { return Log2(x) * 0.6931471805599453; }
// x^y for x > 0.
inline f64 Pow(f64 x, f64 y) { return Exp2(y * Log2(x)); }

// Quantile of the standard normal distribution for p in (0, 1); clamped to +-8.3 outside.
// Rational approximation of P. J. Acklam, relative error < 1.2e-9.
f64 NormalQuantile(f64 p);

}  // namespace wt
