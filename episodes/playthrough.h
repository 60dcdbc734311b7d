// SPDX-License-Identifier: Apache-2.0
// An episode as a text that is kept and compared: what was the case, what the agent saw in brief,
// what it did, and the hash of the World after each step.
#pragma once

#include <string>

#include "episodes/run_episode.h"

namespace wt {

class Playthrough {
 public:
  // A StepListener of an episode run alone. O(entities) a step; allocates.
  void Add(const StepView& step);
  // The whole text; at most 300 lines (6 a step). Deterministic in (setup, seed, agent).
  std::string Text(const ScenarioSetup& setup, const std::string& agent,
                   const EpisodeResult& result) const;

 private:
  std::string spec_, faults_, steps_;
  u32 count_ = 0;
};

}  // namespace wt
