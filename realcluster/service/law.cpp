// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/law.h"

#include <sys/random.h>

#include <algorithm>
#include <cmath>

namespace wt::service {
namespace {

constexpr double kZ99 = 2.3263478740408408;  // standard normal quantile of 0.99
constexpr double kLongest = 9.2e18;

double Sigma(const Law& law) { return law.low > 0 ? std::log(law.high / law.low) / kZ99 : 0; }

}  // namespace

std::uint64_t Random::Next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double Random::Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

double Random::Normal() {
  const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
  return radius * std::cos(6.283185307179586 * Uniform());
}

double Random::Exponential() { return -std::log(1 - Uniform()); }

std::uint64_t SeedFromKernel() {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof(seed), 0) == static_cast<ssize_t>(sizeof(seed))) return seed;
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

double Draw(const Law& law, Random& random) {
  switch (law.form) {
    case Law::Form::kConstant:
      return law.low;
    case Law::Form::kUniform:
      return law.low + random.Uniform() * (law.high - law.low);
    case Law::Form::kLogNormal:
      return std::min(law.low * std::exp(Sigma(law) * random.Normal()), kLongest);
    case Law::Form::kChoice: {
      const double u = random.Uniform();
      std::size_t i = 0;
      while (i + 1 < law.upto.size() && u >= law.upto[i]) ++i;
      return law.values[i];
    }
  }
  return law.low;
}

Nanos DrawTime(const Law& law, Random& random) {
  return Nanos(static_cast<std::int64_t>(Draw(law, random)));
}

double Mean(const Law& law) {
  switch (law.form) {
    case Law::Form::kConstant:
      return law.low;
    case Law::Form::kUniform:
      return (law.low + law.high) / 2;
    case Law::Form::kLogNormal:
      return law.low * std::exp(Sigma(law) * Sigma(law) / 2);
    case Law::Form::kChoice: {
      double sum = 0, before = 0;
      for (std::size_t i = 0; i < law.values.size(); ++i) {
        sum += (law.upto[i] - before) * law.values[i];
        before = law.upto[i];
      }
      return sum;
    }
  }
  return law.low;
}

}  // namespace wt::service
