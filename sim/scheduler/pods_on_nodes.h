// SPDX-License-Identifier: Apache-2.0
// How many active pods of some ReplicaSets run on each node: for spreading when scheduling and for
// the deletion order when scaling down. Lives on the stack of one handler.
#pragma once

#include <cstring>

#include "sim/transitions.h"

namespace wt {

class PodsOnNodes {
 public:
  static constexpr u32 kMaxNodes = 4096;  // nodes beyond count as empty
  static constexpr u32 kMaxPods = 4096;   // of one owner: the newest ones

  explicit PodsOnNodes(const Sim& sim) : rows_(sim.world.Used<Node>()) {
    if (rows_ > kMaxNodes) rows_ = kMaxNodes;
    std::memset(counts_, 0, rows_ * sizeof(counts_[0]));
  }
  // O(pods of the ReplicaSet).
  void AddOwner(const Sim& sim, u32 replica_set) {
    u32 left = kMaxPods;
    for (u32 p = sim.At<ReplicaSet>(replica_set).first_pod; p != 0 && left != 0; --left) {
      const Pod& pod = sim.At<Pod>(p);
      if (pod.node != 0 && pod.node < rows_ && IsActive(pod)) ++counts_[pod.node];
      p = pod.next_in_owner;
    }
  }
  i32 Of(u32 node) const { return node < rows_ ? counts_[node] : 0; }

 private:
  u32 rows_;
  u16 counts_[kMaxNodes];
};

}  // namespace wt
