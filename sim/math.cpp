// SPDX-License-Identifier: Apache-2.0
#include "sim/math.h"

#include <array>
#include <cmath>

namespace wt {
namespace {

constexpr f64 kLn2 = 0.69314718055994530942;

// 1 / k!
constexpr std::array<f64, 15> kTaylor = [] {
  std::array<f64, 15> terms{};
  f64 factorial = 1.0;
  for (int k = 1; k < 15; ++k) terms[static_cast<size_t>(k)] = 1.0 / (factorial *= k);
  return terms;
}();

f64 Polynomial(const f64* coefficients, int count, f64 x) {
  f64 sum = coefficients[0];
  for (int i = 1; i < count; ++i) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace

f64 Exp2(f64 x) {
  if (x > 1023.0) x = 1023.0;
  if (x < -1022.0) return 0.0;
  i64 whole = static_cast<i64>(x);
  if (static_cast<f64>(whole) > x) --whole;
  f64 rest = x - static_cast<f64>(whole);
  if (rest > 0.5) {
    rest -= 1.0;
    ++whole;
  }
  // Taylor series of e^(rest ln 2); |rest ln 2| <= 0.347, so 14 terms leave < 1e-17. Even and odd
  // powers side by side: neither waits for the other.
  const f64 y = rest * kLn2;
  const f64 y2 = y * y;
  f64 even = kTaylor[14], odd = kTaylor[13];
  for (int k = 12; k >= 2; k -= 2) {
    even = even * y2 + kTaylor[k];
    odd = odd * y2 + kTaylor[k - 1];
  }
  const f64 sum = 1.0 + (y * odd + y2 * even);
  if (whole > 1023) return sum * 0x1p1023 * 2.0;
  return sum * std::bit_cast<f64>(static_cast<u64>(whole + 1023) << 52);
}

f64 Log2(f64 x) {
  const u64 bits = std::bit_cast<u64>(x);
  i64 exponent = static_cast<i64>((bits >> 52) & 0x7ff) - 1023;
  f64 mantissa = std::bit_cast<f64>((bits & 0xfffffffffffffULL) | (1023ULL << 52));
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++exponent;
  }
  // log(m) = 2 atanh(z), z = (m - 1) / (m + 1), |z| <= 0.1716; 12 odd terms leave < 1e-19.
  const f64 z = (mantissa - 1.0) / (mantissa + 1.0);
  const f64 z2 = z * z;
  f64 sum = 0.0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * z2 + 1.0 / static_cast<f64>(k);
  return static_cast<f64>(exponent) + 2.0 * z * sum / kLn2;
}

f64 NormalQuantile(f64 p) {
  static constexpr f64 kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
  static constexpr f64 kB[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01, 1.0};
  static constexpr f64 kC[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
  static constexpr f64 kD[] = {7.784695709041462e-03, 3.224671290700398e-01,
                               2.445134137142996e+00, 3.754408661907416e+00, 1.0};
  constexpr f64 kTail = 0.02425;
  if (p <= 1e-16) return -8.3;
  if (p >= 1.0 - 1e-16) return 8.3;
  if (p < kTail) {
    const f64 q = std::sqrt(-2.0 * Log(p));
    return Polynomial(kC, 6, q) / Polynomial(kD, 5, q);
  }
  if (p > 1.0 - kTail) {
    const f64 q = std::sqrt(-2.0 * Log(1.0 - p));
    return -Polynomial(kC, 6, q) / Polynomial(kD, 5, q);
  }
  const f64 q = p - 0.5;
  const f64 r = q * q;
  return Polynomial(kA, 6, r) * q / Polynomial(kB, 6, r);
}

}  // namespace wt
