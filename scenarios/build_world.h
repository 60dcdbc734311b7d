// SPDX-License-Identifier: Apache-2.0
// From an app and a cluster shape to a Blueprint, and from a Blueprint to Worlds.
//   BuildBlueprint -> FinishBlueprint -> SettleBlueprint -> ResetWorld per episode
#pragma once

#include <string>
#include <vector>

#include "scenarios/behaviour.h"
#include "sim/api/result.h"
#include "sim/blueprint.h"
#include "sim/sim.h"

namespace wt {

struct ClusterShape {
  u32 nodes = 6;
  std::string cpu = "8";        // quantities of one node
  std::string memory = "16Gi";
  i64 pods = 110;
  std::vector<std::string> zones = {"a", "b", "c"};  // node i stands in zone i mod size
  std::string version = "1.35";
};

struct BlueprintOptions {
  ClusterShape cluster;
  Timing timing;
  std::string mix = "default";  // of the app's load.mixes
};

// What build time had to say that is no error: kinds that are carried or left out.
using Warnings = std::vector<std::string>;

// Objects compiled (three or four revisions per Deployment, the older ones like the present one but
// for an environment variable that nothing reads), images, service graph. Node objects of the
// manifests take the place of the cluster shape. Errors: kInvalidInput, "FILE:LINE: ..." with the
// API's text for a manifest that it would refuse; an unknown mix; a graph that cannot be ordered.
// About 10 ms for 30 services.
Result<Blueprint> BuildBlueprint(const App& app, const BlueprintOptions& options,
                                 Warnings* warnings = nullptr);

// Adds the edges of the repairs that catalogue actions offer, from every revision known so far
// (the loaded ones and what faults compiled), then layout and content hash. Nothing that changes
// the Blueprint's objects, strings or images may follow.
void FinishBlueprint(Blueprint& blueprint);

struct SettleOptions {
  u32 images = 16;
  f32 offered_rps = 100;   // load under which they settle
  u64 seed = 1;
};
// Runs `images` clusters from different keys until every Deployment is at its present revision and
// Ready and the flow stands still, moves their clocks so that now is 0, keeps them in
// Blueprint::settled. Error: kInvalidInput when a cluster does not settle within an hour (a
// manifest that can never run); the text names the workloads.
Status SettleBlueprint(Blueprint& blueprint, const SettleOptions& options);

// One cluster, settled as above, at time 0 with counters cleared.
Result<World> BuildWorld(const Blueprint& blueprint, WorldPool& pool, RandomKey key,
                         f32 offered_rps);

// The World of an episode: the settled image that `key` draws, from now on with that key.
// REQUIRES: SettleBlueprint. O(bytes of a World).
World ResetWorld(const Blueprint& blueprint, WorldPool& pool, RandomKey key);

// Moves the clock of a settled World to 0: pending events by -now, what is past a day further
// back, Events and counters cleared. Instants of 0 mean "never" and stay.
void RebaseTime(const Blueprint& blueprint, World& world);

}  // namespace wt
