// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/distribution.h"

#include <algorithm>
#include <cmath>

#include "sim/math.h"
#include "sim/traffic/wide.h"

namespace wt {
namespace {

constexpr f32 kLog2Of50 = 5.6438562f;
constexpr f32 kCv2Min = 1e-6f;  // below it a duration is a constant for all purposes
constexpr f32 kCv2Max = 1e6f;

Cut CutGamma(f32 mean, f32 cv2, f32 limit) {
  const f32 shape = 1.0f / cv2;
  const f32 scaled = limit / (mean * cv2);
  f32 below[3];  // for shapes k, k + 1, k + 2: probability and the two partial moments
  for (int i = 0; i < 3; ++i) {
    const f32 k = shape + static_cast<f32>(i);
    const f32 ninth = 1.0f / (9.0f * k);
    const f32 root = FastExp2(FastLog2(std::max(scaled / k, 1e-30f)) * (1.0f / 3.0f));
    below[i] = NormalBelow((root - (1.0f - ninth)) / std::sqrt(ninth));
  }
  return {1.0f - below[0], mean * below[1], mean * mean * (1.0f + cv2) * below[2]};
}

Cut CutLogNormal(f32 mean, f32 cv2, f32 limit) {
  const f32 s2 = kLn2 * FastLog2(1.0f + cv2);
  const f32 s = std::sqrt(s2);
  const f32 z = (kLn2 * FastLog2(std::max(limit / mean, 1e-30f)) + 0.5f * s2) / s;
  return {1.0f - NormalBelow(z), mean * NormalBelow(z - s),
          mean * mean * (1.0f + cv2) * NormalBelow(z - 2.0f * s)};
}

f32 Blend(f32 a, f32 b, f32 t) { return a + (b - a) * t; }

constexpr size_t kTailsMax = 256;

// Exponential tails, tail(t) = 2^(-1 - slope (t - p50)), at most 1; padded to full lanes with
// weightless ones.
struct Tails {
  size_t count, padded;
  alignas(32) f32 weight[kTailsMax], p50[kTailsMax], slope[kTailsMax];
};

struct TailSums {
  f32 sum, slope;
};

TailSums TailsAt(const Tails& tails, f32 t) {
  Wide sum{}, slope{};
  for (size_t from = 0; from < tails.padded; from += kWide) {
    Wide weight, pace, p50;
    Load(tails.weight + from, weight);
    Load(tails.slope + from, pace);
    Load(tails.p50 + from, p50);
    const Wide exponent = -1.0f - pace * (t - p50);
    Wide part = exponent;
    Exp2Of(part);
    part *= weight;
    sum += exponent >= 0.0f ? weight : part;
    slope += exponent >= 0.0f ? Wide{} : part * pace;
  }
  return {SumOfLanes(sum), SumOfLanes(slope)};
}

// Looks for the t with sum of weight x tail(t) = 2^log2_q. Newton's method on the logarithm, which
// is convex where no part is cut at 1, kept inside a bracket that bisection takes over elsewhere.
struct Search {
  f32 log2_q, low = 0, high = 0, t;
  bool done = false;

  Search(const Tails& tails, f32 log2_share) : log2_q(log2_share) {
    for (size_t i = 0; i < tails.count; ++i) {
      const f32 x = tails.p50[i] + (-1.0f - log2_q) / tails.slope[i];
      low = i == 0 ? x : std::min(low, x);
      high = i == 0 ? x : std::max(high, x);
    }
    t = 0.5f * (low + high);
  }

