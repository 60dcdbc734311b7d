// SPDX-License-Identifier: Apache-2.0
// What `kubectl get pods` and a shortened `kubectl describe` show of an object now. Built on
// demand from rows, for people and external agents: allocates, not for the step path. Simulated
// time has no date: instants appear as ages.
// Source of STATUS and RESTARTS: pkg/printers/internalversion/printers.go printPod, v1.35.
#pragma once

#include <string>

#include "sim/sim.h"

namespace wt {

// Column STATUS: "Running", "CrashLoopBackOff", "Terminating". No allocation.
const char* PodStatusText(const Sim& sim, u32 pod);
std::string PodReadyText(const Sim& sim, u32 pod);     // "0/1"
std::string PodRestartsText(const Sim& sim, u32 pod);  // "5 (2m ago)"
std::string AgeText(const Sim& sim, i32 since_ms);     // "2m5s"

const char* WaitReasonText(WaitReason reason);
const char* ExitReasonText(ExitReason reason);
const char* PhaseText(PodPhase phase);
const char* ProgressReasonText(ProgressReason reason);  // of the condition Progressing
// state.waiting.message, state.terminated.message of a container; empty where upstream has none.
std::string WaitMessage(const Sim& sim, u32 container);

// The table of `kubectl get pods` for a namespace, of one Deployment when `deployment` != 0.
std::string GetPodsText(const Sim& sim, StrId ns, u32 deployment = 0);
// `kubectl get events` for a namespace, newest last, at most `lines`.
std::string GetEventsText(const Sim& sim, StrId ns, u32 lines = 50);

std::string DescribePod(const Sim& sim, u32 pod);
std::string DescribeDeployment(const Sim& sim, u32 deployment);
std::string DescribeService(const Sim& sim, u32 service);
std::string DescribeNode(const Sim& sim, u32 node);

}  // namespace wt
