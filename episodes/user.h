// SPDX-License-Identifier: Apache-2.0
// The simulated user: notices what clients notice, after a while, and says so in words. Knows
// operations, not Services; never a cause.
#pragma once

#include <string>

#include "episodes/observer.h"
#include "episodes/twin.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

constexpr SimTime kUserLooksEvery = 15 * kSecond;

class User {
 public:
  // From now on. `words`: what the scenario has the user say; empty = about the symptom they saw.
  User(const Sim& sim, const JudgedObjective* objective, const std::string* words);

  // At every multiple of kUserLooksEvery, whatever the agent does meanwhile.
  SimTime NextLook() const { return next_look_; }
  // Looks, if it is time. Given words are said once, at a time of the episode's own draw between
  // one and two and a half minutes, whatever the state of the cluster: they tell nothing of it.
  // Without, complains once the client's errors were beyond the objective since the last look and
  // still are, or its p99 at both. From then on the observation says so.
  void Update(SimCluster& cluster);
  // "" = has not complained.
  const std::string& Complaint() const { return complaint_; }

 private:
  void Say(SimCluster& cluster, std::string words);

  const JudgedObjective* objective_;
  const std::string* words_;
  TwinPoint last_;
  SimTime next_look_;
  bool was_slow_ = false;
  std::string complaint_;
};

}  // namespace wt
