// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "bench/report/report.h"
#include "bench/summary_json.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const TrainingRun& run) {
  Json points = Json::array();
  for (const LearningPoint& p : run.points) {
    points.push_back({{"episodes", p.episodes},
                      {"cpu_s", p.cpu_s},
                      {"success", p.success},
                      {"harm", p.harm},
                      {"false_action_healthy", p.false_action_healthy},
                      {"return_mean", p.return_mean},
                      {"steps_mean", p.steps_mean},
                      {"entropy", p.entropy}});
  }
  return {{"name", run.name},
          {"commit", run.commit},
          {"suite", run.suite},
          {"suite_hash", run.suite_hash},
          {"preset", run.preset},
          {"seed", run.seed},
          {"blind", run.blind},
          {"updates", run.updates},
          {"success_first_tenth", run.success_first_tenth},
          {"success_last_tenth", run.success_last_tenth},
          {"points", std::move(points)}};
}

Json ToJson(const AgentScores& agent) {
  Json by_fault = Json::object();
  for (const auto& [kind, summary] : agent.by_fault) by_fault[kind] = SummaryJson(summary);
  Json out = {{"name", agent.name},
              {"commit", agent.commit},
              {"suite", agent.suite},
              {"suite_hash", agent.suite_hash},
              {"engine", agent.engine},
              {"verdict_rules", agent.verdict_rules},
              {"seeds", {agent.first_seed, agent.last_seed}},
              {"overall", SummaryJson(agent.overall)},
              {"faulty", SummaryJson(agent.faulty)},
              {"healthy", SummaryJson(agent.healthy)},
              {"by_fault", std::move(by_fault)}};
  if (agent.held_out) {
    out["held_out"] = {{"causes", agent.held_out->causes},
                       {"faulty_held_out", SummaryJson(agent.held_out->held_out)},
                       {"faulty_others", SummaryJson(agent.held_out->others)}};
  }
  return out;
}

}  // namespace

std::string ReportDocument(const Report& report) {
  Json runs = Json::array(), agents = Json::array();
  for (const TrainingRun& run : report.runs) runs.push_back(ToJson(run));
  for (const AgentScores& agent : report.agents) agents.push_back(ToJson(agent));
  Json out = {{"schema", "wavetank.report/1"},
              {"title", report.title},
              {"runs", std::move(runs)},
              {"agents", std::move(agents)}};
  out["incident"] =
      report.incident ? Json::parse(IncidentDocument(*report.incident)) : Json(nullptr);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace wt
