// SPDX-License-Identifier: Apache-2.0
// What a trace shows of pods, workloads and Events, as plain rows in order of time: everything
// that the comparison needs of objects, read once.
#pragma once

#include <string>
#include <vector>

#include "episodes/trace/trace.h"

namespace wt {

// A pod as it was from `at` until its next sight.
struct PodSight {
  SimTime at = 0;
  std::string status;     // STATUS column; "Gone" once it is deleted
  bool ready = false;     // every container
  bool failing = false;   // a container waits for a bad reason or ended with an exit code
  bool deleting = false;  // has a deletionTimestamp, or is gone
  bool finished = false;  // Succeeded or Failed: will never be ready again
  i64 failed_exits = 0;   // restarts of containers whose last exit was not 0
};

struct PodSights {
  std::string group;  // "hotel/geo-<hash-2>-<rand>": pods of one ReplicaSet are one group
  std::vector<PodSight> sights;
};

// A Deployment's or StatefulSet's numbers from `at` on.
struct WorkloadSight {
  SimTime at = 0;
  i64 wanted = 0, available = 0;
};

struct WorkloadSights {
  std::string name;  // "Deployment hotel/geo", as it is called in the trace
  std::vector<WorkloadSight> sights;
};

// An Event, or one more occurrence of it (its count grew).
struct EventSight {
  SimTime at = 0;
  std::string kind, name;  // of the object it is about; "hotel/geo-<hash-2>-<rand>"
  std::string reason;
  std::string detail;      // ScalingReplicaSet: "up geo-<hash-2>"; of others empty
  std::string source;      // component that reported it
  std::string message;
  bool warning = false;
};

struct Sights {
  std::vector<PodSights> pods;
  std::vector<WorkloadSights> workloads;
  std::vector<EventSight> events;
};

// What is seen before this time was there when the trace began.
inline constexpr SimTime kFirstList = kSecond;

// Names lose what was drawn (object_names.h); the ReplicaSets of a Deployment are numbered:
// <hash-1> is the newest that the trace begins with, later ones follow as they appear, and older
// ones are <old-1>, <old-2> back in time, so that nothing depends on how long a history is. A
// workload that comes later, which is what a fault brings along under a name drawn by the seed, is
// called <new-1>, and what it owns after it. Objects of other kinds are passed over, as is what is
// no JSON object. O(bytes of the trace).
Sights SightsOf(const Trace& trace);

}  // namespace wt
