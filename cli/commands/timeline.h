// SPDX-License-Identifier: Apache-2.0
// The picture of an episode: one row each for the fault, the client's errors and the agent, over
// simulated time.
#pragma once

#include <string>
#include <vector>

#include "bench/results.h"
#include "episodes/run_episode.h"

namespace wt {

class Timeline {
 public:
  void Add(const StepView& step);
  // At most 100 columns.
  std::string Draw(const ScenarioLabel& label, const EpisodeResult& result) const;

 private:
  struct Point {
    SimTime from = 0, to = 0;
    Verb verb = Verb::kWait;
    f32 error = 0;  // of the client, after the step
    std::string text;
  };
  std::vector<Point> points_;
};

}  // namespace wt
