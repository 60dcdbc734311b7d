// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/controllers.h"
#include "sim/controllers/pod_hash.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// The hash of a template under this Deployment; another template with the same hash counts as a
// collision, as upstream's collisionCount.
u32 HashFor(const Sim& sim, u32 deployment, RevId tmpl, u32 restarted_at_s) {
  const u64 content = ContentOf(sim, tmpl);
  for (u32 collisions = 0;; ++collisions) {
    const u32 hash = TemplateHash(content, restarted_at_s, collisions);
    bool taken = false;
    for (u32 rs = sim.At<Deployment>(deployment).first_rs; rs != 0;
         rs = sim.At<ReplicaSet>(rs).next) {
      taken = taken || (sim.At<ReplicaSet>(rs).hash == hash && !sim.At<ReplicaSet>(rs).deleting);
    }
    if (!taken) return hash;
  }
}

void SpecChanged(Sim& sim, u32 deployment, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  ++row.generation;
  row.changed_by = actor;
  row.changed_ms = sim.now_ms();
  Changed<Deployment>(sim, ObjectKind::kDeployment, deployment);
  WakeDeployment(sim, deployment);
}

void FreeReplicaSet(Sim& sim, u32 replica_set) {
  const ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  const u32 deployment = row.deployment;
  if (deployment != 0) {
    u32* link = &sim.At<Deployment>(deployment).first_rs;
    while (*link != replica_set) link = &sim.At<ReplicaSet>(*link).next;
    *link = row.next;
  }
  sim.world.Free<ReplicaSet>(replica_set);
}

}  // namespace

u32 CreateReplicaSet(Sim& sim, u32 deployment, RevId tmpl, u32 restarted_at_s, i32 want) {
  const u32 row = sim.world.Add<ReplicaSet>();
  ReplicaSet& replica_set = sim.At<ReplicaSet>(row);
  replica_set.tmpl = tmpl;
  replica_set.restarted_at_s = restarted_at_s;
  replica_set.want = want;
  replica_set.created_ms = sim.now_ms();
  if (deployment != 0) {
    replica_set.hash = HashFor(sim, deployment, tmpl, restarted_at_s);
    Deployment& owner = sim.At<Deployment>(deployment);
    replica_set.deployment = deployment;
    replica_set.ns = owner.ns;
    replica_set.next = owner.first_rs;
    owner.first_rs = row;
    WakeDeployment(sim, deployment);
  }
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kReplicaSet, row);
  WakeReplicaSet(sim, row);
  return row;
}

void ScaleReplicaSet(Sim& sim, u32 replica_set, i32 want) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.want == want) return;
  row.want = want;
  Changed<ReplicaSet>(sim, ObjectKind::kReplicaSet, replica_set);
  WakeReplicaSet(sim, replica_set);
  if (row.deployment != 0) WakeDeployment(sim, row.deployment);
}

void SetMinReadySeconds(Sim& sim, u32 replica_set, i32 seconds) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.min_ready_s == seconds) return;
  row.min_ready_s = seconds;
  for (u32 p = row.first_pod; p != 0; p = sim.At<Pod>(p).next_in_owner) {
    Pod& pod = sim.At<Pod>(p);
    if (!pod.available || FromMs(pod.ready_ms) + seconds * kSecond <= sim.now()) continue;
    pod.available = 0;
    if (IsActive(pod)) --row.available;
  }
  Changed<ReplicaSet>(sim, ObjectKind::kReplicaSet, replica_set);
  WakeReplicaSet(sim, replica_set);
}

void RemoveReplicaSet(Sim& sim, u32 replica_set) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.deleting) return;
  if (sim.sink != nullptr) sim.sink->Deleting(ObjectKind::kReplicaSet, replica_set);
  ++sim.world.header().resource_version;
  row.deleting = 1;
  row.timer = 0;
  const u32 deployment = row.deployment;
  if (deployment != 0) WakeDeployment(sim, deployment);
  if (row.first_pod != 0) {
    ArmIfIdle(sim.world, SimEvent::kPodGc, 0,
              sim.now() + DrawDelay(sim.blueprint.timing.watch, sim.key(), Stream::kPropagation,
                                    row.born, row.draws++));
  }
  FreeWhenEmpty(sim, replica_set);
}

