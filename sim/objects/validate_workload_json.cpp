// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <span>

#include "sim/objects/access.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

// Only pods that always restart belong to these kinds.
void CheckAlwaysRestarts(Checker& check, const Json& spec, const FieldPath& path,
                         std::string_view deadline_detail) {
  const Json& pod = Map(Map(spec, "template"), "spec");
  const FieldPath pod_template = path.Child("template");
  const FieldPath here = pod_template.Child("spec");
  const std::string_view restart = Text(pod, "restartPolicy");
  if (restart != "Always") {
    check.NotSupported(here.Child("restartPolicy"), Shown(restart), {"Always"});
  }
  if (Find(pod, "activeDeadlineSeconds") != nullptr) {
    check.Forbidden(here.Child("activeDeadlineSeconds"), deadline_detail);
  }
}

void CheckReplicaSetTemplate(Checker& check, const Json& spec, const FieldPath& path) {
  const Json* selector = Find(spec, "selector");
  if (!IsUsableSelector(selector)) {
    check.Invalid(path.Child("selector"), ShownSelector(selector), "invalid label selector");
    return;
  }
  if (selector == nullptr || !IsEmptySelector(*selector)) CheckTemplateLabels(check, spec, path);
  CheckPodTemplate(check, Map(spec, "template"), path.Child("template"));
  CheckAlwaysRestarts(check, spec, path, "activeDeadlineSeconds in ReplicaSet is not Supported");
}

void CheckSelectorGiven(Checker& check, const Json& spec, const FieldPath& path,
                        std::string_view empty_detail) {
  const Json* selector = Find(spec, "selector");
  const FieldPath here = path.Child("selector");
  if (selector == nullptr) return check.Required(here);
  CheckLabelSelector(check, selector, here);
  if (IsEmptySelector(*selector)) check.Invalid(here, ShownSelector(selector), empty_detail);
}

// {"Type":...,"RollingUpdate":...} as Go prints the internal type; the members of RollingUpdate
// come with the value that stands for an absent one.
struct RollingField {
  std::string_view printed, member, absent;
};

constexpr RollingField kRollingFields[] = {{"MaxUnavailable", "maxUnavailable", "0"},
                                           {"MaxSurge", "maxSurge", "0"}};
constexpr RollingField kStatefulSetRollingFields[] = {{"Partition", "partition", "0"},
                                                      {"MaxUnavailable", "maxUnavailable", "null"}};

std::string ShownStrategy(const Json& strategy, std::span<const RollingField> fields) {
  std::string rolling;
  if (const Json* given = Find(strategy, "rollingUpdate")) {
    for (const RollingField& field : fields) {
      const Json* value = Find(*given, field.member);
      rolling += rolling.empty() ? "{\"" : ",\"";
      rolling.append(field.printed).append("\":");
      rolling += value == nullptr ? std::string(field.absent) : Shown(value);
    }
    rolling += '}';
  } else {
    rolling = "null";
  }
  return "{\"Type\":" + Shown(Text(strategy, "type")) + ",\"RollingUpdate\":" + rolling + "}";
}

void CheckDeploymentStrategy(Checker& check, const Json& strategy, const FieldPath& path) {
  const std::string_view type = Text(strategy, "type");
  const Json* rolling = Find(strategy, "rollingUpdate");
  const FieldPath here = path.Child("rollingUpdate");
  if (type == "Recreate") {
    if (rolling != nullptr) {
      check.Forbidden(here, "may not be specified when strategy `type` is 'Recreate'");
    }
    return;
  }
  if (type != "RollingUpdate") {
    return check.NotSupported(path.Child("type"), ShownStrategy(strategy, kRollingFields),
                              {"Recreate", "RollingUpdate"});
  }
  if (rolling == nullptr) {
    return check.Required(here, "this should be defaulted and never be nil");
  }
  const Json* unavailable = Find(*rolling, "maxUnavailable");
  const Json* surge = Find(*rolling, "maxSurge");
  CheckIntOrPercent(check, unavailable, here.Child("maxUnavailable"));
  CheckIntOrPercent(check, surge, here.Child("maxSurge"));
  if (IntOrPercentValue(unavailable) == 0 && IntOrPercentValue(surge) == 0) {
    check.Invalid(here.Child("maxUnavailable"), Shown(unavailable),
                  "may not be 0 when `maxSurge` is 0");
  }
  CheckAtMost100Percent(check, unavailable, here.Child("maxUnavailable"));
}

