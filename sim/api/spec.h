// SPDX-License-Identifier: Apache-2.0
// The observation, declared once: features of every entity kind by name, meaning and scale.
// Tensors, texts, docs and the exec agents' JSON come from these tables. Order is part of a
// policy's format. Only what the tools of a real cluster show. `note` features stay 0 until the
// agent investigated the entity with the verb named, and then hold what was seen at that time.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "sim/api/action.h"
#include "sim/api/ints.h"

namespace wt {

struct Feature {
  std::string_view name;
  std::string_view meaning;  // with unit and scaling
  bool note = false;         // filled by investigation
};

inline constexpr std::array kGlobalFeatures{
    Feature{"time_used", "share of the time limit"},
    Feature{"steps_used", "share of the step limit"},
    Feature{"client_error", "share of client requests that fail, last scrape"},
    Feature{"client_p99", "log2(1 + p99 / baseline) of the client"},
    Feature{"client_rate", "log2(1 + rps) / 10"},
    Feature{"complaint", "1: the user complained"},
    Feature{"last_ok", "1: the last action was accepted"},
    Feature{"writes", "accepted writes so far / 10"},
    Feature{"pods_unready", "log2(1 + pods not Ready) / 8"},
    Feature{"pods_pending", "log2(1 + pods without a node) / 8"},
    Feature{"warnings", "log2(1 + warning events of the last 5 min) / 8 (events)", true},
    Feature{"overviewed", "1: all workloads were listed (get)", true},
};
inline constexpr std::array kServiceFeatures{
    Feature{"exists", "1: a Service lives in this slot"},
    Feature{"rate", "log2(1 + rps) / 10"},
    Feature{"error", "share of its requests that fail"},
    Feature{"p99", "log2(1 + p99 / baseline)"},
    Feature{"endpoints", "ready endpoints / 8"},
    Feature{"is_entry", "1: clients call it"},
    Feature{"described", "1: described", true},
    Feature{"selected_pods", "pods its selector matches / 8 (describe)", true},
    Feature{"no_selected_pods", "1: its selector matches no pod (describe)", true},
    Feature{"port_undeclared", "1: none of those pods declares its target port (describe)", true},
    Feature{"traced", "1: traces read", true},
    Feature{"trace_refused", "share of calls to it that are refused or lost (traces)", true},
    Feature{"trace_own_error", "share of its errors not explained by its callees (traces)", true},
    Feature{"measured", "1: metrics read", true},
    Feature{"error_seen", "share of requests failing, last minute (metrics)", true},
    Feature{"history_read", "1: history read", true},
    Feature{"changed", "2^(-minutes since its spec changed / 5) (history)", true},
    Feature{"touched", "accepted writes of the agent on it / 4"},
};
inline constexpr std::array kWorkloadFeatures{
    Feature{"exists", "1: a workload lives in this slot"},
    Feature{"desired", "spec.replicas / 8"},
    Feature{"ready", "ready replicas / 8"},
    Feature{"unavailable", "share of desired replicas not available"},
    Feature{"updated", "updated replicas / 8"},
    Feature{"surplus", "pods beyond desired / 8"},
    Feature{"zero", "1: desired is 0"},
    Feature{"restarts", "log2(1 + restarts of its pods) / 8"},
    Feature{"age", "2^(-minutes since creation / 10)"},
    Feature{"has_service", "1: a Service selects its pods"},
    Feature{"described", "1: described", true},
    Feature{"waiting_image", "share of its pods waiting for an image (describe)", true},
    Feature{"waiting_config", "share that lack a ConfigMap or key to start (describe)", true},
    Feature{"run_error", "share that could not run their command (describe)", true},
    Feature{"crash_loop", "share in CrashLoopBackOff or exited non-zero (describe)", true},
    Feature{"oom_killed", "share whose last state is OOMKilled (describe)", true},
    Feature{"unschedulable", "share without a node (describe)", true},
    Feature{"young_pods", "share of its pods younger than 90 s (describe)", true},
    Feature{"events_read", "1: events read", true},
    Feature{"probe_kills", "log2(1 + kills by liveness) / 6 (events)", true},
    Feature{"pods_killed", "log2(1 + pods stopped without a rollout) / 6 (events)", true},
    Feature{"logs_read", "1: logs read", true},
    Feature{"log_missing_key", "1: a setting is missing (logs)", true},
    Feature{"log_dependency", "1: cannot reach a dependency (logs)", true},
    Feature{"history_read", "1: history read", true},
    Feature{"changed", "2^(-minutes since its spec changed / 5) (history)", true},
    Feature{"revisions", "revisions kept / 8 (history)", true},
    Feature{"config_changed", "2^(-minutes since a ConfigMap it uses changed / 5) (history)", true},
    Feature{"calls_api", "1: its pods call the cluster's API (logs)", true},
    Feature{"touched", "accepted writes of the agent on it / 4"},
};
inline constexpr std::array kNodeFeatures{
    Feature{"exists", "1: a node lives in this slot"},
    Feature{"ready", "1: Ready"},
    Feature{"unschedulable", "1: cordoned"},
    Feature{"cpu", "requested / allocatable CPU"},
    Feature{"memory", "requested / allocatable memory"},
    Feature{"pods", "pods / 32"},
    Feature{"taints", "taints / 4"},
    Feature{"touched", "accepted writes of the agent on it / 4"},
};

constexpr std::span<const Feature> FeaturesOf(EntityKind kind) {
  switch (kind) {
    case EntityKind::kCluster: return kGlobalFeatures;
    case EntityKind::kService: return kServiceFeatures;
    case EntityKind::kWorkload: return kWorkloadFeatures;
    case EntityKind::kNode: return kNodeFeatures;
    case EntityKind::kCount: break;
  }
  return {};
}

// How many slots of each kind a cluster has: live entities + kSpareSlots, rounded up to 8.
// kCluster always has one.
inline constexpr u16 kSpareSlots = 8;
struct ObservationShape {
  std::array<u16, kEntityKinds> slots{1, 0, 0, 0};
  u16 edges = 0;      // call edges, service -> service
  friend bool operator==(const ObservationShape&, const ObservationShape&) = default;

  u32 Floats() const {
    u32 sum = 0;
    for (int k = 0; k < kEntityKinds; ++k) {
      sum += slots[static_cast<std::size_t>(k)] *
             static_cast<u32>(FeaturesOf(static_cast<EntityKind>(k)).size());
    }
    return sum;
  }
  u32 Masks() const {
    u32 sum = 0;
    for (const u16 s : slots) sum += s;
    return sum;
  }
};

}  // namespace wt
