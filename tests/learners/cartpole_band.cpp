// SPDX-License-Identifier: Apache-2.0
// How well presets learn CartPole-v1: cartpole_band STEPS SEEDS BAR NEEDED PRESET...
// trains every preset with seeds 1..SEEDS and prints a row each; exit 1 unless at least NEEDED of
// its seeds end with a mean of BAR or more over the last 100 episodes.
#include <fmt/core.h>

#include <cstdlib>

#include "learners/cartpole_train.h"

int main(int argc, char** argv) {
  using namespace wt;
  if (argc < 6) {
    fmt::print(stderr, "usage: cartpole_band STEPS SEEDS BAR NEEDED PRESET...\n");
    return 2;
  }
  const u64 steps = std::strtoull(argv[1], nullptr, 10);
  const u64 seeds = std::strtoull(argv[2], nullptr, 10);
  const f64 bar = std::strtod(argv[3], nullptr);
  const u64 needed = std::strtoull(argv[4], nullptr, 10);
  bool all = true;
  for (int p = 5; p < argc; ++p) {
    u64 reached = 0;
    fmt::print("{:<8}", argv[p]);
    f64 cpu_s = 0;
    for (u64 seed = 1; seed <= seeds; ++seed) {
      Result<CartPoleConfig> config = CartPoleConfigOf(argv[p]);
      if (!config) {
        fmt::print(stderr, "{}\n", config.error().Text());
        return 2;
      }
      config->seed = seed;
      config->steps = steps;
      const auto result =
          TrainCartPole(*config, nullptr, [](const CartPoleProgress&) { return true; });
      reached += result->return_last100 >= bar ? 1 : 0;
      cpu_s += result->run.cpu_s;
      fmt::print(" {:>6.1f}", result->return_last100);
    }
    const bool passed = reached >= needed;
    fmt::print("  {} of {} >= {}, {:.1f} CPU s a run{}\n", reached, seeds, bar,
               cpu_s / static_cast<f64>(seeds), passed ? "" : "  FAILED");
    all = all && passed;
  }
  return all ? 0 : 1;
}