  void Step(const Tails& tails) {
    done |= !(high - low > 1e-3f * high);
    if (done) return;
    const auto [sum, slope] = TailsAt(tails, t);
    const f32 excess = FastLog2(std::max(sum, 1e-30f)) - log2_q;
    (excess > 0.0f ? low : high) = t;
    const f32 step = slope > 0.0f ? excess * sum / slope : 0.0f;
    const f32 next = t + step;
    const bool inside = slope > 0.0f && next > low && next < high;
    done = inside && std::abs(step) < 5e-4f * t;
    t = inside ? next : 0.5f * (low + high);
  }
};

}  // namespace

f32 NormalBelow(f32 z) {
  const f32 a = std::min(std::abs(z), 12.0f);
  const f32 t = 1.0f / (1.0f + 0.2316419f * a);
  f32 p = 1.330274429f;
  p = p * t - 1.821255978f;
  p = p * t + 1.781477937f;
  p = p * t - 0.356563782f;
  p = p * t + 0.319381530f;
  const f32 above = 0.39894228f * FastExp(-0.5f * a * a) * p * t;
  return z >= 0.0f ? 1.0f - above : above;
}

Cut CutAt(f32 mean, f32 variance, f32 limit) {
  if (limit <= 0.0f) return {1.0f, 0.0f, 0.0f};
  if (mean < 1e-12f) return {0.0f, mean, 0.0f};
  const f32 cv2 = std::clamp(variance / (mean * mean), kCv2Min, kCv2Max);
  const f32 heavy = LogNormalShare(cv2);
  Cut cut{};
  if (heavy < 1.0f) cut = CutGamma(mean, cv2, limit);
  if (heavy > 0.0f) {
    const Cut log_normal = CutLogNormal(mean, cv2, limit);
    if (heavy >= 1.0f) {
      cut = log_normal;
    } else {
      cut = {Blend(cut.above, log_normal.above, heavy), Blend(cut.below1, log_normal.below1, heavy),
             Blend(cut.below2, log_normal.below2, heavy)};
    }
  }
  // The approximations of the three shapes do not fit each other exactly.
  cut.above = std::clamp(cut.above, 0.0f, 1.0f);
  cut.below1 = std::min(cut.below1, limit * (1.0f - cut.above));
  cut.below2 = std::min(cut.below2, limit * cut.below1);
  return cut;
}

Quantiles MatchedQuantiles(f32 mean, f32 variance) {
  if (mean < 1e-12f) return {0.0f, 0.0f};
  const f32 cv2 = std::clamp(variance / (mean * mean), kCv2Min, kCv2Max);
  const f32 heavy = LogNormalShare(cv2);
  Quantiles q{0.0f, 0.0f};
  if (heavy < 1.0f) {
    const f32 ninth = cv2 * (1.0f / 9.0f);
    const f32 middle = 1.0f - ninth;
    const f32 high = middle + kZ99 * std::sqrt(ninth);
    q = {mean * middle * middle * middle, mean * high * high * high};
  }
  if (heavy > 0.0f) {
    const f32 s = std::sqrt(kLn2 * FastLog2(1.0f + cv2));
    const f32 p50 = mean / std::sqrt(1.0f + cv2);
    const f32 p99 = p50 * FastExp(kZ99 * s);
    q = {Blend(q.p50, p50, heavy), Blend(q.p99, p99, heavy)};
  }
  return q;
}

Quantiles MixtureQuantiles(std::span<const MixturePart> parts) {
  if (parts.empty()) return {0.0f, 0.0f};
  if (parts.size() == 1) return parts[0].quantiles;
  Tails tails;
  tails.count = std::min(parts.size(), kTailsMax);
  tails.padded = (tails.count + kWide - 1) / kWide * kWide;
  for (size_t i = 0; i < tails.padded; ++i) {
    const bool real = i < tails.count;
    const Quantiles q = real ? parts[i].quantiles : Quantiles{0.0f, 0.0f};
    const f32 width = std::max(q.p99 - q.p50, 1e-3f * q.p50 + 1e-7f);
    tails.weight[i] = real ? parts[i].weight : 0.0f;
    tails.p50[i] = q.p50;
    tails.slope[i] = kLog2Of50 / width;
  }
  constexpr f32 kLog2Of1In100 = -6.6438562f;
  Search p50(tails, -1.0f), p99(tails, kLog2Of1In100);
  // Side by side: neither waits for the other's sums.
  for (int pass = 0; pass < 24 && !(p50.done && p99.done); ++pass) {
    p50.Step(tails);
    p99.Step(tails);
  }
  return {p50.t, p99.t};
}

}  // namespace wt
