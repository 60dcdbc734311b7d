// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "bench/statistics.h"

namespace wt {
namespace {

using Digests = std::vector<const EpisodeDigest*>;
struct Sides {
  Digests real, simulated;
};

template <class Read>
SampleComparison CompareOf(const Sides& sides, Read read) {
  const auto values = [&](const Digests& digests) {
    std::vector<f64> out;
    for (const EpisodeDigest* digest : digests) {
      const std::optional<f64> value = read(digest->facts);
      if (value) out.push_back(*value);
    }
    return out;
  };
  return CompareSamples(values(sides.real), values(sides.simulated));
}

std::vector<f64> SettleTimesOf(const Digests& digests) {
  std::vector<f64> out;
  for (const EpisodeDigest* digest : digests) {
    out.insert(out.end(), digest->facts.settle_s.begin(), digest->facts.settle_s.end());
  }
  return out;
}

LostComparison CompareLost(const Sides& sides) {
  LostComparison out;
  using Value = std::optional<f64>;
  out.total = CompareOf(sides, [](const EpisodeFacts& f) { return Value(f.lost.total); });
  out.before_repair = CompareOf(sides, [](const EpisodeFacts& f) {
    return f.fault_s ? Value(f.lost.before_repair) : Value();
  });
  out.after_repair = CompareOf(sides, [](const EpisodeFacts& f) {
    return f.repaired ? Value(f.lost.after_repair) : Value();
  });
  out.per_exit = CompareOf(sides, [](const EpisodeFacts& f) {
    return f.lost.exits > 0 ? Value(f.lost.at_exits / f.lost.exits) : Value();
  });
  for (const EpisodeDigest* digest : sides.real) out.real_exits += digest->facts.lost.exits;
  for (const EpisodeDigest* digest : sides.simulated) {
    out.simulated_exits += digest->facts.lost.exits;
  }
  return out;
}

OrderAgreement AmongPairs(const Digests& digests) {
  OrderAgreement out;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    for (std::size_t j = i + 1; j < digests.size(); ++j) {
      out.Add(CompareOrders(digests[i]->orders, digests[j]->orders));
    }
  }
  return out;
}

EventComparison CompareEvents(const Sides& sides) {
  EventComparison out;
  std::vector<const std::vector<ObjectOrder>*> real, simulated;
  for (const EpisodeDigest* a : sides.real) {
    real.push_back(&a->orders);
    for (const EpisodeDigest* b : sides.simulated) {
      out.agreement.Add(CompareOrders(a->orders, b->orders));
    }
  }
  for (const EpisodeDigest* b : sides.simulated) simulated.push_back(&b->orders);
  out.among_real = AmongPairs(sides.real);
  out.among_simulated = AmongPairs(sides.simulated);
  out.one_sided = OneSidedEntries(real, simulated);
  return out;
}

void ComparePairs(const Sides& sides, GroupComparison& out) {
  std::map<u64, const EpisodeDigest*> simulated;
  for (const EpisodeDigest* digest : sides.simulated) {
    simulated.emplace(digest->header.seed, digest);
  }
  std::map<u64, std::vector<const EpisodeDigest*>> repetitions;
  for (const EpisodeDigest* digest : sides.real) {
    repetitions[digest->header.seed].push_back(digest);
  }
  for (auto& [seed, digests] : repetitions) {
    std::stable_sort(digests.begin(), digests.end(), [](const auto* a, const auto* b) {
      return a->header.repetition < b->header.repetition;
    });
    for (std::size_t k = 0; k < digests.size(); ++k) {
      const auto twin = simulated.find(seed + k);
      if (twin == simulated.end()) continue;
      if (digests[k]->facts.errored || twin->second->facts.errored) continue;
      out.verdicts.Add(digests[k]->facts.verdict, twin->second->facts.verdict);
      if (digests[k]->facts.met_fault && twin->second->facts.met_fault) ++out.met_fault;
    }
  }
}

f64 MeanVerdict(const Digests& digests) {
  std::vector<f64> verdicts;
  for (const EpisodeDigest* digest : digests) {
    if (!digest->facts.errored) verdicts.push_back(digest->facts.verdict);
  }
  return MeanOf(verdicts);
}

u32 Errored(const Digests& digests) {
  return static_cast<u32>(std::count_if(digests.begin(), digests.end(),
                                        [](const auto* d) { return d->facts.errored; }));
}

GroupComparison CompareGroup(const std::string& scenario, const std::string& agent,
                             const Sides& sides) {
  GroupComparison out;
  out.scenario = scenario;
  out.agent = agent;
  out.real = static_cast<u32>(sides.real.size());
  out.simulated = static_cast<u32>(sides.simulated.size());
  out.real_errored = Errored(sides.real);
  out.simulated_errored = Errored(sides.simulated);
  std::set<u64> seeds;
  for (const EpisodeDigest* digest : sides.real) seeds.insert(digest->header.seed);
  out.seeds.assign(seeds.begin(), seeds.end());
  ComparePairs(sides, out);
  for (std::size_t i = 0; i < kMilestones; ++i) {
    out.times[i] = CompareOf(sides, [i](const EpisodeFacts& facts) { return facts.times[i]; });
  }
  out.settle = CompareSamples(SettleTimesOf(sides.real), SettleTimesOf(sides.simulated));
  out.steps = CompareOf(sides, [](const EpisodeFacts& facts) {
    return std::optional<f64>(facts.steps);
  });
  out.lost = CompareLost(sides);
  out.events = CompareEvents(sides);
  out.real_verdict = MeanVerdict(sides.real);
  out.simulated_verdict = MeanVerdict(sides.simulated);
  return out;
}

using ByAgent = std::map<std::string, const GroupComparison*>;

// The agents of the scenario that most have played: who played none with others has no rank.
std::vector<std::string> RankedAgents(const std::map<std::string, ByAgent>& scenarios) {
  std::vector<std::string> out;
  for (const auto& [scenario, by_agent] : scenarios) {
    if (by_agent.size() <= out.size()) continue;
    out.clear();
    for (const auto& [agent, group] : by_agent) out.push_back(agent);
  }
  return out;
}

std::vector<PolicyScore> ScoresOf(const std::vector<GroupComparison>& groups) {
  std::map<std::string, ByAgent> scenarios;
  for (const GroupComparison& group : groups) {
    // A world without a verdict says nothing of a policy.
    if (group.real == group.real_errored || group.simulated == group.simulated_errored) continue;
    scenarios[group.scenario][group.agent] = &group;
  }
  const std::vector<std::string> agents = RankedAgents(scenarios);
  std::map<std::string, std::pair<std::vector<f64>, std::vector<f64>>> verdicts;
  for (const auto& [scenario, by_agent] : scenarios) {
    const auto played = [&by = by_agent](const std::string& agent) { return by.contains(agent); };
    if (!std::all_of(agents.begin(), agents.end(), played)) continue;
    for (const std::string& agent : agents) {
      verdicts[agent].first.push_back(by_agent.at(agent)->real_verdict);
      verdicts[agent].second.push_back(by_agent.at(agent)->simulated_verdict);
    }
  }
  std::vector<PolicyScore> out;
  for (const auto& [agent, both] : verdicts) {
    out.push_back({agent, MeanOf(both.first), MeanOf(both.second)});
  }
  return out;
}

void AddVerdicts(const Confusion& from, Confusion& to) {
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) to.counts[i][j] += from.counts[i][j];
  }
}

}  // namespace

