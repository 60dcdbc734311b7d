// SPDX-License-Identifier: Apache-2.0
// The micro-experiments, one repetition each: what is done, and which marks it leaves. One at a
// time on an otherwise idle cluster, each step at a random phase.
#pragma once

#include "realcluster/calibrate/rig.h"

namespace wt {

struct Experiment {
  const char* name;
  const char* what;    // a line for people
  bool on_node;        // needs the machine of a local testbed
  double share;        // of --repeat
  Result<Sample> (*once)(Rig& rig, int run);
};

Result<Sample> PodOnce(Rig& rig, int run);         // create, Ready, in the slice; delete, gone
Result<Sample> KillOnce(Rig& rig, int run);        // SIGKILL, NotReady, restarted, Ready
Result<Sample> RelabelOnce(Rig& rig, int run);     // in and out of a Service, alone and in bursts
Result<Sample> PullOnce(Rig& rig, int run);        // an image that cannot be had
Result<Sample> OomOnce(Rig& rig, int run);         // more memory than the limit
Result<Sample> CrashOnce(Rig& rig, int run);       // a program that ends at once
Result<Sample> DeploymentOnce(Rig& rig, int run);  // three pods: created, rolled out

constexpr Experiment kExperiments[] = {
    {"pod", "create a pod, wait until Ready, delete it", false, 1, &PodOnce},
    {"kill", "SIGKILL to a container", true, 1, &KillOnce},
    {"relabel", "a pod into a Service and out of it", true, 0.5, &RelabelOnce},
    {"pull", "an image that cannot be had", false, 1, &PullOnce},
    {"oom", "more memory than the limit allows", true, 1, &OomOnce},
    {"crash", "a program that ends at once", true, 0.5, &CrashOnce},
    {"deployment", "a Deployment of 3, created and rolled out", false, 0.4, &DeploymentOnce},
};

}  // namespace wt
