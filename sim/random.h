// SPDX-License-Identifier: Apache-2.0
// Randomness is asked for by purpose. A draw is a pure function of (world key, stream, who, which):
// no generator state exists, so one more action or event never reshuffles later draws.
// `who` must be a stable identity (an object's creation number `born`), never a row index or an
// event number; `which` counts that identity's own draws (restart number, attempt, tick).
// Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC11).
#pragma once

#include <Random123/philox.h>

#include "sim/api/ints.h"
#include "sim/api/time.h"
#include "sim/math.h"

namespace wt {

enum class Stream : u32 {
  kSettle = 1,        // which settled image
  kFault,             // fault plan: target, time, parameters
  kNames,             // five-letter suffixes
  kSchedule,          // tie break between nodes
  kPodSync,           // kubelet reaction times
  kImagePull,         // duration of a pull
  kStart,             // duration of start-up work
  kProbePhase,        // offset of the first probe
  kProbeOutcome,      // a probe that fails with 0 < p < 1
  kCrash,             // how long a failing process lives
  kPropagation,       // watch, endpoint and proxy delays
  kNoise,             // ambient noise: what, when, where
  kTelemetry,         // noise of a metric at a scrape
  kPermutation,       // row order of entities in the observation
  kRogue,             // a rogue workload's choices
  kUser,              // the simulated user's words
  kPolicy,            // an agent's own sampling
  kLearner,           // initial weights, minibatch order
  kGenerator,         // scenario values drawn from distributions
};

struct RandomKey {
  u64 value = 0;
};

struct Bits128 {
  u32 word[4];
};

inline Bits128 DrawBits(RandomKey key, Stream stream, u32 who, u32 which) {
  const r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type counter = {{which, who, static_cast<u32>(stream), 0}};
  const r123::Philox4x32::key_type k = {
      {static_cast<u32>(key.value), static_cast<u32>(key.value >> 32)}};
  const auto r = philox(counter, k);
  return {{r[0], r[1], r[2], r[3]}};
}

inline u64 Draw(RandomKey key, Stream stream, u32 who, u32 which) {
  const Bits128 bits = DrawBits(key, stream, who, which);
  return static_cast<u64>(bits.word[1]) << 32 | bits.word[0];
}

// Uniform in [0, 1) with 53 bits.
inline f64 DrawUniform(RandomKey key, Stream stream, u32 who, u32 which) {
  return static_cast<f64>(Draw(key, stream, who, which) >> 11) * 0x1p-53;
}

// Uniform integer in [0, count); count > 0. Multiply-shift, bias < 2^-32.
inline u32 DrawBelow(RandomKey key, Stream stream, u32 who, u32 which, u32 count) {
  const u64 bits = Draw(key, stream, who, which) & 0xffffffffULL;
  return static_cast<u32>(bits * count >> 32);
}

// A delay: log-normal given by its median and 99th percentile (sigma = ln(p99/median) / 2.3263).
struct Delay {
  f32 median_ms = 0;
  f32 p99_ms = 0;  // equal to the median: constant
};

inline SimTime DrawDelay(Delay delay, RandomKey key, Stream stream, u32 who, u32 which) {
  if (delay.p99_ms <= delay.median_ms) {
    return static_cast<SimTime>(static_cast<f64>(delay.median_ms) * 1e6);
  }
  const f64 z = NormalQuantile(DrawUniform(key, stream, who, which));
  const f64 ratio = static_cast<f64>(delay.p99_ms) / static_cast<f64>(delay.median_ms);
  const f64 ms = static_cast<f64>(delay.median_ms) * Exp2(Log2(ratio) * z / 2.3263478740408408);
  return static_cast<SimTime>(ms * 1e6);
}

// client-go wait.Jitter: base * (1 + U[0, factor]).
inline SimTime DrawJitter(SimTime base, f64 factor, RandomKey key, Stream stream, u32 who,
                          u32 which) {
  const f64 u = DrawUniform(key, stream, who, which);
  return base + static_cast<SimTime>(static_cast<f64>(base) * factor * u);
}

}  // namespace wt