void EventComparison::Add(const EventComparison& other) {
  agreement.Add(other.agreement);
  among_real.Add(other.among_real);
  among_simulated.Add(other.among_simulated);
}

EpisodeDigest DigestOf(const Trace& trace, std::optional<f64> fault_s) {
  const Sights sights = SightsOf(trace);
  EpisodeDigest out{trace.header, FactsOf(trace, sights, fault_s), {}};
  const f64 from_s = out.facts.fault_s.value_or(ToSeconds(kFirstList));
  out.orders = OrdersFrom(sights, static_cast<SimTime>(from_s * static_cast<f64>(kSecond)));
  return out;
}

FidelityReport CompareWorlds(const std::vector<EpisodeDigest>& real,
                             const std::vector<EpisodeDigest>& simulated) {
  std::map<std::pair<std::string, std::string>, Sides> groups;
  std::set<std::string> kubernetes, machines;
  FidelityReport out;
  for (const EpisodeDigest& digest : real) {
    groups[{digest.header.scenario, digest.header.agent}].real.push_back(&digest);
    kubernetes.insert(digest.header.kubernetes);
    machines.insert(digest.header.machine);
  }
  for (const EpisodeDigest& digest : simulated) {
    groups[{digest.header.scenario, digest.header.agent}].simulated.push_back(&digest);
    out.engine = digest.header.engine;
  }
  out.kubernetes.assign(kubernetes.begin(), kubernetes.end());
  out.machines.assign(machines.begin(), machines.end());
  for (const auto& [name, sides] : groups) {
    if (sides.real.empty() || sides.simulated.empty()) continue;
    out.groups.push_back(CompareGroup(name.first, name.second, sides));
    AddVerdicts(out.groups.back().verdicts, out.verdicts);
    out.met_fault += out.groups.back().met_fault;
    out.events.Add(out.groups.back().events);
  }
  out.policies = ScoresOf(out.groups);
  out.agreement = Agreement(out.verdicts);
  out.kappa = CohensKappa(out.verdicts);
  out.srcc = ScoreCorrelation(out.policies);
  out.mmrv = MeanMaximumRankViolation(out.policies);
  return out;
}

std::vector<u64> SimulatedSeeds(const std::vector<TraceHeader>& real, u32 at_least) {
  std::map<u64, u32> repetitions;
  for (const TraceHeader& header : real) ++repetitions[header.seed];
  std::set<u64> seeds;
  for (const auto& [seed, count] : repetitions) {
    for (u64 k = 0; k < std::max(count, at_least); ++k) seeds.insert(seed + k);
  }
  return {seeds.begin(), seeds.end()};
}

}  // namespace wt
