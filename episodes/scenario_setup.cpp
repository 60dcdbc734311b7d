// SPDX-License-Identifier: Apache-2.0
#include "episodes/scenario_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "episodes/draw_scenario.h"
#include "faults/fault_schedule.h"
#include "scenarios/behaviour.h"
#include "scenarios/build_world.h"
#include "scenarios/check_scenario.h"
#include "scenarios/move_app.h"
#include "sim/cluster/baseline.h"
#include "sim/objects/kinds.h"

namespace wt {
namespace {

constexpr u32 kSettledImages = 16;

ClusterShape ShapeOf(const Scenario& scenario) {
  ClusterShape shape;
  const NodeShape& nodes = scenario.cluster.nodes;
  shape.nodes = static_cast<u32>(std::max(1.0, Mean(nodes.count)));
  shape.cpu = nodes.cpu;
  shape.memory = nodes.memory;
  shape.pods = nodes.pods;
  shape.zones = nodes.zones;
  shape.version = scenario.cluster.version;
  return shape;
}

// The load under which a scenario's cluster settles and its baseline is measured.
f32 SettledRate(const Scenario& scenario) {
  if (scenario.load.pattern == LoadShape::kReplay && !scenario.load.points.empty()) {
    return static_cast<f32>(scenario.load.points.front().rate_rps);
  }
  return static_cast<f32>(Mean(scenario.load.rate));
}

std::string MixOf(const Scenario& scenario) { return SampleText(scenario.load.mix, 0.0); }

std::string KeyOf(const Scenario& scenario) {
  const ClusterShape shape = ShapeOf(scenario);
  std::string key = scenario.app_path;
  for (const std::string& zone : shape.zones) key += " " + zone;
  for (const std::string& text : {shape.cpu, shape.memory, shape.version,
                                  scenario.cluster.profile, MixOf(scenario), scenario.load.file}) {
    key += " " + text;
  }
  for (const f64 number : {static_cast<f64>(shape.nodes), static_cast<f64>(shape.pods),
                           static_cast<f64>(SettledRate(scenario))}) {
    key += " " + std::to_string(number);
  }
  for (const TimingField& field : kTimingFields) {  // two files may bear one name
    const Delay& delay = scenario.cluster.timing.*field.delay;
    key += fmt::format(" {}/{}", delay.median_ms, delay.p99_ms);
  }
  return key;
}

Result<std::shared_ptr<const Blueprint>> Build(const Scenario& scenario, const App& app,
                                               std::vector<std::string>& warnings) {
  BlueprintOptions options;
  options.cluster = ShapeOf(scenario);
  options.timing = scenario.cluster.timing;
  options.mix = MixOf(scenario);
  Result<Blueprint> built = BuildBlueprint(app, options, &warnings);
  if (!built) return built.error();
  auto blueprint = std::make_shared<Blueprint>(std::move(*built));
  if (const Status s = PrepareFaults(*blueprint); !s) return s.error();
  for (const LoadSpec::Point& point : scenario.load.points) {
    blueprint->load_points.push_back({point.at, static_cast<f32>(point.rate_rps)});
  }
  FinishBlueprint(*blueprint);
  const SettleOptions settle{.images = kSettledImages, .offered_rps = SettledRate(scenario)};
  if (const Status s = SettleBlueprint(*blueprint, settle); !s) return s.error();
  ComputeBaseline(*blueprint);
  return std::shared_ptr<const Blueprint>(blueprint);
}

JudgedObjective ObjectiveOf(const Scenario& scenario, const Blueprint& blueprint) {
  JudgedObjective out;
  out.task = static_cast<JudgedTask>(scenario.task);
  const Threshold& error = scenario.objective.error_rate;
  out.error_max = static_cast<f32>(error.value);
  const Threshold& p99 = scenario.objective.p99_latency;
  const f64 baseline = static_cast<f64>(blueprint.baseline_client_p99_s);
  out.p99_max_s = static_cast<f32>(p99.times_baseline ? p99.value * baseline
                                                      : p99.value / static_cast<f64>(kSecond));
  out.hold = scenario.objective.hold;
  out.max_disrupted = static_cast<u16>(scenario.objective.max_disrupted_workloads.value_or(1));
  for (const Protected& p : scenario.protected_objects) {
    ProtectedObject object;
    object.kind = ObjectKindNamed(p.kind);
    if (!p.kind.empty() && object.kind == ObjectKind::kNone) continue;  // no such rows to harm
    object.name = blueprint.strings.Find(p.name);
    object.ns = blueprint.strings.Find(p.name_space);
    const bool absent = object.name == StringTable::kMissing || object.ns == StringTable::kMissing;
    if (!absent) out.protected_objects.push_back(object);
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<const App>> BlueprintCache::GetApp(const std::string& path) {
  const auto found = apps_.find(path);
  if (found != apps_.end()) return found->second;
  Result<App> loaded = LoadApp(path);
  if (loaded && !name_space_.empty()) loaded = MoveApp(std::move(*loaded), name_space_, warnings_);
  if (!loaded) return loaded.error();
  return apps_[path] = std::make_shared<const App>(std::move(*loaded));
}

Result<std::shared_ptr<const Blueprint>> BlueprintCache::Get(const Scenario& scenario) {
  const std::string key = KeyOf(scenario);
  const auto found = blueprints_.find(key);
  if (found != blueprints_.end()) return found->second;
  Result<std::shared_ptr<const App>> app = GetApp(scenario.app_path);
  if (!app) return app.error();
  std::vector<std::string> warnings;
  auto blueprint = Build(scenario, **app, warnings);
  if (!blueprint) return blueprint.error();
  for (std::string& warning : warnings) {
    if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
      warnings_.push_back(std::move(warning));
    }
  }
  blueprints_.emplace(key, *blueprint);
  return *blueprint;
}

Result<ScenarioSetup> PrepareScenario(const Scenario& scenario, BlueprintCache& cache) {
  Result<std::shared_ptr<const App>> app = cache.GetApp(scenario.app_path);
  if (!app) return app.error();
  const std::vector<Error> errors = CheckScenario(scenario, **app);
  if (!errors.empty()) return errors.front();
  auto blueprint = cache.Get(scenario);
  if (!blueprint) return blueprint.error();
  return ScenarioSetup{scenario, *blueprint, ObjectiveOf(scenario, **blueprint),
                       scenario.complaint.value_or("")};
}

Result<StartedEpisode> StartEpisode(const ScenarioSetup& setup, WorldPool& pool, u64 seed,
                                    bool texts, bool check_invariants) {
  const Blueprint& blueprint = *setup.blueprint;
  World world = ResetWorld(blueprint, pool, EpisodeKey(setup.scenario, seed));
  Sim sim{blueprint, world, pool, nullptr, &kFaultHooks};
  EpisodeLimits limits;
  if (const Status s = DrawScenario(sim, setup.scenario, limits.budget, limits.step); !s) {
    return s.error();
  }
  SimCluster::Options options;
  options.faults = &kFaultHooks;
  options.budget = limits.budget;
  options.texts = texts;
  options.check_invariants = check_invariants;
  return StartedEpisode{SimCluster(blueprint, pool, std::move(world), options), limits};
}

}  // namespace wt
