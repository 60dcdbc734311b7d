// SPDX-License-Identifier: Apache-2.0
// A scenario as checked values: what a YAML file of docs/formats.md says, before a seed draws it.
// Plain data; made by load_scenario.h, turned into a Blueprint and a World by build_world.
// Durations are nanoseconds, rates requests per second, shares in [0, 1], quantities base units.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/distribution.h"
#include "scenarios/fault_kind_info.h"
#include "sim/api/time.h"
#include "sim/timing.h"

namespace wt {

struct NodeShape {
  Distribution count = Distribution::Of(Unit::kCount, 6);
  std::string cpu = "8";  // quantities as written: they go into Node objects
  std::string memory = "16Gi";
  i64 pods = 110;
  std::vector<std::string> zones = {"a", "b", "c"};  // node i stands in zone i mod size
};

struct ClusterSpec {
  std::string version = "1.35";
  std::string profile = "default";
  Timing timing;  // of that profile
  NodeShape nodes;
};

enum class LoadShape : u8 { kConstant, kRamp, kDiurnal, kSpike, kBurst, kReplay };

// Offered load, open loop. `rate` is the level outside of what the pattern adds.
//   ramp:    from `rate` at `at` to `to` over `over`, then `to`
//   diurnal: rate * (1 + amplitude * sin(2 pi t / period))
//   spike:   `to` from `at` for `over`, once
//   burst:   `to` for `over`, every `every`, first at `at`
//   replay:  `points`, linear between them, the last one holds; multiplied by `scale`
struct LoadSpec {
  LoadShape pattern = LoadShape::kConstant;
  Distribution rate = Distribution::Of(Unit::kRate, 100);
  Distribution to = Distribution::Of(Unit::kRate, 200);
  Distribution at = Distribution::Of(Unit::kDuration, 60e9);
  Distribution over = Distribution::Of(Unit::kDuration, 60e9);
  Distribution every = Distribution::Of(Unit::kDuration, 300e9);
  Distribution amplitude = Distribution::Of(Unit::kNumber, 0.3);
  Distribution period = Distribution::Of(Unit::kDuration, 3600e9);
  Distribution scale = Distribution::Of(Unit::kNumber, 1);
  Distribution mix = Distribution::OfText("default");  // a name of load.mixes of the app
  struct Point {
    SimTime at = 0;
    f64 rate_rps = 0;
  };
  std::vector<Point> points;  // kReplay
  std::string file;           // kReplay: the CSV they came from
  std::string mix_place;      // FILE:LINE:COL
};

struct NoiseSpec {
  Distribution intensity = Distribution::Of(Unit::kNumber, 0);  // 0 none .. 1 very noisy
  Distribution near_cause = Distribution::Of(Unit::kFlag, 0);   // may noise touch what is broken
  Distribution newcomers = Distribution::Of(Unit::kCount, 0);   // harmless new workloads, at most 4
};

// What a fault acts on. Names are laws of texts; "any" stands for a draw by the seed among all
// that fit. An empty namespace means the app's.
struct TargetSelector {
  TargetKind kind = kTargetService;
  Distribution name = Distribution::OfText("any");  // kTargetEdge: the caller
  Distribution to = Distribution::OfText("any");    // kTargetEdge: the callee
  std::string object_kind;                          // kTargetObject: Service, ConfigMap, ...;
                                                    // kTargetWorkload: Deployment, ... or empty
  std::string name_space;
  std::string place;  // FILE:LINE:COL
};

struct FaultSpec {
  Distribution kind;  // of texts: names of fault kinds
  // Empty: drawn among what the kind can act on (its first target kind, any).
  std::optional<TargetSelector> target;
  Distribution at = Distribution::Of(Unit::kDuration, 60e9);
  std::optional<Distribution> duration;      // none: until repaired
  std::map<std::string, Distribution> with;  // as given; defaults are in the kind's table
  std::string place;                         // FILE:LINE:COL
};

enum class Task : u8 { kDetection, kLocalization, kAnalysis, kMitigation, kResolve };

struct Objective {
  Threshold error_rate{.times_baseline = false, .value = 0.01};
  Threshold p99_latency{.times_baseline = true, .value = 2};
  std::optional<Threshold> p50_latency;
  SimTime hold = 60 * kSecond;
  std::optional<i64> max_disrupted_workloads;  // none: auto
};

struct Limits {
  Distribution steps = Distribution::Of(Unit::kCount, 30);
  Distribution time = Distribution::Of(Unit::kDuration, 1800e9);
  Distribution step = Distribution::Of(Unit::kDuration, 15e9);
};

// Objects that must not change: every given field must match; an empty one matches all.
struct Protected {
  std::string kind, name, name_space;
  std::string place;
};

struct Scenario {
  std::string file;
  std::string name;
  std::map<std::string, std::string> labels;
  std::string app;       // as written
  std::string app_path;  // the folder or file it means
  std::string app_place;
  ClusterSpec cluster;
  LoadSpec load;
  NoiseSpec noise;
  std::vector<FaultSpec> faults;  // empty: healthy
  Task task = Task::kResolve;
  std::optional<std::string> complaint;  // none: auto
  Objective objective;
  Limits limits;
  std::vector<Protected> protected_objects;

  bool Healthy() const { return faults.empty(); }
};

const char* TaskName(Task task);
const char* LoadShapeName(LoadShape pattern);
const char* TargetKindName(TargetKind kind);

}  // namespace wt
