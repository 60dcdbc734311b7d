// SPDX-License-Identifier: Apache-2.0
// Keeps a World equal to what a Kubernetes API shows: each object that comes in is written into
// the row that stands for it, so that everything that reads a World (observations, findings,
// causes, verdicts) sees a cluster that is not simulated. Nothing is simulated in such a World:
// pending events are thrown away, its clock is set from outside. A World that starts out as the
// simulator would have it is taken over: objects of the same kind and name are the same, its pods
// and ReplicaSets give way to those that the API names.
//
// Mirrored: Node, Deployment, ReplicaSet, Pod, Service, ConfigMap, Secret of the namespaces given,
// Events. Endpoints follow from pods and selectors, as the EndpointSlice controller derives them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"
#include "sim/sim.h"
#include "sim/telemetry/logs.h"

namespace wt {

class Mirror {
 public:
  // Objects of other namespaces are left out. `unix_ms_at_zero`: the wall clock at the World's time
  // 0.
  Mirror(std::set<std::string> namespaces, i64 unix_ms_at_zero)
      : namespaces_(std::move(namespaces)), zero_ms_(unix_ms_at_zero) {}

  // Pods and ReplicaSets of the World are forgotten. Before the first Put.
  void Begin(Sim& sim);
  // One object as the API shows it, new or changed. What cannot be mirrored is told in warnings().
  // False: what it belongs to has not been put yet; it is as if it had not come.
  bool Put(Sim& sim, const Json& object);
  // It is gone.
  void Remove(Sim& sim, std::string_view uid);
  // After every object of a full list: what the World has and the list had not is deleted.
  void RemoveOthers(Sim& sim);
  // Endpoints are brought up to date and the World's own plans dropped. After a round of changes.
  void Settle(Sim& sim);

  // Lines of a log with timestamps, added to `out` in the World's time.
  void ReadLog(std::string_view text, std::vector<LogLine>& out) const;

  // What Put and Remove know an object by: its uid; of an Event without one its content.
  static std::string KeyOf(const Json& object);
  // "" when that object is not mirrored.
  std::string UidOf(ObjectRef object, u32 born) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Row {
    ObjectRef object;
    u32 born = 0;
    std::string version;  // resourceVersion as last put
  };

  void PutNode(Sim& sim, const Json& object, Row& row);
  void PutDeployment(Sim& sim, const Json& object, Row& row);
  bool PutReplicaSet(Sim& sim, const Json& object, Row& row);
  bool PutPod(Sim& sim, const Json& object, Row& row);
  bool PutEvent(Sim& sim, const Json& object, Row& row);
  // Kinds that are documents: written as the API has them.
  void PutDocument(Sim& sim, const Json& object, Row& row);
  bool Ensure(Sim& sim, const Json& object, Row& row);
  void Write(Sim& sim, const Json& object, const Row& row);
  u32 OwnerRow(const Sim& sim, const Json& object, ObjectKind kind) const;
  i32 WorldMs(std::string_view timestamp) const;
  void Warn(std::string text);
  void Drop(Sim& sim, const Row& row);

  std::set<std::string> namespaces_;
  i64 zero_ms_;
  std::map<std::string, Row, std::less<>> rows_;  // by uid
  std::vector<std::string> warnings_;
};

}  // namespace wt