void CheckStatefulSetStrategy(Checker& check, const Json& strategy, const FieldPath& path) {
  const std::string_view type = Text(strategy, "type");
  const Json* rolling = Find(strategy, "rollingUpdate");
  const FieldPath here = path.Child("rollingUpdate");
  if (type.empty()) return check.Required(path);
  if (type == "OnDelete") {
    if (rolling != nullptr) {
      check.Invalid(here, Shown(rolling), "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (type != "RollingUpdate") {
    check.Invalid(path, ShownStrategy(strategy, kStatefulSetRollingFields),
                  "must be 'RollingUpdate' or 'OnDelete'");
  } else if (rolling != nullptr) {
    check.NonNegative(*rolling, "partition", here);
    const Json* unavailable = Find(*rolling, "maxUnavailable");
    if (unavailable == nullptr) return;
    CheckIntOrPercent(check, unavailable, here.Child("maxUnavailable"));
    if (IntOrPercentValue(unavailable) == 0) {
      check.Invalid(here.Child("maxUnavailable"), Shown(unavailable), "cannot be 0");
    }
    CheckAtMost100Percent(check, unavailable, here.Child("maxUnavailable"));
  }
}

void CheckDaemonSetStrategy(Checker& check, const Json& strategy, const FieldPath& path) {
  const std::string_view type = Text(strategy, "type");
  if (type == "OnDelete") return;
  if (type != "RollingUpdate") {
    return check.NotSupported(path.Child("type"), ShownStrategy(strategy, kRollingFields),
                              {"RollingUpdate", "OnDelete"});
  }
  const Json* rolling = Find(strategy, "rollingUpdate");
  const FieldPath here = path.Child("rollingUpdate");
  if (rolling == nullptr) return check.Required(here);
  const Json* unavailable = Find(*rolling, "maxUnavailable");
  const Json* surge = Find(*rolling, "maxSurge");
  const FieldPath unavailable_path = here.Child("maxUnavailable");
  const FieldPath surge_path = here.Child("maxSurge");
  CheckIntOrPercent(check, unavailable, unavailable_path);
  CheckIntOrPercent(check, surge, surge_path);
  CheckAtMost100Percent(check, unavailable, unavailable_path);
  CheckAtMost100Percent(check, surge, surge_path);
  const bool has_unavailable = IntOrPercentValue(unavailable) != 0;
  const bool has_surge = IntOrPercentValue(surge) != 0;
  if (has_unavailable && has_surge) {
    check.Invalid(surge_path, Shown(surge), "may not be set when maxUnavailable is non-zero");
  } else if (!has_unavailable && !has_surge) {
    check.Required(unavailable_path, "cannot be 0 when maxSurge is 0");
  }
}

void CheckStatefulSetUpdate(Checker& check, const Json& object, const Json& old) {
  CheckMetaUpdate(check, object, old);
  Json now = Map(object, "spec");
  Json before = Map(old, "spec");
  for (Json* spec : {&now, &before}) {
    for (const char* key :
         {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
          "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
      spec->erase(key);
    }
  }
  if (now == before) return;
  check.Forbidden(FieldPath("spec"),
                  "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                  "'template', 'updateStrategy', 'revisionHistoryLimit', "
                  "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void CheckSelectorUpdate(Checker& check, const Json& object, const Json* old) {
  if (old == nullptr) return;
  CheckMetaUpdate(check, object, *old);
  CheckImmutable(check, Map(object, "spec"), Map(*old, "spec"), "selector",
                 FieldPath("spec"));
}

}  // namespace

void ValidateDeployment(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  check.NonNegative(spec, "replicas", path);
  CheckSelectorGiven(check, spec, path, "empty selector is invalid for deployment");
  CheckReplicaSetTemplate(check, spec, path);
  CheckDeploymentStrategy(check, Map(spec, "strategy"), path.Child("strategy"));
  check.NonNegative(spec, "minReadySeconds", path);
  check.NonNegative(spec, "revisionHistoryLimit", path);
  check.NonNegative(spec, "progressDeadlineSeconds", path);
  const Json* deadline = Find(spec, "progressDeadlineSeconds");
  if (deadline != nullptr && Int(spec, "progressDeadlineSeconds") <= Int(spec, "minReadySeconds")) {
    check.Invalid(path.Child("progressDeadlineSeconds"), Shown(deadline),
                  "must be greater than minReadySeconds");
  }
  CheckSelectorUpdate(check, object, old);
}

void ValidateReplicaSet(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  check.NonNegative(spec, "replicas", path);
  check.NonNegative(spec, "minReadySeconds", path);
  CheckSelectorGiven(check, spec, path, "empty selector is invalid for deployment");
  CheckReplicaSetTemplate(check, spec, path);
  CheckSelectorUpdate(check, object, old);
}

void ValidateStatefulSet(Checker& check, const Json& object, const Json* old) {
  // The names of its pods are DNS labels; objects from before that rule keep theirs.
  CheckMeta(check, object, true,
            old == nullptr ? &Dns1123LabelComplaints : &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const std::string_view management = Text(spec, "podManagementPolicy");
  if (management.empty()) {
    check.Required(path.Child("podManagementPolicy"));
  } else if (management != "OrderedReady" && management != "Parallel") {
    check.Invalid(path.Child("podManagementPolicy"), Shown(management),
                  "must be 'OrderedReady' or 'Parallel'");
  }
  CheckStatefulSetStrategy(check, Map(spec, "updateStrategy"), path.Child("updateStrategy"));
  if (const Json* retention = Find(spec, "persistentVolumeClaimRetentionPolicy")) {
    const FieldPath here = path.Child("persistentVolumeClaimRetentionPolicy");
    for (const char* key : {"whenDeleted", "whenScaled"}) {
      check.OneOf(here.Child(key), Text(*retention, key), {"Delete", "Retain"});
    }
  }
  check.NonNegative(spec, "replicas", path);
  check.NonNegative(spec, "minReadySeconds", path);
  const FieldPath ordinals = path.Child("ordinals");
  check.NonNegative(Map(spec, "ordinals"), "start", ordinals);
  CheckSelectorGiven(check, spec, path, "empty selector is invalid for statefulset");
  const Json* selector = Find(spec, "selector");
  if (!IsUsableSelector(selector)) {
    check.Invalid(path.Child("selector"), ShownSelector(selector), "");
  } else {
    if (selector == nullptr || !IsEmptySelector(*selector)) CheckTemplateLabels(check, spec, path);
    CheckPodTemplate(check, Map(spec, "template"), path.Child("template"));
  }
  CheckAlwaysRestarts(check, spec, path, "activeDeadlineSeconds in StatefulSet is not Supported");
  check.NonNegative(spec, "revisionHistoryLimit", path);
  if (old != nullptr) CheckStatefulSetUpdate(check, object, *old);
}

void ValidateDaemonSet(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const Json* selector = Find(spec, "selector");
  CheckLabelSelector(check, selector, path.Child("selector"));
  if (IsUsableSelector(selector)) CheckTemplateLabels(check, spec, path);
  if (selector != nullptr && IsEmptySelector(*selector)) {
    check.Invalid(path.Child("selector"), ShownSelector(selector),
                  "empty selector is invalid for daemonset");
  }
  CheckPodTemplate(check, Map(spec, "template"), path.Child("template"));
  CheckAlwaysRestarts(check, spec, path, "activeDeadlineSeconds in DaemonSet is not Supported");
  check.NonNegative(spec, "minReadySeconds", path);
  CheckDaemonSetStrategy(check, Map(spec, "updateStrategy"), path.Child("updateStrategy"));
  check.NonNegative(spec, "revisionHistoryLimit", path);
  CheckSelectorUpdate(check, object, old);
}

}  // namespace wt
