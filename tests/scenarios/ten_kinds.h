// SPDX-License-Identifier: Apache-2.0
// A table of fault kinds for tests of the loader: names, targets and parameters only.
#pragma once

#include "scenarios/fault_kind_info.h"

namespace wt {

inline constexpr FaultParameter kPathParameter[] = {
    {"path", Unit::kText, 0, 0, ""}};
inline constexpr FaultParameter kTagParameter[] = {{"tag", Unit::kText, 0, 0, ""}};
inline constexpr FaultParameter kKeyParameter[] = {{"key", Unit::kText, 0, 0, "any"}};
inline constexpr FaultParameter kLabelParameter[] = {{"label", Unit::kText, 0, 0, ""}};
inline constexpr FaultParameter kPortParameter[] = {{"port", Unit::kCount, 1, 65535, ""}};
inline constexpr FaultParameter kMemoryParameters[] = {
    {"fraction", Unit::kNumber, 0.01, 0.95, ""}, {"limit", Unit::kQuantity, 1, 1e15, ""}};
inline constexpr FaultParameter kLivenessParameters[] = {
    {"port", Unit::kCount, 1, 65535, ""}, {"path", Unit::kText, 0, 0, ""}};
inline constexpr FaultParameter kHostnameParameter[] = {
    {"hostname", Unit::kText, 0, 0, ""}};
inline constexpr FaultParameter kIntervalParameter[] = {
    {"interval", Unit::kDuration, 5e9, 3600e9, "30s"}};

inline constexpr FaultKindInfo kTenKinds[] = {
    {"command-not-executable", kTargetWorkload | kTargetService, kPathParameter},
    {"image-not-found", kTargetWorkload | kTargetService, kTagParameter},
    {"configmap-key-missing", kTargetWorkload | kTargetService | kTargetObject, kKeyParameter},
    {"service-selector-no-match", kTargetService, kLabelParameter},
    {"service-target-port-wrong", kTargetService, kPortParameter},
    {"replicas-zero", kTargetWorkload | kTargetService, {}},
    {"memory-limit-too-small", kTargetWorkload | kTargetService, kMemoryParameters},
    {"liveness-wrong-target", kTargetWorkload | kTargetService, kLivenessParameters},
    {"node-selector-no-such-node", kTargetWorkload | kTargetService, kHostnameParameter},
    {"repeated-pod-kill", kTargetWorkload | kTargetService, kIntervalParameter},
};

}  // namespace wt
