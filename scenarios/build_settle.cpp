// SPDX-License-Identifier: Apache-2.0
// Clusters to start episodes from: apps applied, updated once (so that every Deployment has a
// history), left alone until nothing moves.
#include <fmt/format.h>

#include <cmath>

#include "scenarios/build_parts.h"
#include "sim/objects/load.h"
#include "sim/objects/write_plan.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"
#include "sim/traffic/traffic.h"

namespace wt {
namespace {

constexpr SimTime kStart = kSecond;         // instants of 0 mean "never"
constexpr SimTime kLook = 5 * kSecond;      // between looks
constexpr SimTime kQuiet = 30 * kSecond;    // Ready and unchanged for so long
constexpr SimTime kGiveUp = kHour;

// Names of workloads that are not as their spec wants them; empty: all are.
std::string Unsettled(const Sim& sim) {
  std::string names;
  const auto add = [&names, &sim](StrId name) {
    if (!names.empty()) names += ", ";
    names += sim.Text(name);
  };
  for (u32 i = 1; i < sim.world.Used<Deployment>(); ++i) {
    const Deployment& d = sim.At<Deployment>(i);
    if (d.born == 0 || d.deleting) continue;
    const bool done = d.observed_generation == d.generation && d.status_updated == d.replicas &&
                      d.status_replicas == d.replicas && d.status_available == d.replicas;
    if (!done) add(d.name);
  }
  for (u32 i = 1; i < sim.world.Used<Pod>(); ++i) {
    const Pod& pod = sim.At<Pod>(i);
    if (pod.born == 0 || pod.phase == PodPhase::kSucceeded) continue;
    if (pod.owner == 0 && !pod.ready) add(pod.name);
    if (pod.stage == PodStage::kTerminating) add(pod.name);
  }
  return names;
}

// What the newest warning says that names a pod which is not Ready, else what its state is.
std::string WhyNot(const Sim& sim) {
  for (u32 i = 1; i < sim.world.Used<Pod>(); ++i) {
    const Pod& pod = sim.At<Pod>(i);
    if (pod.born == 0 || pod.ready || pod.phase == PodPhase::kSucceeded) continue;
    std::string why = fmt::format("; pod {} is {}", PodName(sim, i), PodStatusText(sim, i));
    for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
      const std::string message = WaitMessage(sim, c);
      if (!message.empty()) return why + ": " + message;
    }
    return pod.node != 0 ? why : why + " on no node; look at its requests and nodeSelector";
  }
  return "";
}

bool SameFlow(const FlowClient& a, const FlowClient& b) {
  const auto near = [](f32 x, f32 y) { return std::abs(x - y) <= 1e-3f * (1e-3f + std::abs(y)); };
  return near(a.rate, b.rate) && near(a.error, b.error) && near(a.p99_s, b.p99_s);
}

Status RunUntilSettled(Sim& sim) {
  const SimTime give_up = sim.now() + kGiveUp;
  SimTime quiet_since = sim.now();
  FlowClient before = sim.world.header().client;
  while (sim.now() < give_up) {
    RunWorld(sim, sim.now() + kLook);
    const FlowClient now = sim.world.header().client;
    if (!Unsettled(sim).empty() || !SameFlow(before, now)) quiet_since = sim.now();
    before = now;
    if (sim.now() - quiet_since >= kQuiet) return Ok{};
  }
  return Error{ErrorCode::kInvalidInput, std::string(sim.Text(sim.blueprint.app)),
               "does not come to rest within an hour; not Ready: " + Unsettled(sim) + WhyNot(sim)};
}

void StartLoad(Sim& sim, f32 offered_rps) {
  sim.world.header().load_scale = offered_rps;
  StepLoad(sim);
}

// Rolls out the revision after `number` of every Deployment that has one; whether any had.
bool UpdateFrom(Sim& sim, u32 number) {
  bool any = false;
  for (const LoadedObject& object : sim.blueprint.objects) {
    if (!object.at_start || object.older.size() < number) continue;
    any = true;
    const bool last = object.older.size() == number;
    const RevId doc = last ? object.doc : object.older[number].doc;
    const RevId tmpl = last ? object.tmpl : object.older[number].tmpl;
    for (u32 i = 1; i < sim.world.Used<Deployment>(); ++i) {
      const Deployment& row = sim.At<Deployment>(i);
      if (row.born == 0 || row.name != object.name || row.ns != object.ns) continue;
      EnsureHeadroom(sim);
      CommitRevisions(sim, {ObjectKind::kDeployment, i}, doc, tmpl, {}, kLoaded);
    }
  }
  return any;
}

}  // namespace

Result<World> BuildWorld(const Blueprint& blueprint, WorldPool& pool, RandomKey key,
                         f32 offered_rps) {
  World world = pool.Create(blueprint, key);
  world.header().now_ns = world.header().flow_since_ns = kStart;
  world.header().backlog_since_ns = kStart;
  Sim sim{blueprint, world, pool};
  for (const LoadedObject& object : blueprint.objects) {
    if (object.at_start) CreateLoaded(sim, object, kLoaded, true);
  }
  StartLoad(sim, offered_rps);
  if (Status settled = RunUntilSettled(sim); !settled) return settled.error();
  for (u32 number = 1; UpdateFrom(sim, number); ++number) {
    if (Status settled = RunUntilSettled(sim); !settled) return settled.error();
  }
  RebaseTime(blueprint, world);
  return world;
}

Status SettleBlueprint(Blueprint& blueprint, const SettleOptions& options) {
  WorldPool pool;
  blueprint.settled.clear();
  std::vector<std::vector<std::byte>> images;
  for (u32 i = 0; i < options.images; ++i) {
    const RandomKey key{Draw(RandomKey{options.seed}, Stream::kSettle, i, 0)};
    const auto world = BuildWorld(blueprint, pool, key, options.offered_rps);
    if (!world) return world.error();
    images.push_back(SaveWorld(*world));
  }
  blueprint.settled = std::move(images);
  return Ok{};
}

World ResetWorld(const Blueprint& blueprint, WorldPool& pool, RandomKey key) {
  const u32 images = static_cast<u32>(blueprint.settled.size());
  WT_CHECK(images > 0, "a Blueprint is settled before episodes start");
  World world = pool.Load(blueprint.settled[DrawBelow(key, Stream::kSettle, 0, 0, images)]);
  world.header().key = key.value;
  return world;
}

void FinishBlueprint(Blueprint& blueprint) {
  AddRepairEdges(blueprint);
  LayOut(blueprint);
  blueprint.content_hash = HashBlueprint(blueprint);
}

}  // namespace wt
