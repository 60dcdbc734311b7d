// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/validate_kinds.h"
#include "sim/objects/validation.h"

namespace wt {
namespace {

struct KindRules {
  std::string_view group, kind;
  void (*validate)(Checker& check, const Json& object, const Json* old);
};

constexpr std::array kRules{
    KindRules{"", "ConfigMap", &ValidateConfigMap},
    KindRules{"", "LimitRange", &ValidateLimitRange},
    KindRules{"", "Namespace", &ValidateNamespace},
    KindRules{"", "Node", &ValidateNode},
    KindRules{"", "PersistentVolumeClaim", &ValidateClaim},
    KindRules{"", "Pod", &ValidatePod},
    KindRules{"", "PodTemplate", &ValidatePodTemplateObject},
    KindRules{"", "ResourceQuota", &ValidateResourceQuota},
    KindRules{"", "Secret", &ValidateSecret},
    KindRules{"", "Service", &ValidateService},
    KindRules{"apps", "DaemonSet", &ValidateDaemonSet},
    KindRules{"apps", "Deployment", &ValidateDeployment},
    KindRules{"apps", "ReplicaSet", &ValidateReplicaSet},
    KindRules{"apps", "StatefulSet", &ValidateStatefulSet},
    KindRules{"autoscaling", "HorizontalPodAutoscaler", &ValidateHorizontalPodAutoscaler},
    KindRules{"batch", "CronJob", &ValidateCronJob},
    KindRules{"batch", "Job", &ValidateJob},
    KindRules{"networking.k8s.io", "Ingress", &ValidateIngress},
    KindRules{"networking.k8s.io", "NetworkPolicy", &ValidateNetworkPolicy},
    KindRules{"policy", "PodDisruptionBudget", &ValidatePodDisruptionBudget},
};

}  // namespace

std::vector<FieldCause> Validate(const Json& object, const Json* old,
                                 const ValidationOptions& options) {
  Checker check(options);
  const std::string_view api_version = Text(object, "apiVersion");
  const std::string_view kind = Text(object, "kind");
  const std::string_view group = GroupOf(api_version);
  for (const KindRules& rules : kRules) {
    if (rules.kind != kind || rules.group != group) continue;
    rules.validate(check, object, old);
    return std::move(check.causes);
  }
  const KindInfo* info = FindKind(api_version, kind);
  CheckMeta(check, object, info == nullptr || info->namespaced, nullptr);
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
  return std::move(check.causes);
}

std::string InvalidMessage(const Json& object, const std::vector<FieldCause>& causes) {
  const std::string_view group = GroupOf(Text(object, "apiVersion"));
  std::vector<std::string> texts;
  for (const FieldCause& cause : causes) {
    std::string text = cause.field + ": " + cause.message;
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  std::string list;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) list += ", ";
    list += text;
  }
  if (texts.size() > 1) list = "[" + list + "]";
  return fmt::format("{}{}{} \"{}\" is invalid: {}", Text(object, "kind"), group.empty() ? "" : ".",
                     group, Text(Map(object, "metadata"), "name"), list);
}

Status CheckValid(const Json& object, const Json* old, const ValidationOptions& options) {
  const std::vector<FieldCause> causes = Validate(object, old, options);
  if (causes.empty()) return Ok{};
  return Error{ErrorCode::kInvalidObject, causes[0].field, InvalidMessage(object, causes)};
}

}  // namespace wt
