// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/mirror/mirror.h"
#include "realcluster/mirror/mirror_pod.h"
#include "sim/controllers/controllers.h"
#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/kinds.h"
#include "sim/objects/render.h"
#include "sim/objects/split.h"
#include "sim/objects/timestamp.h"
#include "sim/objects/write_plan.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr std::size_t kWarningsMax = 100;
constexpr std::string_view kDesired = "deployment.kubernetes.io/desired-replicas";
constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";

template <class Row>
u32 BornAt(const Sim& sim, u32 row) {
  return row < sim.world.Used<Row>() ? sim.At<Row>(row).born : 0;
}

u32 BornOf(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNone:
      return 0;
    case ObjectKind::kNode:
      return BornAt<Node>(sim, object.row);
    case ObjectKind::kDeployment:
      return BornAt<Deployment>(sim, object.row);
    case ObjectKind::kReplicaSet:
      return BornAt<ReplicaSet>(sim, object.row);
    case ObjectKind::kPod:
      return BornAt<Pod>(sim, object.row);
    case ObjectKind::kService:
      return BornAt<Service>(sim, object.row);
    default:
      return BornAt<Object>(sim, object.row);
  }
}

// The row of that name, 0 = none.
u32 FindNamed(const Sim& sim, const KindInfo& kind, StrId ns, StrId name) {
  switch (ObjectKindNamed(kind.kind)) {
    case ObjectKind::kNode:
      return FindNode(sim, name);
    case ObjectKind::kDeployment:
      return FindDeployment(sim, ns, name);
    case ObjectKind::kService:
      return FindService(sim, ns, name);
    default:
      return FindObject(sim, static_cast<u16>(&kind - AllKinds().data()), ns, name);
  }
}

i32 NumberIn(const Json& annotations, std::string_view key) {
  i32 out = 0;
  for (const char c : Text(annotations, key)) {
    if (c >= '0' && c <= '9' && out < 100'000'000) out = out * 10 + (c - '0');
  }
  return out;
}

void SetCreated(const Sim& sim, ObjectRef object, i32 created_ms) {
  switch (object.kind) {
    case ObjectKind::kNode:
      sim.At<Node>(object.row).created_ms = created_ms;
      return;
    case ObjectKind::kDeployment:
      sim.At<Deployment>(object.row).created_ms = created_ms;
      return;
    case ObjectKind::kReplicaSet:
      sim.At<ReplicaSet>(object.row).created_ms = created_ms;
      return;
    case ObjectKind::kPod:
      sim.At<Pod>(object.row).created_ms = created_ms;
      return;
    case ObjectKind::kService:
      sim.At<Service>(object.row).created_ms = created_ms;
      return;
    default:
      sim.At<Object>(object.row).created_ms = created_ms;
  }
}

// The uid of the controller among the owners.
std::string_view ControllerUid(const Json& object) {
  for (const Json& owner : List(Map(object, "metadata"), "ownerReferences")) {
    if (Flag(owner, "controller")) return Text(owner, "uid");
  }
  return "";
}

// What a Deployment of this template would keep: the template without the hash label.
ObjectParts SplitTemplate(const Json& replica_set) {
  Json spec = Map(replica_set, "spec");
  if (Json* tmpl = Find(spec, "template")) {
    if (Json* metadata = Find(*tmpl, "metadata")) {
      metadata->erase("creationTimestamp");
      if (Json* labels = Find(*metadata, "labels")) labels->erase("pod-template-hash");
    }
  }
  return SplitObject("Deployment", {{"apiVersion", "apps/v1"},
                                    {"kind", "Deployment"},
                                    {"metadata", {{"name", "x"}}},
                                    {"spec", std::move(spec)}});
}

ProgressReason ProgressNamed(std::string_view name) {
  return Named(&ProgressReasonText, ProgressReason::kDeploymentResumed, name,
               ProgressReason::kNone);
}

}  // namespace

void Mirror::Warn(std::string text) {
  if (warnings_.size() < kWarningsMax) warnings_.push_back(std::move(text));
}

