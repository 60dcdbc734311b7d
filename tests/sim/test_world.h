// SPDX-License-Identifier: Apache-2.0
// A small cluster for tests of sim/: a Blueprint put together by hand (no YAML, no compiler), a
// World on it, and short names for what tests do. Make all revisions, then Start().
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sim.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct TemplateOptions {
  Labels labels{{"app", "web"}};
  std::string image = "shop/web:1";
  i32 cpu = 100;                       // millicores requested, 0 = none
  i64 memory = 64 * 1024 * 1024;       // bytes requested, 0 = none
  std::vector<std::pair<i32, i64>> requests = {};  // of each container, instead of cpu and memory
  Labels node_selector = {};
  std::vector<Toleration> tolerations = {};
  i32 grace_s = 30;
  u16 port = 8080;
  std::string port_name = {};
  std::vector<ConfigRef> refs = {};
  ProbeSpec readiness = {}, liveness = {}, startup = {};
  std::string node_name = {};
};

struct DeploymentOptions {
  std::string app = "web";             // selector app=...
  IntOrPercent max_surge{25, 1}, max_unavailable{25, 1};
  i32 min_ready_s = 0, progress_deadline_s = 600, history_limit = 10;
  StrategyType strategy = StrategyType::kRollingUpdate;
};

struct NodeOptions {
  i32 cpu = 4000;
  i64 memory = 8ll * 1024 * 1024 * 1024;
  i32 pods = 110;
  Labels labels = {};
  std::vector<Taint> taints = {};
  std::string zone = {};
};

class TestWorld {
 public:
  TestWorld();

  StrId Str(std::string_view text) { return blueprint.strings.Add(text); }
  RevId Template(const TemplateOptions& options);
  RevId DeploymentDoc(const DeploymentOptions& options);
  RevId ServiceDoc(const Labels& selector, u16 port, u16 target_port,
                   const std::string& target_name = "");
  RevId NodeDoc(const NodeOptions& options);
  RevId ConfigDoc(const std::vector<std::string>& keys);
  void AddImage(const std::string& name);

  // The World. No revision may be added to the Blueprint afterwards.
  Sim& Start(u64 key = 1);
  Sim& sim() { return *sim_; }

  template <class Row>
  const Row& At(u32 row) const {
    return world_.At<Row>(row);
  }

  // Runs for so many seconds with all invariants checked after every event.
  void Run(f64 seconds);

  u32 AddNode(const std::string& name, RevId doc);
  u32 AddDeployment(const std::string& name, RevId doc, RevId tmpl, i32 replicas);
  u32 AddService(const std::string& name, RevId doc);

  std::vector<u32> Pods() const;                  // all live pods
  std::vector<u32> PodsOf(u32 replica_set) const;
  std::vector<u32> ReplicaSetsOf(u32 deployment) const;  // newest first, deleted ones left out
  u32 ReplicaSetWith(u32 deployment, RevId tmpl) const;  // 0 = none
  i32 ReadyPods(u32 deployment) const;
  std::vector<std::string> Messages(EventReason reason) const;

  Blueprint blueprint;
  WorldPool pool;
  StrId ns = 0;

 private:
  RevId AddRevision(RevKind kind, const std::string& blob);

  World world_;
  std::unique_ptr<Sim> sim_;
};

}  // namespace wt
