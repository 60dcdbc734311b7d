// SPDX-License-Identifier: Apache-2.0
// The simulated user: notices what clients notice, after a while, and says so in words. Knows
// operations, not Services; never a cause.
#pragma once

#include <string>

#include "episodes/observer.h"
#include "episodes/twin.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

class User {
 public:
  // `words`: what the scenario has the user say; empty = about the symptom they saw.
  User(const JudgedObjective* objective, const std::string* words)
      : objective_(objective), words_(words) {}

  // After each step. Given words are said once, at a time of the episode's own draw between one
  // and two and a half minutes, whatever the state of the cluster: they tell nothing of it.
  // Without, complains once the client's errors or p99 were beyond the objective over at least
  // 10 s of simulated time and still are. From then on the observation says so.
  void Update(SimCluster& cluster);
  // "" = has not complained.
  const std::string& Complaint() const { return complaint_; }

 private:
  void Say(SimCluster& cluster, std::string words);

  const JudgedObjective* objective_;
  const std::string* words_;
  TwinPoint last_;
  SimTime slow_since_ = -1;
  std::string complaint_;
};

}  // namespace wt
