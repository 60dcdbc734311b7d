// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/evaluate.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

template <class Row>
void AddNames(const Sim& sim, std::set<std::string>& names) {
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    if (sim.At<Row>(row).born != 0) names.emplace(sim.Text(sim.At<Row>(row).name));
  }
}

// Of all that a cause may be named after (CauseName), and of those what a user is told of.
struct CauseNames {
  std::set<std::string> all, services_and_workloads;
};

Result<CauseNames> NamesIn(const PreparedSuite& suite) {
  CauseNames names;
  std::set<const Blueprint*> seen;
  WorldPool pool;
  for (const ScenarioSetup& setup : suite.setups) {
    if (!seen.insert(setup.blueprint.get()).second) continue;
    const Result<StartedEpisode> started = StartEpisode(setup, pool, suite.first_seed);
    if (!started) return started.error();
    const Sim sim = started->cluster.View();
    AddNames<Service>(sim, names.services_and_workloads);
    AddNames<Deployment>(sim, names.services_and_workloads);
    AddNames<Node>(sim, names.all);
    AddNames<Object>(sim, names.all);
  }
  names.all.insert(names.services_and_workloads.begin(), names.services_and_workloads.end());
  return names;
}

}  // namespace

Status CheckCauses(const PreparedSuite& suite, const std::vector<std::string>& causes,
                   const std::string& flag) {
  if (causes.empty()) return Ok{};
  const Result<CauseNames> names = NamesIn(suite);
  if (!names) return names.error();
  for (const std::string& cause : causes) {
    if (names->all.contains(cause)) continue;
    const std::vector<std::string> words(names->services_and_workloads.begin(),
                                         names->services_and_workloads.end());
    return Error{ErrorCode::kUsage, flag,
                 fmt::format("no service or workload '{}' in the suite; expected {}{}", cause,
                             JoinWords(words), DidYouMean(cause, words))};
  }
  return Ok{};
}

}  // namespace wt
