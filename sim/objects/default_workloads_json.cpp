// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/default_kinds.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/set_default.h"

namespace wt {
namespace {

Json Policy(const char* type, int value) {
  return {{"type", type}, {"value", value}, {"periodSeconds", 15}};
}

void DefaultScaling(Json& behavior, std::string_view direction, Json policies) {
  Json* rules = DefaultObject(behavior, direction);
  if (rules == nullptr) return;
  DefaultPointer(*rules, "selectPolicy", "Max");
  if (IsUnset(*rules, "policies")) (*rules)["policies"] = std::move(policies);
}

}  // namespace

void DefaultDeployment(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultPointer(*spec, "replicas", 1);
  if (Json* strategy = DefaultObject(*spec, "strategy")) {
    DefaultValue(*strategy, "type", "RollingUpdate");
    if (Text(*strategy, "type") == "RollingUpdate") {
      if (Json* rolling = DefaultObject(*strategy, "rollingUpdate")) {
        DefaultPointer(*rolling, "maxUnavailable", "25%");
        DefaultPointer(*rolling, "maxSurge", "25%");
      }
    }
  }
  DefaultPointer(*spec, "revisionHistoryLimit", 10);
  DefaultPointer(*spec, "progressDeadlineSeconds", 600);
  DefaultPodTemplate(*spec);
}

void DefaultReplicaSet(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultPointer(*spec, "replicas", 1);
  DefaultPodTemplate(*spec);
}

void DefaultStatefulSet(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultValue(*spec, "podManagementPolicy", "OrderedReady");
  if (Json* strategy = DefaultObject(*spec, "updateStrategy")) {
    if (IsZero(*strategy, "type")) {
      (*strategy)["type"] = "RollingUpdate";
      DefaultObject(*strategy, "rollingUpdate");
    }
    Json* rolling = MutableObject(*strategy, "rollingUpdate");
    if (rolling != nullptr && Text(*strategy, "type") == "RollingUpdate") {
      DefaultPointer(*rolling, "partition", 0);
    }
  }
  if (Json* retention = DefaultObject(*spec, "persistentVolumeClaimRetentionPolicy")) {
    DefaultValue(*retention, "whenDeleted", "Retain");
    DefaultValue(*retention, "whenScaled", "Retain");
  }
  DefaultPointer(*spec, "replicas", 1);
  DefaultPointer(*spec, "revisionHistoryLimit", 10);
  if (Json* claims = MutableList(*spec, "volumeClaimTemplates")) {
    for (Json& claim : *claims) {
      if (claim.is_object()) DefaultClaim(claim);
    }
  }
  DefaultPodTemplate(*spec);
}

void DefaultDaemonSet(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  if (Json* strategy = DefaultObject(*spec, "updateStrategy")) {
    DefaultValue(*strategy, "type", "RollingUpdate");
    if (Text(*strategy, "type") == "RollingUpdate") {
      if (Json* rolling = DefaultObject(*strategy, "rollingUpdate")) {
        DefaultPointer(*rolling, "maxUnavailable", 1);
        DefaultPointer(*rolling, "maxSurge", 0);
      }
    }
  }
  DefaultPointer(*spec, "revisionHistoryLimit", 10);
  DefaultPodTemplate(*spec);
}

void DefaultReplicationController(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultPointer(*spec, "replicas", 1);
  const Json* labels = At(*spec, {"template", "metadata", "labels"});
  if (labels != nullptr && labels->is_object()) {
    const Json copy = *labels;
    if (Map(*spec, "selector").empty()) (*spec)["selector"] = copy;
    Json* metadata = DefaultObject(object, "metadata");
    if (metadata != nullptr && Map(*metadata, "labels").empty()) (*metadata)["labels"] = copy;
  }
  if (!IsUnset(*spec, "template")) DefaultPodTemplate(*spec);
}

void DefaultJob(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  if (IsUnset(*spec, "parallelism")) DefaultPointer(*spec, "completions", 1);
  DefaultPointer(*spec, "parallelism", 1);
  const bool per_index = !IsUnset(*spec, "backoffLimitPerIndex");
  DefaultPointer(*spec, "backoffLimit", per_index ? std::numeric_limits<i32>::max() : 6);
  DefaultPointer(*spec, "completionMode", "NonIndexed");
  DefaultPointer(*spec, "suspend", false);
  DefaultPointer(*spec, "manualSelector", false);
  Json* failure_policy = MutableObject(*spec, "podFailurePolicy");
  DefaultPointer(*spec, "podReplacementPolicy",
                 failure_policy == nullptr ? "TerminatingOrFailed" : "Failed");
  Json* rules = failure_policy == nullptr ? nullptr : MutableList(*failure_policy, "rules");
  if (rules != nullptr) {
    for (Json& rule : *rules) {
      Json* patterns = MutableList(rule, "onPodConditions");
      if (patterns == nullptr) continue;
      for (Json& pattern : *patterns) {
        if (pattern.is_object()) DefaultValue(pattern, "status", "True");
      }
    }
  }
  const Json* labels = At(*spec, {"template", "metadata", "labels"});
  if (labels != nullptr && labels->is_object()) {
    Json copy = *labels;
    Json* metadata = DefaultObject(object, "metadata");
    if (metadata != nullptr && Map(*metadata, "labels").empty()) {
      (*metadata)["labels"] = std::move(copy);
    }
  }
  DefaultPodTemplate(*spec);
}

void DefaultCronJob(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultValue(*spec, "concurrencyPolicy", "Allow");
  DefaultPointer(*spec, "suspend", false);
  DefaultPointer(*spec, "successfulJobsHistoryLimit", 3);
  DefaultPointer(*spec, "failedJobsHistoryLimit", 1);
  Json* job = DefaultObject(*spec, "jobTemplate");
  Json* job_spec = job == nullptr ? nullptr : DefaultObject(*job, "spec");
  if (job_spec != nullptr) DefaultPodTemplate(*job_spec);
}

void DefaultPodTemplateObject(Json& object) {
  if (!IsUnset(object, "template")) DefaultPodTemplate(object);
}

void DefaultHorizontalPodAutoscaler(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultPointer(*spec, "minReplicas", 1);
  const Json* metrics = Find(*spec, "metrics");
  if (metrics == nullptr || (metrics->is_array() && metrics->empty())) {
    const Json target = {{"type", "Utilization"}, {"averageUtilization", 80}};
    (*spec)["metrics"] =
        Json::array({{{"type", "Resource"}, {"resource", {{"name", "cpu"}, {"target", target}}}}});
  }
  Json* behavior = MutableObject(*spec, "behavior");
  if (behavior == nullptr) return;
  DefaultScaling(*behavior, "scaleUp", Json::array({Policy("Pods", 4), Policy("Percent", 100)}));
  if (Json* up = MutableObject(*behavior, "scaleUp")) {
    DefaultPointer(*up, "stabilizationWindowSeconds", 0);
  }
  DefaultScaling(*behavior, "scaleDown", Json::array({Policy("Percent", 100)}));
}

}  // namespace wt
