// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/render.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/render_pod.h"
#include "sim/objects/split.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/names.h"

namespace wt {
namespace {

using ObjectRow = Object;

Json DocumentJson(const Sim& sim, RevId rev) {
  const std::string_view text = DocumentOf(sim, rev);
  return text.empty() ? Json::object() : Json::parse(text);
}

// Members every live row has.
struct RowHead {
  u32 rv = 0, born = 0;
  i32 created_ms = 0;
  StrId ns = 0;
};

template <class Row>
RowHead HeadOf(const Row& row) {
  RowHead head{row.rv, row.born, row.created_ms, 0};
  if constexpr (requires { row.ns; }) head.ns = row.ns;
  return head;
}

RowHead HeadOf(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNode: return HeadOf(sim.At<Node>(object.row));
    case ObjectKind::kDeployment: return HeadOf(sim.At<Deployment>(object.row));
    case ObjectKind::kReplicaSet: return HeadOf(sim.At<ReplicaSet>(object.row));
    case ObjectKind::kPod: return HeadOf(sim.At<Pod>(object.row));
    case ObjectKind::kService: return HeadOf(sim.At<Service>(object.row));
    default: return HeadOf(sim.At<ObjectRow>(object.row));
  }
}

void AddServerMetadata(const Sim& sim, ObjectRef object, Json& metadata) {
  const RowHead head = HeadOf(sim, object);
  metadata["name"] = ObjectName(sim, object);
  if (head.ns != 0) metadata["namespace"] = sim.Text(head.ns);
  metadata["uid"] = UidText(sim.key(), head.born);
  metadata["resourceVersion"] = std::to_string(head.rv);
  metadata["creationTimestamp"] = Timestamp(head.created_ms);
}

Json OwnerReference(const Sim& sim, ObjectRef owner) {
  const KindInfo& kind = KindOf(sim, owner);
  const std::string version(kind.version);
  return {{"apiVersion", kind.group.empty() ? version : std::string(kind.group) + "/" + version},
          {"kind", kind.kind},
          {"name", ObjectName(sim, owner)},
          {"uid", UidText(sim.key(), HeadOf(sim, owner).born)},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

Json TemplateJson(const Sim& sim, RevId tmpl, u32 restarted_at_s) {
  Json out = DocumentJson(sim, tmpl);
  if (restarted_at_s != 0) {
    out["metadata"]["annotations"][std::string(kRestartedAt)] = UnixTimestamp(restarted_at_s);
  }
  return out;
}

Json RenderDeployment(const Sim& sim, u32 row) {
  const Deployment& deployment = sim.At<Deployment>(row);
  Json out = DocumentJson(sim, deployment.doc);
  Json& metadata = out["metadata"];
  metadata["generation"] = deployment.generation;
  if (deployment.revision != 0) {
    metadata["annotations"][std::string(kRevisionAnnotation)] =
        std::to_string(deployment.revision);
  }
  Json& spec = out["spec"];
  spec["replicas"] = deployment.replicas;
  if (deployment.paused) spec["paused"] = true;
  spec["template"] = TemplateJson(sim, deployment.tmpl, deployment.restarted_at_s);
  return out;
}

Json RenderReplicaSet(const Sim& sim, u32 row) {
  const ReplicaSet& set = sim.At<ReplicaSet>(row);
  const std::string hash = HashText(sim.At<ReplicaSet>(row).hash);
  Json out = {{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}};
  Json tmpl = TemplateJson(sim, set.tmpl, set.restarted_at_s);
  tmpl["metadata"]["labels"]["pod-template-hash"] = hash;
  Json selector = {{"matchLabels", tmpl["metadata"]["labels"]}};
  Json& metadata = out["metadata"];
  metadata["labels"] = tmpl["metadata"]["labels"];
  if (set.deployment != 0) {
    const Deployment& owner = sim.At<Deployment>(set.deployment);
    selector = DocumentJson(sim, owner.doc)["spec"]["selector"];
    selector["matchLabels"]["pod-template-hash"] = hash;
    Json& annotations = metadata["annotations"];
    annotations["deployment.kubernetes.io/desired-replicas"] = std::to_string(set.desired);
    annotations["deployment.kubernetes.io/max-replicas"] = std::to_string(set.max_replicas);
    annotations[std::string(kRevisionAnnotation)] = std::to_string(set.revision);
    metadata["ownerReferences"] =
        Json::array({OwnerReference(sim, {ObjectKind::kDeployment, set.deployment})});
  }
  out["spec"] = {{"replicas", set.want}, {"selector", selector}, {"template", tmpl}};
  return out;
}

Json RenderService(const Sim& sim, u32 row) {
  const Service& service = sim.At<Service>(row);
  Json out = DocumentJson(sim, service.doc);
  Json& spec = out["spec"];
  if (Text(spec, "type") == "ExternalName") return out;
  if (!spec.contains("clusterIP")) {
    spec["clusterIP"] = ClusterIpText(service.cluster_ip);
    spec["clusterIPs"] = Json::array({spec["clusterIP"]});
  }
  if (!spec.contains("ipFamilies")) spec["ipFamilies"] = Json::array({"IPv4"});
  if (!spec.contains("ipFamilyPolicy")) spec["ipFamilyPolicy"] = "SingleStack";
  return out;
}

Json RenderNode(const Sim& sim, u32 row) {
  const Node& node = sim.At<Node>(row);
  Json out = DocumentJson(sim, node.doc);
  Json& spec = out["spec"];
  if (!spec.is_object()) spec = Json::object();
  if (node.unschedulable) {
    spec["unschedulable"] = true;
    spec["taints"].push_back({{"effect", "NoSchedule"}, {"key", kUnschedulableTaint}});
  }
  if (!node.ready) {
    spec["taints"].push_back({{"effect", "NoSchedule"}, {"key", kNotReadyTaint}});
  }
  return out;
}

Json RenderPod(const Sim& sim, u32 row) {
  const Pod& pod = sim.At<Pod>(row);
  Json out = DocumentJson(sim, pod.spec);
  out["apiVersion"] = "v1";
  out["kind"] = "Pod";
  Json& metadata = out["metadata"];
  metadata["generation"] = 1;
  if (pod.owner != 0) {
    const ObjectRef owner{ObjectKind::kReplicaSet, pod.owner};
    metadata["labels"]["pod-template-hash"] = HashText(sim.At<ReplicaSet>(pod.owner).hash);
    metadata["generateName"] = ObjectName(sim, owner) + "-";
    metadata["ownerReferences"] = Json::array({OwnerReference(sim, owner)});
    const u32 restarted_at_s = sim.At<ReplicaSet>(pod.owner).restarted_at_s;
    if (restarted_at_s != 0) {
      metadata["annotations"][std::string(kRestartedAt)] = UnixTimestamp(restarted_at_s);
    }
  }
  if (pod.delete_at_ms != 0) metadata["deletionTimestamp"] = Timestamp(pod.delete_at_ms);
  AddAdmittedPodFields(sim, row, out["spec"]);
  return out;
}

Json RenderDocument(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNode: return RenderNode(sim, object.row);
    case ObjectKind::kDeployment: return RenderDeployment(sim, object.row);
    case ObjectKind::kReplicaSet: return RenderReplicaSet(sim, object.row);
    case ObjectKind::kPod: return RenderPod(sim, object.row);
    case ObjectKind::kService: return RenderService(sim, object.row);
    default: return DocumentJson(sim, sim.At<ObjectRow>(object.row).doc);
  }
}

}  // namespace

const KindInfo& KindOf(const Sim& sim, ObjectRef object) {
  const char* kind = "";
  switch (object.kind) {
    case ObjectKind::kNode: kind = "Node"; break;
    case ObjectKind::kDeployment: kind = "Deployment"; break;
    case ObjectKind::kReplicaSet: kind = "ReplicaSet"; break;
    case ObjectKind::kPod: kind = "Pod"; break;
    case ObjectKind::kService: kind = "Service"; break;
    default: return AllKinds()[sim.At<ObjectRow>(object.row).kind];
  }
  return *FindKind(kind);
}

std::string ObjectName(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNode: return std::string(sim.Text(sim.At<Node>(object.row).name));
    case ObjectKind::kDeployment:
      return std::string(sim.Text(sim.At<Deployment>(object.row).name));
    case ObjectKind::kReplicaSet: return ReplicaSetName(sim, object.row);
    case ObjectKind::kPod: return PodName(sim, object.row);
    case ObjectKind::kService: return std::string(sim.Text(sim.At<Service>(object.row).name));
    default: return std::string(sim.Text(sim.At<ObjectRow>(object.row).name));
  }
}

std::string ClusterIpText(u32 number) {
  return fmt::format("10.96.{}.{}", number >> 8 & 0xffu, number & 0xffu);
}

Json RenderJson(const Sim& sim, ObjectRef object) {
  Json out = RenderDocument(sim, object);
  AddServerMetadata(sim, object, out["metadata"]);
  Json status = RenderStatus(sim, object);
  if (!status.is_null()) out["status"] = std::move(status);
  return out;
}

std::string RenderObject(const Sim& sim, ObjectRef object) {
  return RenderJson(sim, object).dump(4, ' ', false, Json::error_handler_t::replace);
}

}  // namespace wt
