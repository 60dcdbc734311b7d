// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/controllers.h"
#include "sim/controllers/label_check.h"
#include "sim/scheduler/queue.h"

namespace wt {
namespace {

// From a change to the end of the actor's reaction: watch, then work with its API round trips.
SimTime Reaction(const Sim& sim, Delay work, u32 born, u32& draws) {
  const Timing& timing = sim.blueprint.timing;
  const SimTime watch =
      DrawDelay(timing.watch, sim.key(), Stream::kPropagation, born, draws++);
  return sim.now() + watch + DrawDelay(work, sim.key(), Stream::kPropagation, born, draws++);
}

}  // namespace

void WakeDeployment(Sim& sim, u32 deployment) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.timer != 0 || row.deleting) return;
  Arm(sim.world, SimEvent::kDeploymentSync, deployment,
      Reaction(sim, sim.blueprint.timing.sync, row.born, row.draws));
}

void WakeReplicaSet(Sim& sim, u32 replica_set) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.deleting) return;
  const bool only_waits = row.waiting == static_cast<u8>(ReplicaSetWait::kMinReady);
  if (row.timer != 0 && !only_waits) return;
  row.waiting = static_cast<u8>(ReplicaSetWait::kSync);
  Arm(sim.world, SimEvent::kReplicaSetSync, replica_set,
      Reaction(sim, sim.blueprint.timing.sync, row.born, row.draws));
}

void WakeService(Sim& sim, u32 service) {
  Service& row = sim.At<Service>(service);
  if (row.timer != 0) return;
  const SimTime delay = DrawDelay(sim.blueprint.timing.endpoints, sim.key(),
                                  Stream::kPropagation, row.born, row.draws++);
  Arm(sim.world, SimEvent::kEndpointsSync, service, sim.now() + delay);
}

void WakeServicesOf(Sim& sim, u32 pod) {
  const StrId ns = sim.At<Pod>(pod).ns;
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(pod).spec);
  const Service* services = sim.world.Rows<Service>();
  const u32 used = sim.world.Used<Service>();
  for (u32 s = 1; s < used; ++s) {
    const Service& row = services[s];
    if (row.born == 0 || row.deleting || row.timer != 0 || row.ns != ns) continue;
    const auto& spec = sim.Typed<ServiceSpec>(row.doc);
    if (spec.selector.count == 0 || NeverMatches(Items(&spec, spec.selector), tmpl)) continue;
    if (MatchesLabels(sim, &spec, spec.selector, pod)) WakeService(sim, s);
  }
}

void WakeScheduler(Sim& sim) {
  const WorldHeader& header = sim.world.header();
  if (header.pending_first == 0 || header.timers[kSchedulerTimer] != 0) return;
  ArmScheduler(sim);
}

}  // namespace wt