i32 Mirror::WorldMs(std::string_view timestamp) const {
  const std::optional<i64> unix_s = ParseUnixTimestamp(timestamp);
  if (!unix_s) return 0;
  const i64 ms = *unix_s * 1000 - zero_ms_;
  if (ms == 0) return 1;  // 0 stands for never
  return static_cast<i32>(std::clamp<i64>(ms, INT32_MIN, INT32_MAX));
}

void Mirror::Begin(Sim& sim) {
  EnsureHeadroom(sim);
  for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) {
    if (sim.At<Pod>(p).born != 0) RemovePod(sim, p);
  }
  for (u32 rs = 1; rs < sim.world.Used<ReplicaSet>(); ++rs) {
    if (sim.At<ReplicaSet>(rs).born != 0) RemoveReplicaSet(sim, rs);
  }
}

u32 Mirror::OwnerRow(const Sim& sim, const Json& object, ObjectKind kind) const {
  const auto owner = rows_.find(ControllerUid(object));
  if (owner == rows_.end() || owner->second.object.kind != kind) return 0;
  return BornOf(sim, owner->second.object) == owner->second.born ? owner->second.object.row : 0;
}

std::string Mirror::UidOf(ObjectRef object, u32 born) const {
  for (const auto& [uid, row] : rows_) {
    if (row.object.kind == object.kind && row.object.row == object.row && row.born == born) {
      return uid;
    }
  }
  return "";
}

// Finds or makes the row of an object that is a document. False: it cannot be had.
bool Mirror::Ensure(Sim& sim, const Json& object, Row& row) {
  if (row.born != 0 && BornOf(sim, row.object) == row.born) return true;
  const KindInfo& kind = *FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  const Json& metadata = Map(object, "metadata");
  const StrId name = InternString(sim, Text(metadata, "name"));
  const StrId ns = InternString(sim, Text(metadata, "namespace"));
  const ObjectKind named = ObjectKindNamed(kind.kind);
  row.object = {named == ObjectKind::kNone ? ObjectKind::kOther : named,
                FindNamed(sim, kind, ns, name)};
  if (!Exists(sim, row.object)) {
    const auto made = Create(sim, object.dump(), kLoaded);
    if (!made) {
      Warn(fmt::format("{} {}: {}", kind.kind, Text(metadata, "name"), made.error().Text()));
      return false;
    }
    row.object = *made;
  }
  row.born = BornOf(sim, row.object);
  return true;
}

// Spec, data, labels and annotations as the API has them.
void Mirror::Write(Sim& sim, const Json& object, const Row& row) {
  const Json before = RenderJson(sim, row.object);
  Json after = before;
  for (const char* key : {"spec", "data", "binaryData", "stringData", "immutable", "type"}) {
    if (const Json* value = Find(object, key)) {
      after[key] = *value;
    } else {
      after.erase(key);
    }
  }
  if (row.object.kind == ObjectKind::kService) {  // the World numbers its Services by itself
    for (const char* key : {"clusterIP", "clusterIPs"}) {
      if (const Json* own = Find(Map(before, "spec"), key)) after["spec"][key] = *own;
    }
  }
  Json& metadata = after["metadata"];
  for (const char* key : {"labels", "annotations"}) {
    if (const Json* value = Find(Map(object, "metadata"), key)) {
      metadata[key] = *value;
    } else {
      metadata.erase(key);
    }
  }
  const auto plan = PlanUpdate(sim, row.object, before, std::move(after));
  if (!plan) {
    return Warn(fmt::format("{} {}: {}", Text(object, "kind"),
                            Text(Map(object, "metadata"), "name"), plan.error().Text()));
  }
  PlanBlobs blobs;
  const auto written = CommitPlan(sim, row.object, *plan, kLoaded, blobs);
  if (!written) Warn(written.error().Text());
}

void Mirror::PutDocument(Sim& sim, const Json& object, Row& row) {
  if (Ensure(sim, object, row)) Write(sim, object, row);
}

void Mirror::PutNode(Sim& sim, const Json& object, Row& row) {
  if (!Ensure(sim, object, row)) return;
  Write(sim, object, row);
  Node& node = sim.At<Node>(row.object.row);
  for (const Json& condition : List(Map(object, "status"), "conditions")) {
    if (Text(condition, "type") == "Ready") node.ready = Text(condition, "status") == "True";
  }
}

