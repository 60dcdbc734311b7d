// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/edits.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"
#include "sim/objects/patch.h"
#include "sim/objects/quantity.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

constexpr const char* kHostname = "kubernetes.io/hostname";
constexpr const char* kNoneKey = "wavetank.dev/none";
constexpr const char* kProbes[] = {"startupProbe", "livenessProbe", "readinessProbe"};

struct Edit {
  std::string_view kind;
  const Json& object;
  const EditInput& in;
  Json patch = Json::array();

  // JSON pointer and value of the pod spec.
  std::string SpecPath() const { return kind == "Pod" ? "/spec" : "/spec/template/spec"; }
  const Json& Spec() const {
    const Json& spec = Map(object, "spec");
    return kind == "Pod" ? spec : Map(Map(spec, "template"), "spec");
  }
  void Set(const std::string& path, Json value) {
    patch.push_back({{"op", "add"}, {"path", path}, {"value", std::move(value)}});
  }
  void Remove(const std::string& path) { patch.push_back({{"op", "remove"}, {"path", path}}); }
};

Error Missing(const char* what, u32 index) {
  return {ErrorCode::kNotFound, "", fmt::format("{} {} does not exist", what, index)};
}

Result<const Json*> ContainerOf(const Edit& edit, u32 index) {
  const Json& containers = List(edit.Spec(), "containers");
  if (index >= containers.size()) return Missing("container", index);
  return &containers[index];
}

std::string ContainerPath(const Edit& edit, u32 index) {
  return fmt::format("{}/containers/{}", edit.SpecPath(), index);
}

Status SetImage(Edit& edit) {
  const auto container = ContainerOf(edit, edit.in.detail);
  if (!container) return container.error();
  edit.Set(ContainerPath(edit, edit.in.detail) + "/image", edit.in.text);
  return Ok{};
}

Status SetCommand(Edit& edit) {
  const auto container = ContainerOf(edit, edit.in.detail);
  if (!container) return container.error();
  const std::string path = ContainerPath(edit, edit.in.detail) + "/command";
  const bool present = Find(**container, "command") != nullptr;
  if (edit.in.text.empty()) {
    if (present) edit.Remove(path);
    return Ok{};
  }
  Json command = List(**container, "command");
  if (command.empty()) command.push_back("");
  command[0] = edit.in.text;
  edit.Set(path, std::move(command));
  return Ok{};
}

// A request above the limit would be refused, so a limit takes it along, as a client that wants
// the limit would.
Status SetAmount(Edit& edit, const char* list, const char* resource, const std::string& amount) {
  const auto container = ContainerOf(edit, edit.in.detail);
  if (!container) return container.error();
  const std::string path = ContainerPath(edit, edit.in.detail) + "/resources";
  const Json& resources = Map(**container, "resources");
  if (edit.in.arg == 0) {
    if (Find(Map(resources, list), resource) != nullptr) {
      edit.Remove(path + "/" + list + "/" + resource);
    }
    return Ok{};
  }
  Json changed = resources;
  changed[list][resource] = amount;
  const auto limit = ParseQuantity(Text(Map(changed, "limits"), resource));
  const auto request = ParseQuantity(Text(Map(changed, "requests"), resource));
  if (limit && request && Compare(*request, *limit) > 0) {
    changed["requests"][resource] = changed["limits"][resource];
  }
  edit.Set(path, std::move(changed));
  return Ok{};
}

std::string Mebibytes(u32 amount) { return std::to_string(amount) + "Mi"; }
std::string Millicores(u32 amount) { return std::to_string(amount) + "m"; }

Status SetMemoryLimit(Edit& edit) {
  return SetAmount(edit, "limits", "memory", Mebibytes(edit.in.arg));
}
Status SetMemoryRequest(Edit& edit) {
  return SetAmount(edit, "requests", "memory", Mebibytes(edit.in.arg));
}
Status SetCpuLimit(Edit& edit) {
  return SetAmount(edit, "limits", "cpu", Millicores(edit.in.arg));
}
Status SetCpuRequest(Edit& edit) {
  return SetAmount(edit, "requests", "cpu", Millicores(edit.in.arg));
}

// The probe that detail names and its pointer; kNotFound when the container has none such.
struct ProbeAt {
  const Json* probe = nullptr;
  std::string path;
};
Result<ProbeAt> ProbeOf(const Edit& edit) {
  const u32 type = edit.in.detail % 4u, index = edit.in.detail / 4u;
  const auto container = ContainerOf(edit, index);
  if (!container) return container.error();
  if (type >= 3) return Missing("probe type", type);
  return ProbeAt{Find(**container, kProbes[type]),
                 ContainerPath(edit, index) + "/" + kProbes[type]};
}

