// SPDX-License-Identifier: Apache-2.0
// The parts of CheckInvariants (sim/sim.h), each a group of docs/invariants.md. Each returns the
// first violation, empty when all hold. They allocate: for --check and tests only.
#pragma once

#include <string>

#include "sim/sim.h"

namespace wt {

std::string CheckTimers(const Sim& sim);     // invariants_queue.cpp
std::string CheckFreeRows(const Sim& sim);   // invariants_queue.cpp
std::string CheckPods(const Sim& sim);       // invariants.cpp
std::string CheckWorkloads(const Sim& sim);
std::string CheckNodes(const Sim& sim);
std::string CheckQueues(const Sim& sim);
std::string CheckServices(const Sim& sim);
std::string CheckFlows(const Sim& sim);

}  // namespace wt
