// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/quantity.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace wt {
namespace {

constexpr i32 kNano = -9;
constexpr i32 kMaxFastDigits = 18;
constexpr i32 kMaxPower = 38;
constexpr i64 kMaxInt64 = std::numeric_limits<i64>::max();

constexpr std::string_view kWrongFormat =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kWrongSuffix = "unable to parse quantity's suffix";
constexpr std::string_view kWrongNumber = "unable to parse numeric part of quantity";
constexpr std::string_view kTooLarge = "quantity needs more than 38 digits";

Error Bad(std::string_view what) { return {ErrorCode::kBadRequest, "", std::string(what)}; }

constexpr std::array<i128, kMaxPower + 1> kPowers = [] {
  std::array<i128, kMaxPower + 1> powers{};
  powers[0] = 1;
  for (std::size_t k = 1; k < powers.size(); ++k) powers[k] = powers[k - 1] * 10;
  return powers;
}();

i128 Power10(i32 k) { return kPowers[static_cast<std::size_t>(k)]; }

// a * 10^k, or nothing when it does not fit; k >= 0.
std::optional<i128> ScaleUp(i128 a, i32 k) {
  if (a == 0) return i128{0};
  i128 out = 0;
  if (k > kMaxPower || __builtin_mul_overflow(a, Power10(k), &out)) return std::nullopt;
  return out;
}

// a / 10^k away from zero; k >= 0.
i128 ScaleDownAway(i128 a, i32 k) {
  if (k > kMaxPower) return a > 0 ? 1 : (a < 0 ? -1 : 0);
  const i128 quotient = a / Power10(k);
  const i128 rest = a % Power10(k);
  return quotient + (rest > 0 ? 1 : (rest < 0 ? -1 : 0));
}

struct Parts {
  bool positive = true;
  std::string_view whole;     // digits without leading zeros; "0" when there are none
  std::string_view fraction;  // digits after the point
  std::string_view number;    // the text up to the suffix, sign included
  std::string_view suffix;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

std::optional<Parts> Split(std::string_view text) {
  Parts p;
  std::size_t at = 0;
  if (text[0] == '-' || text[0] == '+') {
    p.positive = text[0] != '-';
    at = 1;
  }
  while (at < text.size() && text[at] == '0') ++at;
  if (at == text.size()) {
    p.whole = "0";
    p.number = "0";
    return p;
  }
  std::size_t end = SkipDigits(text, at);
  p.whole = text.substr(at, end - at);
  if (p.whole.empty()) p.whole = "0";
  at = end;
  if (at < text.size() && text[at] == '.') {
    end = SkipDigits(text, at + 1);
    p.fraction = text.substr(at + 1, end - at - 1);
    at = end;
  }
  p.number = text.substr(0, at);
  end = std::min(text.find_first_not_of("eEinumkKMGTP", at), text.size());
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  if (SkipDigits(text, end) != text.size()) return std::nullopt;
  p.suffix = text.substr(at);
  return p;
}

struct Suffix {
  std::string_view text;
  i32 exponent;
  bool binary;
};

constexpr std::array<Suffix, 16> kSuffixes{{{"n", -9, false},
                                            {"u", -6, false},
                                            {"m", -3, false},
                                            {"", 0, false},
                                            {"k", 3, false},
                                            {"M", 6, false},
                                            {"G", 9, false},
                                            {"T", 12, false},
                                            {"P", 15, false},
                                            {"E", 18, false},
                                            {"Ki", 10, true},
                                            {"Mi", 20, true},
                                            {"Gi", 30, true},
                                            {"Ti", 40, true},
                                            {"Pi", 50, true},
                                            {"Ei", 60, true}}};

struct Unit {
  i32 exponent = 0;
  QuantityFormat format = QuantityFormat::kDecimalSI;
};

// Decimal exponents beyond this cannot give an amount that fits.
constexpr i32 kMaxExponent = 1000;

std::optional<Unit> Interpret(std::string_view suffix) {
  for (const Suffix& s : kSuffixes) {
    if (s.text != suffix) continue;
    return Unit{s.exponent, s.binary ? QuantityFormat::kBinarySI : QuantityFormat::kDecimalSI};
  }
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  std::size_t at = 1;
  const bool negative = suffix[at] == '-';
  if (suffix[at] == '-' || suffix[at] == '+') ++at;
  if (at == suffix.size() || SkipDigits(suffix, at) != suffix.size()) return std::nullopt;
  i32 exponent = 0;
  for (; at < suffix.size(); ++at) {
    exponent = std::min(kMaxExponent, exponent * 10 + (suffix[at] - '0'));
  }
  return Unit{negative ? -exponent : exponent, QuantityFormat::kDecimalExponent};
}

std::optional<i128> Digits(std::string_view whole, std::string_view fraction) {
  i128 out = 0;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (__builtin_mul_overflow(out, i128{10}, &out)) return std::nullopt;
      if (__builtin_add_overflow(out, i128{c - '0'}, &out)) return std::nullopt;
    }
  }
  return out;
}

