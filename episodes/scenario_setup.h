// SPDX-License-Identifier: Apache-2.0
// From a checked scenario to episodes: everything that no seed changes is prepared once
// (Blueprint, objective, limits), then each seed draws its World.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "episodes/observer.h"
#include "scenarios/scenario.h"
#include "sim/api/result.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

struct App;

// Apps by path and Blueprints by (app, cluster shape, profile): scenarios of a suite share them.
// Not thread-safe; what it hands out is immutable and may be used from any thread. A path is read
// once, so a cache lives no longer than files stay as they are.
class BlueprintCache {
 public:
  // With `name_space`, apps are moved there (scenarios/move_app.h).
  explicit BlueprintCache(std::string name_space = {}) : name_space_(std::move(name_space)) {}
  Result<std::shared_ptr<const App>> GetApp(const std::string& path);
  Result<std::shared_ptr<const Blueprint>> Get(const Scenario& scenario);
  // Warnings of building (kinds that are not simulated) and of moving, one line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::string name_space_;
  std::map<std::string, std::shared_ptr<const App>> apps_;
  std::map<std::string, std::shared_ptr<const Blueprint>> blueprints_;
  std::vector<std::string> warnings_;
};

struct ScenarioSetup {
  Scenario scenario;
  std::shared_ptr<const Blueprint> blueprint;
  JudgedObjective objective;
  std::string complaint;  // what the user says; empty: about the symptom
};

// Errors: kInvalidInput with the place in the scenario file (a target that does not exist in the
// app, a parameter that fits nothing).
Result<ScenarioSetup> PrepareScenario(const Scenario& scenario, BlueprintCache& cache);

// Limits of one episode, drawn by the seed.
struct EpisodeLimits {
  EpisodeBudget budget;
  SimTime step = 15 * kSecond;
};

struct StartedEpisode {
  SimCluster cluster;
  EpisodeLimits limits;
};

// The World of `seed`: a settled cluster, load, noise and fault plan drawn. Error: no object of
// the app can carry the fault. Deterministic in (setup, seed).
Result<StartedEpisode> StartEpisode(const ScenarioSetup& setup, WorldPool& pool, u64 seed,
                                    bool texts = false, bool check_invariants = false);

}  // namespace wt