void Mirror::PutDeployment(Sim& sim, const Json& object, Row& row) {
  if (!Ensure(sim, object, row)) return;
  Write(sim, object, row);
  const Json &status = Map(object, "status"), &metadata = Map(object, "metadata");
  Deployment& d = sim.At<Deployment>(row.object.row);
  d.generation = static_cast<u32>(Int(metadata, "generation"));
  d.observed_generation = static_cast<u32>(Int(status, "observedGeneration"));
  d.revision = static_cast<u32>(NumberIn(Map(metadata, "annotations"), kRevisionAnnotation));
  d.status_replicas = static_cast<i32>(Int(status, "replicas"));
  d.status_updated = static_cast<i32>(Int(status, "updatedReplicas"));
  d.status_ready = static_cast<i32>(Int(status, "readyReplicas"));
  d.status_available = static_cast<i32>(Int(status, "availableReplicas"));
  d.status_unavailable = static_cast<i32>(Int(status, "unavailableReplicas"));
  d.failing = 0;
  for (const Json& condition : List(status, "conditions")) {
    const std::string_view type = Text(condition, "type");
    const bool holds = Text(condition, "status") == "True";
    if (type == "Available") {
      d.available = holds;
      d.available_change_ms = WorldMs(Text(condition, "lastTransitionTime"));
    } else if (type == "Progressing") {
      d.progressing = static_cast<u8>(ProgressNamed(Text(condition, "reason")));
      d.last_progress_ms = WorldMs(Text(condition, "lastUpdateTime"));
    } else if (type == "ReplicaFailure") {
      d.failing = holds;
    }
  }
  Changed<Deployment>(sim, ObjectKind::kDeployment, row.object.row);
}

bool Mirror::PutReplicaSet(Sim& sim, const Json& object, Row& row) {
  const Json &metadata = Map(object, "metadata"), &spec = Map(object, "spec");
  if (row.born == 0 || BornOf(sim, row.object) != row.born) {
    const u32 deployment = OwnerRow(sim, object, ObjectKind::kDeployment);
    if (deployment == 0) return false;  // one that stands alone is read by no observation
    const ObjectParts parts = SplitTemplate(object);
    const auto tmpl = InternDocument(sim, RevKind::kTemplate, Canonical(parts.tmpl));
    if (!tmpl) {
      Warn(tmpl.error().Text());
      return true;
    }
    EnsureHeadroom(sim);
    const u32 made = CreateReplicaSet(sim, deployment, *tmpl, parts.restarted_at_s,
                                      static_cast<i32>(Int(spec, "replicas")));
    row.object = {ObjectKind::kReplicaSet, made};
    row.born = sim.At<ReplicaSet>(made).born;
    const std::string_view hash = Text(Map(metadata, "labels"), "pod-template-hash");
    u32 number = 0;
    if (ReadHashLetters(hash, number)) {
      sim.At<ReplicaSet>(made).hash = number;
    } else {
      const StrId name = InternString(sim, Text(metadata, "name"));
      sim.At<ReplicaSet>(made).name = name;
    }
  }
  ReplicaSet& rs = sim.At<ReplicaSet>(row.object.row);
  rs.want = static_cast<i32>(Int(spec, "replicas"));
  rs.min_ready_s = static_cast<i32>(Int(spec, "minReadySeconds"));
  const Json& annotations = Map(metadata, "annotations");
  rs.revision = static_cast<u32>(NumberIn(annotations, kRevisionAnnotation));
  rs.desired = NumberIn(annotations, kDesired);
  rs.max_replicas = NumberIn(annotations, kMaxReplicas);
  Changed<ReplicaSet>(sim, ObjectKind::kReplicaSet, row.object.row);
  return true;
}

