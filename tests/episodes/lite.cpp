// SPDX-License-Identifier: Apache-2.0
#include "tests/episodes/lite.h"

#include <fmt/format.h>

#include "agents/all_policies.h"
#include "episodes/oracle.h"
#include "scenarios/fault_kinds.h"
#include "scenarios/load_scenario.h"
#include "sim/api/check.h"

namespace wt {

const std::string& SourceDir() {
  static const std::string dir = WAVETANK_SOURCE_DIR;
  return dir;
}

const PreparedSuite& Lite() {
  static const PreparedSuite suite = [] {
    Result<PreparedSuite> prepared = PrepareSuite(SourceDir(), "lite");
    WT_CHECK(prepared.ok(), "the lite suite loads");
    return std::move(*prepared);
  }();
  return suite;
}

const PreparedSuite& Catalog() {
  static const PreparedSuite suite = [] {
    const std::string folder = SourceDir() + "/scenarios/catalog";
    Result<std::vector<std::string>> files = ListScenarioFiles(folder);
    WT_CHECK(files.ok(), "the catalog is there");
    LoadOptions options;
    options.kinds = FaultKindInfos();
    options.apps_dir = SourceDir() + "/scenarios/apps";
    options.profiles_dir = SourceDir() + "/scenarios/profiles";
    BlueprintCache cache;
    PreparedSuite out;
    for (const std::string& file : *files) {
      Result<Scenario> scenario = LoadScenario(file, options);
      WT_CHECK(scenario.ok(), "a catalog scenario is valid");
      Result<ScenarioSetup> setup = PrepareScenario(*scenario, cache);
      WT_CHECK(setup.ok(), "a catalog scenario can be prepared");
      out.setups.push_back(std::move(*setup));
      out.labels.push_back({.name = scenario->name, .app = scenario->app, .task = {},
                            .fault_kinds = {}, .file = file});
    }
    return out;
  }();
  return suite;
}

PolicyFactory Agent(const std::string& name) {
  if (name == "oracle") return [] { return MakeOracle(); };
  return [name] {
    std::unique_ptr<Policy> policy = MakePolicy(name);
    WT_CHECK(policy != nullptr, "an agent of that name exists");
    return policy;
  };
}

std::vector<EpisodeResult> RunLite(const std::string& agent, u64 first_seed, u64 last_seed,
                                   int threads, u32 chunk) {
  EvaluateOptions options;
  options.first_seed = first_seed;
  options.last_seed = last_seed;
  options.threads = threads;
  options.chunk = chunk;
  return Evaluate(Lite(), Agent(agent), options).episodes;
}

f64 VerdictMean(const std::vector<EpisodeResult>& episodes, bool faulty) {
  std::vector<const EpisodeResult*> wanted;
  for (const EpisodeResult& e : episodes) {
    if (e.faulty == faulty) wanted.push_back(&e);
  }
  return Summarise(wanted).verdict_mean;
}

std::string Describe(const EpisodeResult& e) {
  const VerdictParts& p = e.parts;
  return fmt::format(
      "{} seed {}: verdict {} in {} steps, gone {} held {} disturbed {} harmed {} lost {} data {} "
      "weakened {} unguarded {} protected {} {}",
      Lite().labels[e.scenario].name, e.seed, e.verdict, e.steps, p.cause_gone, p.slo_held,
      p.disturbed, p.harmed_clients, p.lost_operation, p.lost_data,
      p.weakened, p.unguarded, p.changed_protected, e.error);
}

}  // namespace wt
