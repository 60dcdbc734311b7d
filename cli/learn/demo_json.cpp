// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "bench/summary_json.h"
#include "cli/learn/demo.h"

namespace wt {

using Json = nlohmann::ordered_json;

std::string DemoDocument(const DemoPlan& plan, const DemoOutcome& o) {
  const DemoTraining& t = o.training;
  Json agents = Json::array();
  for (const DemoScore& score : o.scores) {
    agents.push_back({{"agent", score.agent},
                      {"overall", SummaryJson(score.overall)},
                      {"faulty", SummaryJson(score.faulty)},
                      {"healthy", SummaryJson(score.healthy)}});
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
