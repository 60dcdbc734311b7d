// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_objects.h"
#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/render.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/names.h"

namespace wt {
namespace {

// Made by a real cluster or its distribution without anybody's manifest, or never listed.
constexpr std::array<std::string_view, 20> kMadeElsewhere{"Binding",
                                                          "Endpoints",
                                                          "ServiceAccount",
                                                          "PersistentVolume",
                                                          "PodTemplate",
                                                          "ControllerRevision",
                                                          "Lease",
                                                          "EndpointSlice",
                                                          "Eviction",
                                                          "ClusterRole",
                                                          "ClusterRoleBinding",
                                                          "Role",
                                                          "RoleBinding",
                                                          "PriorityClass",
                                                          "CSIDriver",
                                                          "CSINode",
                                                          "StorageClass",
                                                          "VolumeAttachment",
                                                          "MutatingWebhookConfiguration",
                                                          "ValidatingWebhookConfiguration"};

constexpr std::array<std::string_view, 2> kPodFields{"spec.nodeName", "status.phase"};
constexpr std::array<std::string_view, 8> kEventFields{"involvedObject.kind",
                                                       "involvedObject.namespace",
                                                       "involvedObject.name",
                                                       "involvedObject.uid",
                                                       "involvedObject.apiVersion",
                                                       "reason",
                                                       "type",
                                                       "reportingComponent"};

Json EventJson(const Sim& sim, u32 row) {
  const ClusterEvent& event = sim.At<ClusterEvent>(row);
  const RenderedEvent shown = Render(sim, event);
  const KindInfo& kind =
      KindOf(sim, {static_cast<ObjectKind>(event.object_kind), event.object_row});
  const std::string name = shown.object.substr(shown.object.find('/') + 1);
  Json involved = {{"name", name},
                   {"uid", UidText(sim.key(), event.object_born)},
                   {"kind", kind.kind},
                   {"apiVersion", ApiVersion(kind)}};
  if (kind.namespaced) involved["namespace"] = sim.Text(event.names[0]);
  // Upstream's name ends in the nanosecond of the first occurrence; the record's row stands in
  // for what is below a millisecond.
  const i64 first_ns =
      kEpochUnixS * 1'000'000'000 + static_cast<i64>(event.first_ms) * 1'000'000 + row;
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata",
           {{"name", fmt::format("{}.{:x}", name, first_ns)},
            {"namespace", kind.namespaced ? sim.Text(event.names[0]) : "default"},
            {"resourceVersion", std::to_string(event.rv)},
            {"creationTimestamp", Timestamp(shown.first_ms)}}},
          {"involvedObject", std::move(involved)},
          {"reason", shown.reason},
          {"message", shown.message},
          {"type", shown.type},
          {"count", shown.count},
          {"firstTimestamp", Timestamp(shown.first_ms)},
          {"lastTimestamp", Timestamp(shown.last_ms)},
          {"eventTime", nullptr},
          {"source", {{"component", shown.source}}},
          {"reportingComponent", shown.source},
          {"reportingInstance", ""}};
}

void AddFields(const Json& from, std::string_view prefix, Json& fields) {
  for (const auto& [member, value] : from.items()) {
    if (value.is_string()) fields[std::string(prefix) + member] = value;
  }
}

}  // namespace

bool IsServed(const Sim& sim, const KindInfo& kind) {
  if (std::ranges::find(kMadeElsewhere, kind.kind) == kMadeElsewhere.end()) return true;
  bool carried = false;
  EachRow<Object>(sim, ObjectKind::kOther,
                  [&](ObjectRef object) { carried = carried || &KindOf(sim, object) == &kind; });
  return carried;
}

Json KeysOf(const Json& object) {
  const Json& metadata = Map(object, "metadata");
  Json fields = {{"metadata.name", Text(metadata, "name")},
                 {"metadata.namespace", Text(metadata, "namespace")}};
  if (Text(object, "kind") == "Pod") {
    fields["spec.nodeName"] = Text(Map(object, "spec"), "nodeName");
    fields["status.phase"] = Text(Map(object, "status"), "phase");
  } else if (Text(object, "kind") == "Event") {
    AddFields(Map(object, "involvedObject"), "involvedObject.", fields);
    for (const char* member : {"reason", "type", "reportingComponent"}) {
      fields[member] = Text(object, member);
    }
  }
  return {{"uid", Text(metadata, "uid")},
          {"labels", Map(metadata, "labels")},
          {"fields", std::move(fields)}};
}

Status CheckFields(const KindInfo& kind, const FieldSelector& fields) {
  const auto in = [](const auto& list, std::string_view field) {
    return std::ranges::find(list, field) != list.end();
  };
  for (const FieldTerm& term : fields.all) {
    if (term.field == "metadata.name" || term.field == "metadata.namespace") continue;
    if (kind.kind == "Pod" && in(kPodFields, term.field)) continue;
    if (kind.kind == "Event" && in(kEventFields, term.field)) continue;
    return BadRequestError(fmt::format("field label not supported: {}", term.field));
  }
  return Ok{};
}

bool Selected(const ApiPath& path, const ApiQuery& query, const Json& keys) {
  if (keys.is_null()) return false;
  const Json& fields = Map(keys, "fields");
  return (path.ns.empty() || Text(fields, "metadata.namespace") == path.ns) &&
         (path.name.empty() || Text(fields, "metadata.name") == path.name) &&
         Matches(query.labels, Map(keys, "labels")) && Matches(query.fields, fields);
}

std::string ApiVersion(const KindInfo& kind) {
  return kind.group.empty() ? std::string(kind.version)
                            : fmt::format("{}/{}", kind.group, kind.version);
}

Json NamespaceJson(std::string_view name) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/metadata.name", name}}}}},
          {"spec", {{"finalizers", {"kubernetes"}}}},
          {"status", {{"phase", "Active"}}}};
}

std::vector<Json> EventObjects(const Sim& sim) {
  std::vector<Json> out;
  for (const u32 row : EventRows(sim)) out.push_back(EventJson(sim, row));
  return out;
}

}  // namespace wt