bool EndsInThousand(std::string_view whole, std::string_view fraction) {
  const std::size_t size = whole.size() + fraction.size();
  if (size < 3) return false;
  for (std::size_t k = size - 3; k < size; ++k) {
    const char c = k < whole.size() ? whole[k] : fraction[k - whole.size()];
    if (c != '0') return false;
  }
  return true;
}

// Short numbers: exact, and the spelling stays when it is one the canonical form could have.
std::optional<Quantity> FastPath(std::string_view text, const Parts& p, Unit unit) {
  const bool binary = unit.format == QuantityFormat::kBinarySI;
  const i32 fraction = static_cast<i32>(p.fraction.size());
  const i32 whole = static_cast<i32>(p.whole.size());
  const i32 room = binary ? 14 - whole - unit.exponent / 10 * 3 : kMaxFastDigits - whole - fraction;
  if (room < 0 || (binary && fraction > 0)) return std::nullopt;
  const i32 scale = binary ? 0 : unit.exponent - fraction;
  if (scale < kNano) return std::nullopt;
  const std::optional<i128> digits = Digits(p.whole, p.fraction);
  if (!digits) return std::nullopt;
  Quantity q;
  q.format = unit.format;
  q.scale = scale;
  q.unscaled = binary ? *digits << unit.exponent : *digits;
  if (!p.positive) q.unscaled = -q.unscaled;
  const bool keep =
      binary ? *digits % 8 != 0
             : scale % 3 == 0 && !EndsInThousand(p.whole, p.fraction) && p.whole[0] != '0';
  if (keep) q.literal = text;
  return q;
}

Result<Quantity> SlowPath(const Parts& p, Unit unit) {
  if (p.number.find_first_of("0123456789") == std::string_view::npos) return Bad(kWrongNumber);
  const std::optional<i128> digits = Digits(p.whole, p.fraction);
  if (!digits) return Bad(kTooLarge);
  const bool binary = unit.format == QuantityFormat::kBinarySI;
  i128 amount = *digits;
  i32 scale = -static_cast<i32>(p.fraction.size());
  if (binary) {
    if (__builtin_mul_overflow(amount, i128{1} << unit.exponent, &amount)) return Bad(kTooLarge);
  } else {
    scale += unit.exponent;
  }
  if (scale <= kNano) {
    amount = ScaleDownAway(amount, kNano - scale);
  } else if (const std::optional<i128> nano = ScaleUp(amount, scale - kNano)) {
    amount = *nano;
  } else if (!binary) {
    return Bad(kTooLarge);
  } else {
    amount = kMaxInt64 * Power10(-kNano);
  }
  Quantity q;
  q.wide = true;
  q.scale = kNano;
  q.format = unit.format;
  if (binary) {
    amount = std::min(amount, kMaxInt64 * Power10(-kNano));
    if (amount > 0 && amount < Power10(-kNano)) q.format = QuantityFormat::kDecimalSI;
  }
  q.unscaled = p.positive ? amount : -amount;
  return q;
}

