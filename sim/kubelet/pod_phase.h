// SPDX-License-Identifier: Apache-2.0
// Phase of a pod from the states of its containers. Pure.
// Source: Kubernetes v1.35 pkg/kubelet/kubelet_pods.go getPhase.
#pragma once

#include "sim/rows.h"
#include "sim/typed.h"

namespace wt {

struct ContainerTally {
  u32 running = 0;
  u32 never_ran = 0;  // waiting, no earlier run
  u32 stopped = 0;    // terminated, or waiting after a run
  u32 succeeded = 0;  // of the stopped: terminated with exit code 0
};
PodPhase PhaseOf(RestartPolicy policy, const ContainerTally& tally);

}  // namespace wt
