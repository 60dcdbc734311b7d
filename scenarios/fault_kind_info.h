// SPDX-License-Identifier: Apache-2.0
// What the loader must know about a fault kind. The table comes from faults/ as an argument, so
// that reading a scenario needs no fault's code.
#pragma once

#include <span>
#include <string_view>

#include "scenarios/units.h"
#include "sim/api/ints.h"

namespace wt {

// What a fault can be aimed at; bits, so that a kind can allow several.
enum TargetKind : u8 {
  kTargetService = 1,   // a Service
  kTargetWorkload = 2,  // a Deployment, or a bare Pod
  kTargetPod = 4,
  kTargetNode = 8,
  kTargetEdge = 16,    // calls from one service to another
  kTargetObject = 32,  // any object by kind, name and namespace
};

struct FaultParameter {
  std::string_view name;
  Unit type = Unit::kText;
  f64 min = 0;  // in base units; texts ignore both
  f64 max = 1e300;
  std::string_view default_text;  // as a user would write it; empty: no default
};

struct FaultKindInfo {
  std::string_view name;         // id of the kind, "service-target-port-wrong"
  u8 targets = kTargetWorkload;  // bits of TargetKind; the lowest is meant when none is given
  std::span<const FaultParameter> parameters;
};

const FaultKindInfo* FindFaultKind(std::span<const FaultKindInfo> kinds, std::string_view name);

}  // namespace wt
