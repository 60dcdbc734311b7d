// SPDX-License-Identifier: Apache-2.0
// Traces made by hand, for tests.
#pragma once

#include <string>

#include "episodes/trace/trace.h"

namespace wt {

// Seconds to the milliseconds that traces have.
SimTime At(f64 seconds);

// A trace of `seconds` in which the fault comes at 60 s by the result's account.
Trace EmptyTrace(bool real, u64 seed, f64 seconds);

struct BuiltPod {
  std::string name = "geo-6b85c9d7f4-x2k8p";
  std::string owner = "geo-6b85c9d7f4";  // ReplicaSet; empty: none
  std::string waiting = {};              // reason; empty: runs
  std::string terminated = {};           // reason, with exit code 137
  bool ready = true;
  bool deleting = false;
};
void AddPod(Trace& trace, f64 at_s, const BuiltPod& pod);
void RemovePod(Trace& trace, f64 at_s, const std::string& name);
void AddReplicaSet(Trace& trace, f64 at_s, const std::string& name, const std::string& owner,
                   int revision);
void AddDeployment(Trace& trace, f64 at_s, const std::string& name, int wanted, int available);

struct BuiltEvent {
  std::string kind = "Pod", name = "geo-6b85c9d7f4-x2k8p";
  std::string reason, source = "kubelet", message = {};
  bool warning = false;
  int count = 1;
};
void AddEvent(Trace& trace, f64 at_s, const BuiltEvent& event);

// One line a second in (from, to].
void AddTraffic(Trace& trace, f64 from_s, f64 to_s, f32 rate, f32 error);
void AddAction(Trace& trace, f64 at_s, const std::string& verb, bool accepted = true);
void AddRequest(Trace& trace, f64 at_s, bool by_agent);
void SetResult(Trace& trace, int verdict, int steps, f64 injected_s, bool errored = false);

}  // namespace wt
