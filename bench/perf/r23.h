// SPDX-License-Identifier: Apache-2.0
// The performance run R23 (docs/performance.md): scenarios/perf/r23.yaml over the app perf23, 50
// steps of 15 s under seeded actions. A step is decision, BeforeAction, Apply (findings included),
// Advance, Observer::Update and Observe (planes and masks); what is timed also has the reset of
// each episode. The World's hash is taken after the clock stopped.
#pragma once

#include <string>
#include <vector>

#include "episodes/scenario_setup.h"

namespace wt {

inline constexpr u32 kR23Steps = 50;
inline constexpr SimTime kR23Step = 15 * kSecond;
inline constexpr u32 kR23Services = 23;

enum class PerfActions : u8 {
  kR23,     // 60 % investigate, 25 % wait one step, 15 % repair but never delete an object or
            // scale to 0; within a class every legal (entity, move) is equally likely
  kUniform  // every legal (entity, move) but submit is equally likely
};

// Never submits. Deterministic in (masks, key, step). O(entities).
Action DrawPerfAction(const ObservationView& observation, PerfActions actions, u64 key, u32 step);

struct PerfEpisode {
  u64 seed = 0;
  u64 hash = 0;         // of the World after the last step
  u32 events = 0;       // engine events, all steps
  u32 solves = 0;       // of the traffic, all steps
  f64 requests = 0;     // of the simulated clients
  u32 serving = 0;      // services that could answer half of what they are asked, at the end
  u32 writes = 0;       // accepted
};

struct PerfRun {
  std::vector<PerfEpisode> episodes;  // by seed
  u64 steps = 0;
  f64 cpu_s = 0;        // thread CPU time of resets and steps, all threads
  f64 wall_s = 0;       // of the whole call
  u32 observation_bytes = 0;
};

struct PerfOptions {
  PerfActions actions = PerfActions::kR23;
  u64 first_seed = 1;
  u32 episodes = 256;
  u32 chunk = 64;       // worlds that one thread steps side by side
  int threads = 1;
  u32 steps = kR23Steps;
};

// `root`: where scenarios/ lies.
Result<ScenarioSetup> PrepareR23(const std::string& root);

// Error: an episode could not be started.
Result<PerfRun> RunPerf(const ScenarioSetup& setup, const PerfOptions& options);

// One running episode of R23, for tests and for the count of instructions.
class PerfEpisodeRunner {
 public:
  PerfEpisodeRunner(StartedEpisode started, const ScenarioSetup& setup, u64 seed,
                    PerfActions actions);
  PerfEpisodeRunner(const PerfEpisodeRunner&) = delete;
  PerfEpisodeRunner& operator=(const PerfEpisodeRunner&) = delete;

  void Step();          // no allocation
  PerfEpisode Counts() const;
  u32 ObservationBytes() const;
  const SimCluster& cluster() const { return cluster_; }
  const Action& last_action() const { return last_action_; }

 private:
  u64 seed_;
  PerfActions actions_;
  SimCluster cluster_;
  Observer observer_;
  std::vector<f32> features_;
  std::vector<u32> masks_;
  std::vector<u16> links_;
  ObservationView view_;
  u32 events_before_ = 0, solves_before_ = 0;
  f64 requests_before_ = 0;
  u32 step_ = 0;
  Action last_action_;
};

}  // namespace wt
