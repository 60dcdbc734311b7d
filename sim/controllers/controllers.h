// SPDX-License-Identifier: Apache-2.0
// The controllers: level-triggered, each reads current rows when its timer fires. One file each.
// Event -> function: sim/run_world.cpp.
#pragma once

#include "sim/sim.h"

namespace wt {

void SyncDeployment(Sim& sim, u32 deployment);           // controllers/deployment.cpp
void CheckProgressDeadline(Sim& sim, u32 deployment);    // controllers/deployment.cpp
void SyncReplicaSet(Sim& sim, u32 replica_set);          // controllers/replica_set.cpp
void SyncEndpoints(Sim& sim, u32 service);               // controllers/endpoints.cpp
void SyncProxy(Sim& sim, u32 service);                   // controllers/proxy.cpp
void WakeProxy(Sim& sim, u32 service);                   // its slice has changed
// A run that has begun does not take up what comes now: its rules are written first.
void EndProxyRun(Sim& sim, u32 service);
void CollectGarbage(Sim& sim);                           // controllers/garbage.cpp
void RunScheduler(Sim& sim);                             // scheduler/schedule.cpp

// Wake-ups: arm the actor after the profile's watch delay; cheap when already queued.
void WakeDeployment(Sim& sim, u32 deployment);
void WakeReplicaSet(Sim& sim, u32 replica_set);
void WakeService(Sim& sim, u32 service);
void WakeServicesOf(Sim& sim, u32 pod);  // every Service whose selector matches the pod
void WakeScheduler(Sim& sim);

// True when every pair of `selector` is among the labels of the pod's template
// (pod-template-hash included).
bool MatchesLabels(const Sim& sim, const void* selector_blob, RelArray<LabelPair> selector,
                   u32 pod);
bool MatchesSelector(const Sim& sim, const void* blob, const Selector& selector, u32 pod);

}  // namespace wt
