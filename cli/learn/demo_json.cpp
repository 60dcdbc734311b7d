// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/learn/demo.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const Summary& s) {
  return {{"episodes", s.episodes},
          {"verdict_mean", s.verdict_mean},
          {"verdict_ci95", {s.verdict_ci95.low, s.verdict_ci95.high}},
          {"success", s.success},
          {"harm", s.harm},
          {"false_action_healthy", s.false_action_healthy},
          {"steps_mean", s.steps_mean},
          {"ttr_median_s", s.ttr_median_s}};
}

}  // namespace

std::string DemoDocument(const DemoPlan& plan, const DemoOutcome& o) {
  const DemoTraining& t = o.training;
  Json agents = Json::array();
  for (const DemoScore& score : o.scores) {
    agents.push_back({{"agent", score.agent},
                      {"overall", ToJson(score.overall)},
                      {"faulty", ToJson(score.faulty)},
                      {"healthy", ToJson(score.healthy)}});
  }
  const Json document = {
      {"schema", "wavetank.demo/1"},
      {"seed", plan.seed},
      {"complete", !o.interrupted},
      {"folder", o.folder},
      {"report", o.folder + "/report.html"},
      {"training",
       {{"updates", t.updates},
        {"episodes", t.episodes},
        {"success_first_tenth", t.success_first_tenth},
        {"success_last_tenth", t.success_last_tenth},
        {"ratio", t.success_first_tenth > 0 ? Json(t.success_last_tenth / t.success_first_tenth)
                                            : Json(nullptr)},
        {"cpu_s", t.cpu_s},
        {"wall_s", t.wall_s},
        {"policy", o.config.folder + "/policy.wtp"}}},
      {"suite", o.config.suite},
      {"suite_hash", o.config.suite_hash},
      {"seeds", {plan.seeds.first, plan.seeds.last}},
      {"agents", std::move(agents)},
      {"wall_s", o.wall_s}};
  return document.dump(2);
}

}  // namespace wt
