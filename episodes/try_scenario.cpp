// SPDX-License-Identifier: Apache-2.0
#include "episodes/try_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "episodes/ground_truth.h"
#include "episodes/oracle.h"
#include "episodes/run_episode.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"

namespace wt {
namespace {

constexpr SimTime kNever = 1000 * kHour;

constexpr std::size_t kNone = ~std::size_t{0};

// Only fault `keep` comes (kNone: no fault); the draws of all stay what they are.
ScenarioSetup Alone(const ScenarioSetup& setup, std::size_t keep) {
  ScenarioSetup out = setup;
  out.scenario.noise.intensity = Distribution::Of(Unit::kNumber, 0);
  out.scenario.noise.newcomers = Distribution::Of(Unit::kCount, 0);
  for (std::size_t f = 0; f < out.scenario.faults.size(); ++f) {
    if (f == keep) continue;
    out.scenario.faults[f].at = Distribution::Of(Unit::kDuration, static_cast<f64>(kNever));
  }
  return out;
}

// The row of fault `index`; 0 when the seed drew no-fault for it.
u32 RowOfFault(const ScenarioSetup& setup, std::size_t index, u64 seed) {
  const auto planned = [&](std::size_t count) -> std::vector<u32> {
    ScenarioSetup part = setup;
    part.scenario.faults.resize(count);
    WorldPool pool;
    const Result<StartedEpisode> started = StartEpisode(part, pool, seed);
    return started ? PlannedFaults(started->cluster.world()) : std::vector<u32>{};
  };
  const std::vector<u32> before = planned(index), with = planned(index + 1);
  return with.size() > before.size() ? with.back() : 0;
}

std::string Named(const SimCluster& cluster, const Fault& fault, std::size_t index) {
  return fmt::format("spec.faults[{}]: {} on {}", index, KindOf(fault).id,
                     cluster.View().Text(fault.target_name));
}

bool EverBreaks(SimCluster& cluster, const ScenarioSetup& setup, SimTime limit) {
  while (cluster.Now() < limit) {
    if (!HoldsObjective(cluster, setup.objective)) return true;
  }
  return false;
}

// More often than not, hold by hold: a peak of the load that passes is no defect of the app.
bool MostlyBroken(SimCluster& cluster, const ScenarioSetup& setup, SimTime limit) {
  int broken = 0, all = 0;
  for (; cluster.Now() < limit; ++all) {
    if (!HoldsObjective(cluster, setup.objective)) ++broken;
  }
  return 2 * broken > all;
}

struct Weak {
  std::string name;
  std::vector<u64> seeds;
};

std::string ListOf(const std::vector<u64>& seeds) {
  std::string text;
  for (const u64 seed : seeds) text += fmt::format("{}{}", text.empty() ? "" : ", ", seed);
  return text;
}

class Trial {
 public:
  Trial(const ScenarioSetup& setup, u64 first, u64 last)
      : setup_(setup), first_(first), last_(last) {}

  TriedScenario Run() {
    for (std::size_t f = 0; f < setup_.scenario.faults.size() && out_.errors.empty(); ++f) {
      std::vector<Weak> weak;
      for (u64 seed = first_; seed <= last_ && out_.errors.empty(); ++seed) TryOne(f, seed, weak);
      for (const Weak& one : weak) {
        Tell(out_.warnings, f,
             fmt::format("{} never breaks the SLO within the time limit (seed{} {})", one.name,
                         one.seeds.size() == 1 ? "" : "s", ListOf(one.seeds)));
      }
    }
    WarnOfFaultsThatEnd();
    for (u64 seed = first_; seed <= last_ && out_.errors.empty(); ++seed) TryTogether(seed);
    if (out_.errors.empty()) TryWithoutFaults();
    if (out_.errors.empty() && setup_.scenario.task == Task::kResolve) TryToSolve();
    return std::move(out_);
  }

 private:
  void Tell(std::vector<Error>& list, std::size_t fault, std::string what) {
    list.push_back({ErrorCode::kInvalidInput, setup_.scenario.faults[fault].place,
                    std::move(what)});
  }

  bool Start(const ScenarioSetup& setup, u64 seed, WorldPool& pool,
             std::optional<StartedEpisode>& out) {
    Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
    if (!started) {
      out_.errors.push_back(started.error());
      return false;
    }
    out.emplace(std::move(*started));
    return true;
  }