bool Mirror::PutPod(Sim& sim, const Json& object, Row& row) {
  const Json& metadata = Map(object, "metadata");
  const std::string_view name = Text(metadata, "name");
  if (row.born == 0 || BornOf(sim, row.object) != row.born) {
    if (row.born != 0) return true;  // it was removed here already
    const u32 owner = OwnerRow(sim, object, ObjectKind::kReplicaSet);
    if (owner == 0) return false;  // one of no Deployment is not part of what is observed
    EnsureHeadroom(sim);
    const ReplicaSet& of = sim.At<ReplicaSet>(owner);
    const u32 made = CreatePod(sim, owner, of.tmpl, of.ns);
    row.object = {ObjectKind::kPod, made};
    row.born = sim.At<Pod>(made).born;
    u32 tail = 0;
    if (ReadTailLetters(name.substr(name.rfind('-') + 1), tail)) {
      sim.At<Pod>(made).name_tail = tail;
    } else {
      const StrId whole = InternString(sim, name);
      sim.At<Pod>(made).name = whole;
    }
  }
  const u32 pod = row.object.row;
  const std::string_view node_name = Text(Map(object, "spec"), "nodeName");
  if (!node_name.empty() && sim.At<Pod>(pod).node == 0) {
    const u32 node = FindNode(sim, InternString(sim, node_name));
    if (node == 0) {
      Warn(fmt::format("pod {} is on {}, a node not seen", name, node_name));
      return true;
    }
    BindPod(sim, pod, node);
  }
  EnsureHeadroom(sim);
  MirrorPodStatus(sim, pod, object, [this](std::string_view text) { return WorldMs(text); });
  return true;
}

bool Mirror::PutEvent(Sim& sim, const Json& object, Row& row) {
  const auto of = rows_.find(Text(Map(object, "involvedObject"), "uid"));
  if (of == rows_.end() || BornOf(sim, of->second.object) != of->second.born) return false;
  ReportedEvent event;
  event.kind = of->second.object.kind;
  event.row = of->second.object.row;
  event.born = of->second.born;
  event.reason = Text(object, "reason");
  event.message = Text(object, "message");
  event.source = Text(Map(object, "source"), "component");
  if (event.source.empty()) event.source = Text(object, "reportingComponent");
  event.warning = Text(object, "type") == "Warning";
  event.count = std::max<u32>(static_cast<u32>(Int(object, "count")), 1);
  event.first_ms = WorldMs(Text(object, "firstTimestamp"));
  event.last_ms = WorldMs(Text(object, "lastTimestamp"));
  if (event.last_ms == 0) {  // the newer recorder gives one instant only
    const std::string_view at = Text(object, "eventTime");  // with microseconds
    event.first_ms = event.last_ms = WorldMs(std::string(at.substr(0, 19)) + "Z");
  }
  row.object.row = RecordReported(sim, event, row.object.row);
  return true;
}

void Mirror::ReadLog(std::string_view text, std::vector<LogLine>& out) const {
  while (!text.empty()) {  // "2026-01-31T12:00:00.123456789Z INFO starting geo"
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t space = line.find(' ');
    if (space == line.npos || space < 20) continue;
    i32 at = WorldMs(std::string(line.substr(0, 19)) + "Z");
    if (line[19] == '.') {
      for (std::size_t digit = 0, unit = 100; digit < 3; ++digit, unit /= 10) {
        const char c = line[20 + digit];
        if (c < '0' || c > '9') break;
        at += (c - '0') * static_cast<i32>(unit);
      }
    }
    out.push_back({at, std::string(line.substr(space + 1))});
  }
}

std::string Mirror::KeyOf(const Json& object) {
  const std::string_view uid = Text(Map(object, "metadata"), "uid");
  if (!uid.empty() || Text(object, "kind") != "Event") return std::string(uid);
  return fmt::format("{} {} {}", Text(Map(object, "involvedObject"), "uid"), Text(object, "reason"),
                     Text(object, "message"));
}

