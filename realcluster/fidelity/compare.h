// SPDX-License-Identifier: Apache-2.0
// Recorded episodes of both worlds against each other.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "realcluster/fidelity/agreement.h"
#include "realcluster/fidelity/event_order.h"
#include "realcluster/fidelity/milestones.h"
#include "realcluster/fidelity/two_samples.h"

namespace wt {

// What the comparison keeps of one trace.
struct EpisodeDigest {
  TraceHeader header;
  EpisodeFacts facts;
  std::vector<ObjectOrder> orders;  // from the fault on; of a healthy episode from kFirstList on
};
// `fault_s`: the scenario's, where the trace itself does not tell. O(bytes of the trace).
EpisodeDigest DigestOf(const Trace& trace, std::optional<f64> fault_s = {});

struct LostComparison {
  SampleComparison total, before_repair, after_repair;
  SampleComparison per_exit;  // within kExitWindowS of a pod's exit, divided by the exits
  u32 real_exits = 0, simulated_exits = 0;
};

struct EventComparison {
  OrderAgreement agreement;          // every real trace with every simulated one
  OrderAgreement among_real;         // pairs of real repetitions: what order itself is worth
  OrderAgreement among_simulated;
  std::vector<OneSided> one_sided;

  void Add(const EventComparison& other);  // the agreements
};

// Episodes of one scenario and agent. Verdicts are compared episode by episode: the k-th repetition
// of a real seed with the simulated seed + k - 1, which is how simulated repetitions are recorded.
// Errored episodes have no verdict; they are counted and no more.
struct GroupComparison {
  std::string scenario, agent;
  u32 real = 0, simulated = 0;
  u32 real_errored = 0, simulated_errored = 0;
  std::vector<u64> seeds;  // of the real ones, ascending
  Confusion verdicts;
  u32 met_fault = 0;  // of its pairs those in which both agents wrote or answered after a fault
  std::array<SampleComparison, kMilestones> times;
  SampleComparison settle;  // every write of every episode is a value
  SampleComparison steps;
  LostComparison lost;
  EventComparison events;
  f64 real_verdict = 0, simulated_verdict = 0;  // means
};

struct FidelityReport {
  std::string suite, engine;              // engine: that of the simulated side
  std::vector<std::string> kubernetes, machines;  // of the real side, distinct
  std::vector<GroupComparison> groups;    // by (scenario, agent)
  Confusion verdicts;
  u32 met_fault = 0;                      // the groups' sum
  EventComparison events;                 // without one_sided, which are the groups'
  // Mean verdicts of the agents of the scenario that most agents played, over all scenarios that
  // each of these played, with equal weight.
  std::vector<PolicyScore> policies;
  Figure agreement, kappa, srcc, mmrv;
};

// Groups with episodes of one world only are left out. O(pairs of a group * entries squared).
FidelityReport CompareWorlds(const std::vector<EpisodeDigest>& real,
                             const std::vector<EpisodeDigest>& simulated);

// Seeds of the simulated episodes that belong to real ones of one scenario and agent: of each seed
// that many from it on as there are repetitions, but at least `at_least`. Ascending, distinct.
std::vector<u64> SimulatedSeeds(const std::vector<TraceHeader>& real, u32 at_least);

}  // namespace wt