std::string Decimal(i128 amount) {
  std::string out;
  const bool negative = amount < 0;
  do {
    const int digit = static_cast<int>(amount % 10);
    out += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    amount /= 10;
  } while (amount != 0);
  if (negative) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

std::string DecimalText(i128 amount, i32 exponent, bool scientific) {
  while (amount % 10 == 0) {
    amount /= 10;
    ++exponent;
  }
  i32 zeros = (exponent % 3 + 3) % 3;
  if (!scientific && exponent - zeros > 18) zeros += exponent - zeros - 18;
  exponent -= zeros;
  std::string out = Decimal(amount);
  out.append(static_cast<std::size_t>(zeros), '0');
  if (exponent == 0) return out;
  if (scientific) return out + "e" + std::to_string(exponent);
  for (const Suffix& s : kSuffixes) {
    if (!s.binary && s.exponent == exponent) return out.append(s.text);
  }
  return out;
}

std::string BinaryText(i128 amount) {
  std::size_t power = 0;
  while (power < 6 && amount % 1024 == 0) {
    amount /= 1024;
    ++power;
  }
  std::string out = Decimal(amount);
  return power == 0 ? out : out.append(kSuffixes[9 + power].text);
}

// The amount in whole units when it is whole.
std::optional<i128> WholeUnits(const Quantity& q) {
  if (q.scale >= 0) return ScaleUp(q.unscaled, q.scale);
  const i32 down = -q.scale;
  if (down > kMaxPower || q.unscaled % Power10(down) != 0) return std::nullopt;
  return q.unscaled / Power10(down);
}

i64 Low64(i128 a) { return static_cast<i64>(static_cast<u64>(a)); }

i64 WideValue(i128 unscaled, i32 down) {
  const i128 divisor = Power10(down);
  if (unscaled < kMaxInt64) {
    const i64 low = Low64(unscaled);
    const i64 step = static_cast<i64>(divisor);
    return low / step + (low % step != 0 ? 1 : 0);
  }
  return Low64(unscaled / divisor + (unscaled % divisor != 0 ? 1 : 0));
}

i64 ScaledValue(const Quantity& q, i32 target) {
  const i32 up = q.scale - target;
  if (up >= 0) {
    const std::optional<i128> scaled = ScaleUp(q.unscaled, up);
    return scaled && *scaled == Low64(*scaled) ? Low64(*scaled) : 0;
  }
  if (q.wide && -up < kMaxFastDigits) return WideValue(q.unscaled, -up);
  const i128 rounded = ScaleDownAway(q.unscaled, -up);
  return rounded == Low64(rounded) ? Low64(rounded) : 0;
}

// Both on one scale. Amounts too far apart for 38 digits lose their finest digits.
struct Aligned {
  i128 a, b;
  i32 scale;
};

Aligned Align(const Quantity& a, const Quantity& b) {
  i32 scale = std::min(a.scale, b.scale);
  if (a.unscaled == 0) scale = b.scale;
  if (b.unscaled == 0) scale = a.scale;
  for (;; ++scale) {
    const auto at = [scale](const Quantity& q) {
      return q.scale >= scale ? ScaleUp(q.unscaled, q.scale - scale)
                              : ScaleDownAway(q.unscaled, scale - q.scale);
    };
    const std::optional<i128> left = at(a);
    const std::optional<i128> right = at(b);
    i128 sum = 0;
    if (left && right && !__builtin_add_overflow(*left, *right, &sum) &&
        !__builtin_sub_overflow(*left, *right, &sum)) {
      return {*left, *right, scale};
    }
  }
}

Quantity Combine(const Quantity& a, const Quantity& b, int sign) {
  const Aligned both = Align(a, b);
  Quantity out;
  out.unscaled = both.a + sign * both.b;
  out.scale = both.scale;
  out.format = a.unscaled == 0 ? b.format : a.format;
  out.wide = a.wide || b.wide;
  return out;
}

}  // namespace

Result<Quantity> ParseQuantity(std::string_view text) {
  if (text.empty()) return Bad(kWrongFormat);
  const std::optional<Parts> parts = Split(text);
  if (!parts) return Bad(kWrongFormat);
  const std::optional<Unit> unit = Interpret(parts->suffix);
  if (!unit) return Bad(kWrongSuffix);
  if (std::optional<Quantity> fast = FastPath(text, *parts, *unit)) {
    if (fast->scale <= kMaxPower && ScaleUp(fast->unscaled, std::max(0, fast->scale))) {
      return std::move(*fast);
    }
    return Bad(kTooLarge);
  }
  return SlowPath(*parts, *unit);
}

Quantity QuantityFromInteger(i64 amount, QuantityFormat format) {
  Quantity q;
  q.unscaled = amount;
  q.format = format;
  return q;
}

std::string CanonicalText(const Quantity& q) {
  if (!q.literal.empty()) return q.literal;
  if (q.unscaled == 0) return "0";
  if (q.format == QuantityFormat::kBinarySI) {
    const std::optional<i128> whole = WholeUnits(q);
    if (whole && (*whole >= 1024 || *whole <= -1024)) return BinaryText(*whole);
  }
  return DecimalText(q.unscaled, q.scale, q.format == QuantityFormat::kDecimalExponent);
}

std::string_view FormatName(QuantityFormat format) {
  switch (format) {
    case QuantityFormat::kDecimalSI:
      return "DecimalSI";
    case QuantityFormat::kBinarySI:
      return "BinarySI";
    case QuantityFormat::kDecimalExponent:
      return "DecimalExponent";
  }
  return "";
}

int Sign(const Quantity& q) { return q.unscaled > 0 ? 1 : (q.unscaled < 0 ? -1 : 0); }

i64 Value(const Quantity& q) { return ScaledValue(q, 0); }

i64 MilliValue(const Quantity& q) { return ScaledValue(q, -3); }

Quantity RoundUp(const Quantity& q, i32 scale) {
  if (q.scale >= scale) return q;
  Quantity out = q;
  out.literal.clear();
  out.unscaled = ScaleDownAway(q.unscaled, scale - q.scale);
  out.scale = scale;
  return out;
}

int Compare(const Quantity& a, const Quantity& b) {
  const Aligned both = Align(a, b);
  return both.a < both.b ? -1 : (both.a > both.b ? 1 : 0);
}

Quantity Add(const Quantity& a, const Quantity& b) { return Combine(a, b, 1); }

Quantity Sub(const Quantity& a, const Quantity& b) { return Combine(a, b, -1); }

}  // namespace wt
