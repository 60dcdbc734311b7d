// SPDX-License-Identifier: Apache-2.0
// An episode as the instants and numbers in which both worlds are compared: the fault, the first
// thing to be seen of it, the repair, when all was well again; requests lost; the verdict.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "episodes/trace/trace.h"
#include "realcluster/fidelity/sights.h"

namespace wt {

// The distances that are reported, in seconds.
enum class Milestone : u8 {
  // since the fault
  kSymptom,      // a pod's container waits for a bad reason, ends with an exit code or is no longer
                 // ready, or a workload has fewer pods available than it wants
  kWarning,      // a Warning Event
  kClientError,  // clients lose requests, more than before the fault
  kLook,         // the agent looks at what is part of the cause
  kRepair,       // the agent's first accepted write from then on; one before it repairs nothing
  kAnswer,       // it submits; an answer before the fault counts as none
  // since the repair; objects and clients may have recovered before it (negative). Without a fault
  // they are counted, too: a rollout is something to recover from.
  kCauseGone,
  kObjectsHealthy,  // since then every pod was Ready and no workload short, to the end
  kClientsHealthy,  // since then clients lost no more than before the fault, to the end
  kCount
};
inline constexpr std::size_t kMilestones = static_cast<std::size_t>(Milestone::kCount);
struct MilestoneName {
  std::string_view key, text;  // "fault_to_symptom", "fault -> first symptom"
};
MilestoneName NameOf(Milestone milestone);

// Client requests that failed: rate * error share * seconds.
struct LostRequests {
  f64 total = 0;
  f64 before_repair = 0;  // from the fault on, and if nothing was repaired to the end
  f64 after_repair = 0;
  u32 exits = 0;          // pods whose deletion was seen
  f64 at_exits = 0;       // within kExitWindowS of one; windows that overlap count once
};
inline constexpr f64 kExitWindowS = 10;

struct EpisodeFacts {
  std::optional<f64> fault_s;  // since the beginning
  std::array<std::optional<f64>, kMilestones> times;  // by Milestone; empty: did not happen
  // Of each accepted write after which something was short and all was well again before the next
  // write: how long until then.
  std::vector<f64> settle_s;
  LostRequests lost;
  bool repaired = false;  // the agent wrote something, from the fault on if there is one
  // There was a fault, and the agent wrote or answered after it. An answer before it gets the same
  // verdict from every cluster.
  bool met_fault = false;
  int verdict = 0;
  bool errored = false;  // no verdict: the episode was lost
  u32 steps = 0;
};

// When the fault happened: in a real trace the first write of the fault, else what the episode's
// result says, else `otherwise_s` (the scenario's). None: a healthy episode.
std::optional<f64> FaultTime(const Trace& trace, std::optional<f64> otherwise_s = {});

// O(trace). Not known (empty): what is counted from a fault or repair that did not happen; healthy
// again when it was not at the end (clients: for the last kQuietS).
EpisodeFacts FactsOf(const Trace& trace, const Sights& sights,
                     std::optional<f64> otherwise_fault_s = {});

// Client errors as failed requests beyond the share that failed before the fault, summed up and
// never below 0 (a CUSUM; E. S. Page, Biometrika 41, 1954), so that a real client's whole failures
// and a simulated one's mean shares are measured alike. They have begun when the sum exceeds the
// most that it reached before the fault by kLostToTell; backwards from the end the same gives when
// they were over.
inline constexpr f64 kLostToTell = 0.5;  // requests
inline constexpr f64 kQuietS = 10;
struct ClientErrors {
  std::optional<f64> first_s, last_s;
};
ClientErrors ClientErrorsOf(std::span<const TraceTraffic> traffic, f64 fault_s, f64 end_s);

}  // namespace wt
