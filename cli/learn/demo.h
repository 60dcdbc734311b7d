// SPDX-License-Identifier: Apache-2.0
// The second half of `demo`: what it does and what it has to show at the end.
#pragma once

#include <string>
#include <vector>

#include "bench/evaluate.h"
#include "cli/commands/demo.h"
#include "learners/train.h"

namespace wt {

struct DemoScore {
  std::string agent;  // as --agent takes it
  Summary overall, faulty, healthy;
};

struct DemoTraining {
  u64 updates = 0, episodes = 0;
  f64 cpu_s = 0, wall_s = 0;
  f64 success_first_tenth = 0, success_last_tenth = 0;
};

struct DemoOutcome {
  std::string folder;
  TrainConfig config;
  DemoTraining training;
  f64 wall_s = 0;
  std::vector<DemoScore> scores;     // of agents that were scored to the end, the best first
  bool interrupted = false;
};

// demo_score.cpp: plays the suite with each scripted agent and with the policy, leaving a folder
// bench/NAME each as `bench --out` does. Ctrl-C ends it; agents scored until then are kept.
Status ScoreAll(const PreparedSuite& suite, const DemoPlan& plan, DemoOutcome& outcome);

// demo_json.cpp: one document, schema wavetank.demo/1.
std::string DemoDocument(const DemoPlan& plan, const DemoOutcome& outcome);

}  // namespace wt