void FreeWhenEmpty(Sim& sim, u32 replica_set) {
  const ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (!row.deleting || row.first_pod != 0) return;
  const u32 deployment = row.deployment;
  FreeReplicaSet(sim, replica_set);
  if (deployment == 0) return;
  const Deployment& owner = sim.At<Deployment>(deployment);
  if (owner.deleting && owner.first_rs == 0) sim.world.Free<Deployment>(deployment);
}

u32 CreateDeployment(Sim& sim, StrId ns, StrId name, RevId doc, RevId tmpl, i32 replicas,
                     u32 actor) {
  const u32 row = sim.world.Add<Deployment>();
  Deployment& deployment = sim.At<Deployment>(row);
  deployment.doc = doc;
  deployment.tmpl = tmpl;
  deployment.ns = ns;
  deployment.name = name;
  deployment.replicas = replicas;
  deployment.changed_by = actor;
  deployment.created_ms = deployment.changed_ms = sim.now_ms();
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kDeployment, row);
  WakeDeployment(sim, row);
  return row;
}

void SetDeploymentTemplate(Sim& sim, u32 deployment, RevId tmpl, u32 restarted_at_s, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.tmpl == tmpl && row.restarted_at_s == restarted_at_s) return;
  row.tmpl = tmpl;
  row.restarted_at_s = restarted_at_s;
  SpecChanged(sim, deployment, actor);
}

void SetDeploymentDoc(Sim& sim, u32 deployment, RevId doc, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.doc == doc) return;
  row.doc = doc;
  SpecChanged(sim, deployment, actor);
}

void SetDeploymentReplicas(Sim& sim, u32 deployment, i32 replicas, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.replicas == replicas) return;
  row.replicas = replicas;
  SpecChanged(sim, deployment, actor);
}

void SetDeploymentPaused(Sim& sim, u32 deployment, bool paused, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.paused == static_cast<u8>(paused)) return;
  row.paused = paused;
  SpecChanged(sim, deployment, actor);
}

void DeleteDeployment(Sim& sim, u32 deployment, u32 actor) {
  Deployment& row = sim.At<Deployment>(deployment);
  if (row.deleting) return;
  if (sim.sink != nullptr) sim.sink->Deleting(ObjectKind::kDeployment, deployment);
  ++sim.world.header().resource_version;
  row.deleting = 1;
  ++sim.world.header().entity_changes;
  row.changed_by = actor;
  row.timer = 0;
  row.deadline_timer = 0;
  if (row.first_rs == 0) return sim.world.Free<Deployment>(deployment);
  for (u32 rs = row.first_rs, next = 0; rs != 0; rs = next) {
    next = sim.At<ReplicaSet>(rs).next;
    RemoveReplicaSet(sim, rs);  // the last one frees the Deployment
  }
}

bool UndoDeployment(Sim& sim, u32 deployment, u32 revision, u32 actor) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (row.paused) return false;
  u32 latest = 0, previous = 0, found = 0;  // ReplicaSet rows
  const auto revision_of = [&sim](u32 rs) { return rs == 0 ? 0 : sim.At<ReplicaSet>(rs).revision; };
  for (u32 rs = row.first_rs; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& candidate = sim.At<ReplicaSet>(rs);
    if (candidate.deleting || candidate.revision == 0) continue;
    if (candidate.revision == revision) found = rs;
    if (candidate.revision > revision_of(latest)) {
      previous = latest;
      latest = rs;
    } else if (candidate.revision > revision_of(previous)) {
      previous = rs;
    }
  }
  if (revision == 0) found = previous;
  if (found == 0) return false;
  const ReplicaSet& target = sim.At<ReplicaSet>(found);
  SetDeploymentTemplate(sim, deployment, target.tmpl, target.restarted_at_s, actor);
  return true;
}

}  // namespace wt
