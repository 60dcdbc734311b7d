// SPDX-License-Identifier: Apache-2.0
// The spec of a Deployment as the vectors of deployment_sync and deployment_rollout give it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/sim/test_world.h"

namespace wt {

inline IntOrPercent IntOrPercentOf(const nlohmann::json& value) {
  if (value.is_number()) return {value.get<i32>(), 0};
  return {std::stoi(value.get<std::string>()), 1};
}

inline DeploymentOptions OptionsOf(const nlohmann::json& spec) {
  DeploymentOptions options;
  options.progress_deadline_s = spec.value("progressDeadlineSeconds", 600);
  options.history_limit = spec.value("revisionHistoryLimit", 0);
  options.min_ready_s = spec.value("minReadySeconds", 0);
  const nlohmann::json& strategy = spec.at("strategy");
  if (strategy.at("type") == "Recreate") options.strategy = StrategyType::kRecreate;
  if (strategy.contains("rollingUpdate")) {
    const nlohmann::json& rolling = strategy.at("rollingUpdate");
    options.max_surge = IntOrPercentOf(rolling.value("maxSurge", nlohmann::json(0)));
    options.max_unavailable = IntOrPercentOf(rolling.value("maxUnavailable", nlohmann::json(0)));
  }
  return options;
}

}  // namespace wt
