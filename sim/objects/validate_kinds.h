// SPDX-License-Identifier: Apache-2.0
// The validation functions behind validation.h: one a kind, named in the table of
// validation_json.cpp, and the parts they share. `old` is nullptr on a create.
#pragma once

#include "sim/objects/field_path.h"

namespace wt {

using NameRule = Complaints (*)(std::string_view name);

// validate_meta_json.cpp. nullptr for `rule`: any path segment is a name.
void CheckMeta(Checker& check, const Json& object, bool namespaced, NameRule rule);
void CheckMetaUpdate(Checker& check, const Json& object, const Json& old);
void CheckLabels(Checker& check, const Json& labels, const FieldPath& path);
void CheckLabelKey(Checker& check, std::string_view key, const FieldPath& path);
void CheckAnnotations(Checker& check, const Json& annotations, const FieldPath& path);
void CheckLabelSelector(Checker& check, const Json* selector, const FieldPath& path);
void CheckImmutable(Checker& check, const Json& object, const Json& old, std::string_view key,
                    const FieldPath& parent);
// As Go prints a LabelSelector: without its empty members.
std::string ShownSelector(const Json* selector);
// Whether LabelSelectorAsSelector would take it.
bool IsUsableSelector(const Json* selector);
// matchLabels and matchExpressions are both empty.
bool IsEmptySelector(const Json& selector);
// Complains when the selector under spec does not match the labels of the template.
void CheckTemplateLabels(Checker& check, const Json& spec, const FieldPath& path);

// validate_values_json.cpp
void CheckResourceQuantity(Checker& check, std::string_view resource, const Json& amount,
                           const FieldPath& path);
// False when the name has complaints of its own.
bool CheckResourceName(Checker& check, std::string_view name, const FieldPath& path);
void CheckContainerResourceName(Checker& check, std::string_view name, const FieldPath& path);
void CheckQuotaResourceName(Checker& check, std::string_view name, const FieldPath& path);
bool IsOvercommitAllowed(std::string_view resource);
void CheckPortNumberOrName(Checker& check, const Json* port, const FieldPath& path);
void CheckIntOrPercent(Checker& check, const Json* value, const FieldPath& path);
void CheckAtMost100Percent(Checker& check, const Json* value, const FieldPath& path);
i64 IntOrPercentValue(const Json* value);
Complaints IpComplaints(std::string_view text);

// validate_pod_json.cpp, validate_container_json.cpp, validate_volume_json.cpp,
// validate_scheduling_json.cpp
void CheckPodTemplate(Checker& check, const Json& pod, const FieldPath& path);
void CheckPodSpec(Checker& check, const Json& spec, const FieldPath& path);
void CheckContainers(Checker& check, const Json& pod_spec, const FieldPath& path);
void CheckVolumes(Checker& check, const Json& pod_spec, const FieldPath& path);
void CheckAffinity(Checker& check, const Json& affinity, const FieldPath& path);
void CheckTolerations(Checker& check, const Json& tolerations, const FieldPath& path);
void CheckTopologySpread(Checker& check, const Json& constraints, const FieldPath& path);
// For an env variable (volume: false) or a downward API file.
void CheckFieldRef(Checker& check, const Json& ref, const FieldPath& path, bool volume);
void CheckResourceFieldRef(Checker& check, const Json& ref, const FieldPath& path, bool volume);

// validate_job_json.cpp
void CheckJobSpec(Checker& check, const Json& spec, const FieldPath& path);

void ValidatePod(Checker& check, const Json& object, const Json* old);
void ValidatePodTemplateObject(Checker& check, const Json& object, const Json* old);
void ValidateDeployment(Checker& check, const Json& object, const Json* old);
void ValidateReplicaSet(Checker& check, const Json& object, const Json* old);
void ValidateStatefulSet(Checker& check, const Json& object, const Json* old);
void ValidateDaemonSet(Checker& check, const Json& object, const Json* old);
void ValidateJob(Checker& check, const Json& object, const Json* old);
void ValidateCronJob(Checker& check, const Json& object, const Json* old);
void ValidateService(Checker& check, const Json& object, const Json* old);
void ValidateIngress(Checker& check, const Json& object, const Json* old);
void ValidateNetworkPolicy(Checker& check, const Json& object, const Json* old);
void ValidateConfigMap(Checker& check, const Json& object, const Json* old);
void ValidateSecret(Checker& check, const Json& object, const Json* old);
void ValidateNamespace(Checker& check, const Json& object, const Json* old);
void ValidateNode(Checker& check, const Json& object, const Json* old);
void ValidateClaim(Checker& check, const Json& object, const Json* old);
void ValidateResourceQuota(Checker& check, const Json& object, const Json* old);
void ValidateLimitRange(Checker& check, const Json& object, const Json* old);
void ValidateHorizontalPodAutoscaler(Checker& check, const Json& object, const Json* old);
void ValidatePodDisruptionBudget(Checker& check, const Json& object, const Json* old);

}  // namespace wt