  void TryOne(std::size_t f, u64 seed, std::vector<Weak>& weak) {
    const ScenarioSetup alone = Alone(setup_, f);
    WorldPool pool;
    std::optional<StartedEpisode> started;
    if (!Start(alone, seed, pool, started)) return;
    const u32 row = RowOfFault(alone, f, seed);
    if (row == 0) return;
    SimCluster& cluster = started->cluster;
    cluster.Advance(cluster.world().At<Fault>(row).at_ns + 1);
    const Fault fault = cluster.world().At<Fault>(row);
    const std::string name = Named(cluster, fault, f);
    if (!WasInjected(fault)) {
      return Tell(out_.errors, f,
                  fmt::format("{} does nothing (seed {}): the cluster is so already", name, seed));
    }
    if (EverBreaks(cluster, alone, started->limits.budget.time)) return;
    const auto known = std::find_if(weak.begin(), weak.end(),
                                    [&](const Weak& one) { return one.name == name; });
    if (known == weak.end()) weak.push_back({name, {seed}});
    else known->seeds.push_back(seed);
  }

  void Warn(const std::vector<u64>& seeds, std::string_view what) {
    if (seeds.empty()) return;
    out_.warnings.push_back({ErrorCode::kInvalidInput, setup_.scenario.file,
                             fmt::format("{} (seed{} {})", what, seeds.size() == 1 ? "" : "s",
                                         ListOf(seeds))});
  }

  void WarnOfFaultsThatEnd() {
    for (std::size_t f = 0; f < setup_.scenario.faults.size(); ++f) {
      if (!setup_.scenario.faults[f].duration) continue;
      Tell(out_.warnings, f,
           fmt::format("spec.faults[{}].duration: the fault ends by itself, so an agent that only "
                       "waits may solve it; until-repaired leaves it to the agent", f));
    }
  }

  // What is broken by itself says nothing about an agent.
  void TryWithoutFaults() {
    const ScenarioSetup quiet = Alone(setup_, kNone);
    std::vector<u64> broken;
    for (u64 seed = first_; seed <= last_; ++seed) {
      WorldPool pool;
      std::optional<StartedEpisode> started;
      if (!Start(quiet, seed, pool, started)) return;
      const SimTime limit = started->limits.budget.time;
      if (MostlyBroken(started->cluster, quiet, limit)) broken.push_back(seed);
    }
    Warn(broken, "clients miss the objective most of the time without any fault: the app is down "
                 "or overloaded");
  }

  // The moves that agents have may lack what the repair needs.
  void TryToSolve() {
    std::vector<u64> unsolved;
    for (u64 seed = first_; seed <= last_; ++seed) {
      WorldPool pool;
      EpisodeRequest request;
      request.setup = &setup_;
      request.seed = seed;
      const std::vector<EpisodeResult> played = RunChunk({&request, 1}, *MakeOracle(), pool, {});
      if (played[0].verdict != 1) unsolved.push_back(seed);
    }
    Warn(unsolved, "the oracle, which knows the cause and makes the moves that agents have, does "
                   "not solve it: it takes a patch, or more steps or time");
  }

  // One may take away what another needs.
  void TryTogether(u64 seed) {
    if (setup_.scenario.faults.size() < 2) return;
    WorldPool pool;
    std::optional<StartedEpisode> started;
    if (!Start(setup_, seed, pool, started)) return;
    SimCluster& cluster = started->cluster;
    SimTime last = 0;
    for (const u32 row : PlannedFaults(cluster.world())) {
      last = std::max<SimTime>(last, cluster.world().At<Fault>(row).at_ns);
    }
    cluster.Advance(last + 1);
    for (std::size_t f = 0; f < setup_.scenario.faults.size(); ++f) {
      const u32 row = RowOfFault(setup_, f, seed);
      if (row == 0 || WasInjected(cluster.world().At<Fault>(row))) continue;
      Tell(out_.errors, f,
           fmt::format("{} does nothing (seed {}): another fault of the scenario has done it, or "
                       "taken its target",
                       Named(cluster, cluster.world().At<Fault>(row), f), seed));
    }
  }

  const ScenarioSetup& setup_;
  u64 first_, last_;
  TriedScenario out_;
};

}  // namespace

TriedScenario TryScenario(const ScenarioSetup& setup, u64 first_seed, u64 last_seed) {
  return Trial(setup, first_seed, last_seed).Run();
}

}  // namespace wt
