// SPDX-License-Identifier: Apache-2.0
// The training loop: collect, improve, log, checkpoint. A run is a folder:
//   run.json (configuration), metrics.jsonl (a line an update, append-only), checkpoint.wtc,
//   policy.wtp (the latest weights, for `--agent`).
#pragma once

#include <functional>
#include <span>
#include <string>

#include "learners/advantage.h"
#include "learners/checkpoint.h"
#include "learners/cluster_rollouts.h"
#include "learners/grpo.h"

namespace wt {

// What episodes are like when a share of the run is done. Everything moves linearly.
struct Curriculum {
  f32 head_start_from = 1.0f;   // share of groups that begin right after the fault; falls to 0
  f32 head_start_until = 0.5f;
  f32 lessons_from = 0.1f;      // all groups have first lessons until here,
  f32 lessons_until = 0.5f;     // none from here on
  f32 penalties_from = 0.2f;    // scale of penalties; grows to 1 at lessons_until
  f32 reach_from = 0.1f;        // share of entities with legal moves; grows to 1
  f32 reach_until = 0.5f;
};

struct TrainConfig {
  std::string preset = "dapo";
  std::string suite, suite_hash;
  GrpoConfig grpo;
  CollectOptions collect;      // seed, groups, group size, threads
  u32 width = 32;
  bool blind = false;
  u64 updates = 100;           // stop after these in all
  f64 cpu_seconds_max = 0;     // stop when this much CPU time is spent; 0 = no bound
  u32 checkpoint_every = 10;   // updates
  Curriculum curriculum;
  f32 submit_bias = -3.0f;     // of moves that blame an entity, in the first weights
  f32 entropy_end = 0.002f;    // the entropy bonus falls linearly to this over the run
  f32 learning_rate_end = 0.2f;  // share of the learning rate left at the end
  std::string folder;          // empty: nothing is written
};

struct TrainProgress {
  u64 update = 0, updates = 0, episodes = 0, decisions = 0;
  f64 success = 0, harm = 0, reward = 0, steps = 0;  // means of this update's episodes
  f64 false_action_healthy = 0;
  u64 errored = 0;             // episodes of this update that could not start
  UpdateStats stats;
  f64 simulate_s = 0, infer_s = 0, update_s = 0;     // CPU seconds of this update
  f64 cpu_s = 0;                                     // of the run so far
};

struct TrainResult {
  Checkpoint checkpoint;
  u64 hash = 0;
  bool complete = true;         // false: stopped by on_update
  f64 success_first_tenth = 0, success_last_tenth = 0;
};

// Goes on from `resume` if given. `on_update` returning false stops after writing a checkpoint.
// Errors: kUsage (a checkpoint of another configuration), kEnvironment (folder), kInvalidInput (no
// episode of an update could start).
Result<TrainResult> Train(std::span<const ScenarioSetup> setups, const TrainConfig& config,
                          const Checkpoint* resume,
                          const std::function<bool(const TrainProgress&)>& on_update);

// What must be equal for a resume to continue the same run: all of the configuration but the
// folder, the threads and the bound on CPU time; and the scenarios.
u64 HashConfig(const TrainConfig& config, std::span<const ScenarioSetup> setups);

// train_json.cpp: one line of metrics.jsonl, the run.json, what `train --json` prints.
std::string MetricsLine(const TrainProgress& progress);
std::string RunDocument(const TrainConfig& config, std::span<const ScenarioSetup> setups,
                        const std::string& commit);
std::string ResultDocument(const TrainConfig& config, const TrainResult& result);

}  // namespace wt