Status SetProbePort(Edit& edit) {
  const auto at = ProbeOf(edit);
  if (!at) return at.error();
  for (const char* action : {"httpGet", "tcpSocket", "grpc"}) {
    if (at->probe == nullptr || Find(*at->probe, action) == nullptr) continue;
    edit.Set(at->path + "/" + action + "/port", edit.in.arg);
    return Ok{};
  }
  return Missing("probe with a port", edit.in.detail);
}

Status SetProbePath(Edit& edit) {
  const auto at = ProbeOf(edit);
  if (!at) return at.error();
  if (at->probe == nullptr || Find(*at->probe, "httpGet") == nullptr) {
    return Missing("HTTP probe", edit.in.detail);
  }
  edit.Set(at->path + "/httpGet/path", edit.in.text);
  return Ok{};
}

Status RemoveProbe(Edit& edit) {
  const auto at = ProbeOf(edit);
  if (!at) return at.error();
  if (at->probe != nullptr) edit.Remove(at->path);
  return Ok{};
}

Status SetNodeSelector(Edit& edit) {
  Json selector = Map(edit.Spec(), "nodeSelector");
  selector[kHostname] = edit.in.text;
  edit.Set(edit.SpecPath() + "/nodeSelector", std::move(selector));
  return Ok{};
}

Status RemoveNodeSelector(Edit& edit) {
  if (Find(edit.Spec(), "nodeSelector") != nullptr) edit.Remove(edit.SpecPath() + "/nodeSelector");
  return Ok{};
}

Status SetTargetPort(Edit& edit) {
  if (edit.in.detail >= List(Map(edit.object, "spec"), "ports").size()) {
    return Missing("port", edit.in.detail);
  }
  edit.Set(fmt::format("/spec/ports/{}/targetPort", edit.in.detail), edit.in.arg);
  return Ok{};
}

Status SetSelectorValue(Edit& edit) {
  u32 index = 0;
  for (const auto& [key, value] : Map(Map(edit.object, "spec"), "selector").items()) {
    if (index++ != edit.in.detail) continue;
    edit.Set("/spec/selector/" + EscapePointer(key), edit.in.text);
    return Ok{};
  }
  return Missing("selector pair", edit.in.detail);
}

Status AddSelector(Edit& edit) {
  Json selector = Map(Map(edit.object, "spec"), "selector");
  const std::size_t equals = edit.in.text.find('=');
  const bool pair = equals != edit.in.text.npos;
  selector[pair ? std::string(edit.in.text.substr(0, equals)) : kNoneKey] =
      pair ? edit.in.text.substr(equals + 1) : edit.in.text;
  edit.Set("/spec/selector", std::move(selector));
  return Ok{};
}

Status CopySelector(Edit& edit) {
  if (edit.in.labels == nullptr) {
    return Error{ErrorCode::kNotFound, "",
                 fmt::format("deployments.apps \"{}\" not found", edit.in.text)};
  }
  edit.Set("/spec/selector", *edit.in.labels);
  return Ok{};
}

Status RemoveKey(Edit& edit) {
  if (Find(Map(edit.object, "data"), edit.in.text) == nullptr) {
    return Error{ErrorCode::kNotFound, "", fmt::format("key {} does not exist", edit.in.text)};
  }
  edit.Remove("/data/" + EscapePointer(edit.in.text));
  return Ok{};
}

// `kubectl replace` of the configuration that was applied last.
Status RestoreApplied(Edit& edit) {
  const Json& annotations = Map(Map(edit.object, "metadata"), "annotations");
  const std::string_view text = Text(annotations, kLastApplied);
  const Result<Json> parsed = ParseJson(text, kLastApplied);  // an agent may have written it
  if (!parsed || !parsed->is_object()) {
    return Error{ErrorCode::kNotFound, "",
                 "no last-applied-configuration annotation found on resource"};
  }
  const Json& applied = *parsed;
  for (const auto& [member, value] : edit.object.items()) {
    const bool server = member == "metadata" || member == "status" || member == "kind" ||
                        member == "apiVersion";
    if (!server && !applied.contains(member)) edit.Remove("/" + EscapePointer(member));
  }
  for (const auto& [member, value] : applied.items()) {
    if (member == "metadata" || member == "status" || member == "kind" || member == "apiVersion") {
      continue;
    }
    edit.Set("/" + EscapePointer(member), value);
  }
  Json wanted = Map(Map(applied, "metadata"), "annotations");
  wanted[std::string(kLastApplied)] = text;
  edit.Set("/metadata/annotations", std::move(wanted));
  edit.Set("/metadata/labels", Map(Map(applied, "metadata"), "labels"));
  return Ok{};
}

Status SetReplicas(Edit& edit) {
  edit.Set("/spec/replicas", edit.in.arg);
  return Ok{};
}

