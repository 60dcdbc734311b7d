// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "learners/config_json.h"
#include "learners/train.h"
#include "learners/train_settings.h"

namespace wt {

using Json = nlohmann::ordered_json;

std::string MetricsLine(const TrainProgress& p) {
  const Json line = {{"schema", "wavetank.metrics/1"},
                     {"update", p.update},
                     {"episodes", p.episodes},
                     {"decisions", p.decisions},
                     {"errored", p.errored},
                     {"success", p.success},
                     {"harm", p.harm},
                     {"return_mean", p.reward},
                     {"steps_mean", p.steps},
                     {"false_action_healthy", p.false_action_healthy},
                     {"loss", p.stats.loss},
                     {"entropy", p.stats.entropy},
                     {"kl", p.stats.kl},
                     {"clip_fraction", p.stats.clip_fraction},
                     {"grad_norm", p.stats.grad_norm},
                     {"groups", p.stats.groups},
                     {"flat_groups", p.stats.flat_groups},
                     {"simulate_s", p.simulate_s},
                     {"infer_s", p.infer_s},
                     {"update_s", p.update_s},
                     {"cpu_s", p.cpu_s}};
  return line.dump();
}

std::string RunDocument(const TrainConfig& c, std::span<const ScenarioSetup> setups,
                        const std::string& commit) {
  Json scenarios = Json::array();
  for (const ScenarioSetup& setup : setups) scenarios.push_back(setup.scenario.name);
  Json settings = Json::object();
  TrainConfig copy = c;
  for (const TrainSetting& setting : TrainSettings()) {
    settings[std::string(setting.group)][std::string(setting.name)] = setting.of(copy);
  }
  const Json document = {
      {"schema", "wavetank.run/1"},
      {"command", "train"},
      {"env", "cluster"},
      {"commit", commit},
      {"suite", c.suite},
      {"suite_hash", c.suite_hash},
      {"scenarios", std::move(scenarios)},
      {"demonstrations", 0},
      {"preset", c.preset},
      {"grpo", ConfigJson(c.grpo)},
      {"settings", std::move(settings)},
      {"hold_out", c.collect.hold_out},
      {"groups", c.collect.groups},
      {"group_size", c.collect.group_size},
      {"width", c.width},
      {"blind", c.blind},
      {"seed", c.collect.seed},
      {"first_world_seed", kFirstTrainingSeed},
      {"threads", c.collect.threads},
      {"updates", c.updates},
      {"cpu_s_max", c.cpu_seconds_max},
      {"checkpoint_every", c.checkpoint_every},
      {"config_hash", fmt::format("{:016x}", HashConfig(c, setups))}};
  return document.dump(2) + "\n";
}

std::string ResultDocument(const TrainConfig& c, const TrainResult& r) {
  const auto path = [&](const char* name) {
    return c.folder.empty() ? Json(nullptr) : Json(c.folder + name);
  };
  const Json document = {{"schema", "wavetank.train/1"},
                         {"env", "cluster"},
                         {"preset", c.preset},
                         {"seed", c.collect.seed},
                         {"blind", c.blind},
                         {"complete", r.complete},
                         {"updates", r.checkpoint.next_update},
                         {"episodes", r.checkpoint.episodes},
                         {"steps", r.checkpoint.decisions},
                         {"success_first_tenth", r.success_first_tenth},
                         {"success_last_tenth", r.success_last_tenth},
                         {"cpu_s", r.checkpoint.cpu_s},
                         {"hash", fmt::format("{:016x}", r.hash)},
                         {"checkpoint", path("/checkpoint.wtc")},
                         {"policy", path("/policy.wtp")}};
  return document.dump(2);
}

}  // namespace wt
