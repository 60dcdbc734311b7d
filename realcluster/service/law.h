// SPDX-License-Identifier: Apache-2.0
// Random numbers and the laws that behaviour.yaml draws durations from (docs/formats.md): the
// same laws as the simulator's, drawn by this program's own code.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace wt::service {

using Nanos = std::chrono::nanoseconds;

// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, equal sequences for equal seeds.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next();
  double Uniform();      // [0, 1)
  double Normal();       // N(0, 1), Box-Muller
  double Exponential();  // mean 1

 private:
  std::uint64_t state_;
};

// From the kernel: two processes never share it.
std::uint64_t SeedFromKernel();

struct Law {
  enum class Form { kConstant, kUniform, kLogNormal, kChoice };
  Form form = Form::kConstant;
  double low = 0;   // kConstant: the value; kUniform: lower end; kLogNormal: median
  double high = 0;  // kUniform: upper end; kLogNormal: p99
  std::vector<double> values, upto;  // kChoice: values and the running sum of their chances
};

// Nanoseconds. sigma of a log-normal = ln(p99 / median) / 2.3263, as in scenarios/distribution.h.
double Draw(const Law& law, Random& random);
Nanos DrawTime(const Law& law, Random& random);
double Mean(const Law& law);

}  // namespace wt::service