bool Mirror::Put(Sim& sim, const Json& object) {
  const Json& metadata = Map(object, "metadata");
  const std::string uid = KeyOf(object);
  const std::string_view kind = Text(object, "kind");
  const std::string_view ns = Text(metadata, "namespace");
  if (uid.empty() || FindKind(Text(object, "apiVersion"), kind) == nullptr) return true;
  if (!ns.empty() && !namespaces_.contains(std::string(ns))) return true;
  const auto [at, is_new] = rows_.try_emplace(uid);
  Row& row = at->second;
  const std::string_view version = Text(metadata, "resourceVersion");
  if (!row.version.empty() && row.version == version) return true;
  row.version = version;
  EnsureHeadroom(sim);
  bool put = true;
  if (kind == "Node") PutNode(sim, object, row);
  else if (kind == "Deployment") PutDeployment(sim, object, row);
  else if (kind == "ReplicaSet") put = PutReplicaSet(sim, object, row);
  else if (kind == "Pod") put = PutPod(sim, object, row);
  else if (kind == "Event") put = PutEvent(sim, object, row);
  else PutDocument(sim, object, row);
  const i32 created_ms = WorldMs(Text(metadata, "creationTimestamp"));
  const bool has_row = put && kind != "Event" && row.born != 0;
  if (has_row && created_ms != 0 && BornOf(sim, row.object) == row.born) {
    SetCreated(sim, row.object, created_ms);
  }
  if (!put && is_new) rows_.erase(at);
  return put;
}

void Mirror::Drop(Sim& sim, const Row& row) {
  if (row.born == 0 || BornOf(sim, row.object) != row.born) return;
  EnsureHeadroom(sim);
  switch (row.object.kind) {
    case ObjectKind::kDeployment:
      return DeleteDeployment(sim, row.object.row, kLoaded);
    case ObjectKind::kReplicaSet:
      return RemoveReplicaSet(sim, row.object.row);
    case ObjectKind::kPod:
      return RemovePod(sim, row.object.row);
    case ObjectKind::kService:
      return DeleteService(sim, row.object.row, kLoaded);
    case ObjectKind::kNone:
    case ObjectKind::kNode:
      return;  // a machine that left has no pods; its row stays, not ready
    default:
      return DeleteObject(sim, row.object.row, kLoaded);
  }
}

void Mirror::Remove(Sim& sim, std::string_view uid) {
  const auto found = rows_.find(uid);
  if (found == rows_.end()) return;
  Drop(sim, found->second);
  rows_.erase(found);
}

void Mirror::RemoveOthers(Sim& sim) {
  const auto stays = [this](ObjectRef object, u32 born) { return !UidOf(object, born).empty(); };
  const auto drop = [&]<class RowType>(ObjectKind kind, const RowType*) {
    for (u32 r = 1; r < sim.world.Used<RowType>(); ++r) {
      const u32 born = sim.At<RowType>(r).born;
      if (born == 0) continue;
      ObjectRef object{kind, r};
      if constexpr (requires(RowType row) { row.kind; }) {
        object.kind = ObjectKindNamed(AllKinds()[sim.At<RowType>(r).kind].kind);
        if (object.kind != ObjectKind::kConfigMap && object.kind != ObjectKind::kSecret) continue;
      }
      if (!stays(object, born)) Drop(sim, {object, born, ""});
    }
  };
  drop(ObjectKind::kService, static_cast<const Service*>(nullptr));
  drop(ObjectKind::kDeployment, static_cast<const Deployment*>(nullptr));
  drop(ObjectKind::kOther, static_cast<const Object*>(nullptr));
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    Node& node = sim.At<Node>(n);
    if (node.born == 0 || stays({ObjectKind::kNode, n}, node.born)) continue;
    if (node.first_pod == 0) sim.world.Free<Node>(n);
  }
}

void Mirror::Settle(Sim& sim) {
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    if (sim.At<Service>(s).born == 0) continue;
    for (u32 before = 0, more = 1; more != 0;) {  // it adds a bounded number of endpoints at once
      EnsureHeadroom(sim);
      before = sim.At<Service>(s).endpoints;
      SyncEndpoints(sim, s);
      if (sim.At<Service>(s).born == 0) break;
      more = sim.At<Service>(s).endpoints != before;
    }
    if (sim.At<Service>(s).born != 0) SyncProxy(sim, s);
  }
  sim.world.header().queue_size = 0;
}

}  // namespace wt
