// SPDX-License-Identifier: Apache-2.0
// Trains a preset on CartPole-v1: the proof that update, advantages and optimizer learn. Same
// folder as a run on clusters (train.h), but for policy.wtp.
#pragma once

#include <functional>
#include <string>

#include "learners/advantage.h"
#include "learners/checkpoint_file.h"

namespace wt {

struct CartPoleConfig {
  std::string preset = "grpo";
  GrpoConfig grpo;
  u32 groups = 4, group_size = 8, width = 64;
  u64 seed = 1;
  u64 steps = 400'000;           // stop after the update in which these are reached
  u32 checkpoint_every = 20;     // updates
  f32 learning_rate_end = 0.1f;  // share of the learning rate left at the end, linear in steps
  std::string folder;            // empty: nothing is written
};

// What CartPole needs beside the preset's switches. Error: as PresetNamed.
Result<CartPoleConfig> CartPoleConfigOf(std::string_view preset);

struct CartPoleProgress {
  u64 update = 0, episodes = 0, steps = 0;
  f64 return_last100 = 0;  // mean length of the last (at most) 100 episodes
  UpdateStats stats;
  f64 cpu_s = 0;
};

struct CartPoleResult {
  SavedRun run;
  f64 return_last100 = 0;
  u64 hash = 0;
  bool complete = true;    // false: stopped by on_update
};

// Goes on from `resume` if given. `on_update` returning false stops after writing a checkpoint.
// Errors: kUsage (a checkpoint of another configuration), kEnvironment (folder).
Result<CartPoleResult> TrainCartPole(
    const CartPoleConfig& config, const SavedRun* resume,
    const std::function<bool(const CartPoleProgress&)>& on_update);

u64 HashConfig(const CartPoleConfig& config);

// One line of metrics.jsonl, the run.json (cartpole_json.cpp).
std::string MetricsLine(const CartPoleProgress& progress);
std::string RunDocument(const CartPoleConfig& config, const std::string& commit);
// What `train --env cartpole --json` prints.
std::string ResultDocument(const CartPoleConfig& config, const CartPoleResult& result);

}  // namespace wt
