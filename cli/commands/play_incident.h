// SPDX-License-Identifier: Apache-2.0
// One episode played for people to look at: recorded as an Incident and, if wanted, told step by
// step while it happens.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/evaluate.h"
#include "bench/report/incident.h"
#include "episodes/script.h"

namespace wt {

struct PlayOptions {
  std::string agent = "rule";
  u64 seed = 1;
  std::FILE* tell = nullptr;      // steps, findings and complaints are printed there
  bool check_invariants = false;
  StepListener on_step;           // after the recording; optional
  // As those of ChunkOptions: the cluster is another one's image.
  std::function<Result<std::unique_ptr<ClusterDriver>>(SimCluster&)> drive;
  std::function<bool()> cut_off;
  std::function<void(SimCluster&, const EpisodeLimits&)> on_judged;
  // These in place of what `agent`, then a name only, would do.
  std::optional<std::vector<ScriptedAction>> actions;
};

struct PlayedIncident {
  Incident incident;
  EpisodeResult result;
};

// Plays the first scenario of `suite`. Errors: kUsage (agent, actions), kInvalidInput (it could not
// start), kEnvironment (the agent's program lost it; it was cut off).
Result<PlayedIncident> PlayIncident(const PreparedSuite& suite, const PlayOptions& options);

}  // namespace wt