Status SetPaused(Edit& edit) {
  edit.Set("/spec/paused", edit.in.arg != 0);
  return Ok{};
}

// "key=value:effect", value may be missing.
Status AddTaint(Edit& edit) {
  const std::size_t colon = edit.in.text.rfind(':');
  if (colon == edit.in.text.npos) return Error{ErrorCode::kBadRequest, "", "taint has no effect"};
  const std::string_view pair = edit.in.text.substr(0, colon);
  const std::size_t equals = pair.find('=');
  Json taint = {{"key", pair.substr(0, equals)}, {"effect", edit.in.text.substr(colon + 1)}};
  if (equals != pair.npos) taint["value"] = pair.substr(equals + 1);
  Json taints = Json::array();
  for (const Json& old : List(Map(edit.object, "spec"), "taints")) {
    if (old["key"] != taint["key"] || old["effect"] != taint["effect"]) taints.push_back(old);
  }
  taints.push_back(std::move(taint));
  edit.Set("/spec/taints", std::move(taints));
  return Ok{};
}

Status RemoveTaint(Edit& edit) {
  if (edit.in.detail >= List(Map(edit.object, "spec"), "taints").size()) {
    return Missing("taint", edit.in.detail);
  }
  edit.Remove(fmt::format("/spec/taints/{}", edit.in.detail));
  return Ok{};
}

struct EditRow {
  EditOp op;
  EditTarget target;
  bool text;                // arg is a StrId
  const char* kinds;        // which have it, " Kind " each; "*" any
  Status (*make)(Edit& edit);
};

constexpr const char* kPods = " Deployment Pod ";
constexpr EditTarget kTmpl = EditTarget::kTemplate, kDoc = EditTarget::kDocument;
constexpr EditRow kEdits[] = {
    {EditOp::kSetImage, kTmpl, true, kPods, SetImage},
    {EditOp::kSetCommand, kTmpl, true, kPods, SetCommand},
    {EditOp::kSetMemoryLimit, kTmpl, false, kPods, SetMemoryLimit},
    {EditOp::kSetMemoryRequest, kTmpl, false, kPods, SetMemoryRequest},
    {EditOp::kSetCpuLimit, kTmpl, false, kPods, SetCpuLimit},
    {EditOp::kSetCpuRequest, kTmpl, false, kPods, SetCpuRequest},
    {EditOp::kSetProbePort, kTmpl, false, kPods, SetProbePort},
    {EditOp::kSetProbePath, kTmpl, true, kPods, SetProbePath},
    {EditOp::kRemoveProbe, kTmpl, false, kPods, RemoveProbe},
    {EditOp::kSetNodeSelector, kTmpl, true, kPods, SetNodeSelector},
    {EditOp::kRemoveNodeSelector, kTmpl, false, kPods, RemoveNodeSelector},
    {EditOp::kSetTargetPort, kDoc, false, " Service ", SetTargetPort},
    {EditOp::kSetSelectorValue, kDoc, true, " Service ", SetSelectorValue},
    {EditOp::kAddSelector, kDoc, true, " Service ", AddSelector},
    {EditOp::kCopySelector, kDoc, true, " Service ", CopySelector},
    {EditOp::kRemoveKey, kDoc, true, " ConfigMap Secret ", RemoveKey},
    {EditOp::kRestoreApplied, EditTarget::kWhole, false, "*", RestoreApplied},
    {EditOp::kSetReplicas, EditTarget::kColumn, false, " Deployment ", SetReplicas},
    {EditOp::kSetPaused, EditTarget::kColumn, false, " Deployment ", SetPaused},
    {EditOp::kAddTaint, kDoc, true, " Node ", AddTaint},
    {EditOp::kRemoveTaint, kDoc, false, " Node ", RemoveTaint},
};

const EditRow* RowOf(EditOp op) {
  for (const EditRow& row : kEdits) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace

bool TakesText(EditOp op) {
  const EditRow* row = RowOf(op);
  return row != nullptr && row->text;
}

EditTarget TargetOf(EditOp op) {
  const EditRow* row = RowOf(op);
  return row == nullptr ? EditTarget::kWhole : row->target;
}

Result<Json> EditPatch(std::string_view kind, const Json& object, const EditInput& input) {
  const EditRow* row = RowOf(input.op);
  const std::string_view kinds = row == nullptr ? "" : row->kinds;
  if (kinds != "*" && kinds.find(fmt::format(" {} ", kind)) == kinds.npos) {
    return Error{ErrorCode::kBadRequest, "", fmt::format("a {} cannot be edited so", kind)};
  }
  Edit edit{kind, object, input};
  if (Status made = row->make(edit); !made) return made.error();
  return std::move(edit.patch);
}

}  // namespace wt
