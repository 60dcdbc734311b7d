// SPDX-License-Identifier: Apache-2.0
// A simulated cluster as somebody sees it who lists and watches the objects of its app through the
// API: the changes of AppCollections.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "episodes/trace/trace.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// A cluster is watched from Begin to End; another one that goes on from where it was (a fork of the
// same episode) may come after it. What is known stays known, so that Begin tells what differs.
// Events: their counts are told as they grow; ones that the ring forgets are not told as DELETED.
class WorldWatch {
 public:
  WorldWatch();
  ~WorldWatch();
  WorldWatch(const WorldWatch&) = delete;
  WorldWatch& operator=(const WorldWatch&) = delete;

  // Lists: what is new, changed or gone since it was last seen. The cluster must stay where it is
  // until End; it gets a ChangeSink. O(objects).
  void Begin(SimCluster& cluster, std::vector<TraceChange>& out);
  // What has happened since, in order of resourceVersion. O(collections + changes), and O(Events)
  // when one was recorded.
  void Poll(const SimCluster& cluster, std::vector<TraceChange>& out);
  void End(SimCluster& cluster);

 private:
  struct Attached;
  struct Known {
    std::string uid, version;
    unsigned list = 0;  // the last one it stood in
  };

  void Read(const SimCluster& cluster, std::vector<TraceChange>& out);
  void ReadEvents(const Sim& sim, std::vector<TraceChange>& out);
  void Take(SimTime at, const std::string& line, std::vector<TraceChange>& out);
  bool EventsMoved(const Sim& sim);

  std::unique_ptr<Attached> attached_;
  std::vector<std::string> paths_;
  std::set<std::string> namespaces_;
  std::map<std::string, Known> known_;         // by "KIND/NAMESPACE/NAME"
  std::map<std::string, std::string> events_;  // by "NAMESPACE/NAME": as last told
  std::vector<std::pair<u32, u32>> counts_;    // by row of ClusterEvent: born, count
  unsigned list_ = 0;
};

}  // namespace wt
