// SPDX-License-Identifier: Apache-2.0
#include "sim/api/action.h"

namespace wt {

std::string_view VerbName(Verb verb) {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Verb::kCount)> kNames{
      "get",          "describe",      "logs",       "events",        "metrics",        "traces",
      "history",      "restart",       "undo",       "scale",         "delete-pod",     "set-image",
      "set-resources", "restore-config", "fix-selector", "fix-port",  "cordon",         "uncordon",
      "drain",        "remove-taint",  "delete-object", "patch",      "wait",           "submit"};
  return kNames[static_cast<std::size_t>(verb)];
}

std::string_view EntityKindName(EntityKind kind) {
  static constexpr std::array<std::string_view, kEntityKinds> kNames{"cluster", "service",
                                                                     "workload", "node"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace wt
