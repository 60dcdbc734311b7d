// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/report/report.h"

namespace wt {
namespace {

using Json = nlohmann::json;

LearningPoint PointOf(const Json& line) {
  return {line.at("episodes"),    line.at("cpu_s"),
          line.at("success"),     line.at("harm"),
          line.at("false_action_healthy"), line.at("return_mean"),
          line.at("steps_mean"),  line.at("entropy")};
}

// Mean of each value over points[from, to); where the run stands is that of the last.
LearningPoint MeanOf(const std::vector<LearningPoint>& points, std::size_t from, std::size_t to) {
  LearningPoint out;
  const f64 n = static_cast<f64>(to - from);
  for (std::size_t i = from; i < to; ++i) {
    const LearningPoint& p = points[i];
    out.success += p.success / n;
    out.harm += p.harm / n;
    out.false_action_healthy += p.false_action_healthy / n;
    out.return_mean += p.return_mean / n;
    out.steps_mean += p.steps_mean / n;
    out.entropy += p.entropy / n;
  }
  out.episodes = points[to - 1].episodes;
  out.cpu_s = points[to - 1].cpu_s;
  return out;
}

std::vector<LearningPoint> Thinned(const std::vector<LearningPoint>& points) {
  std::vector<LearningPoint> out;
  const std::size_t n = std::min(points.size(), kPointsMax);
  for (std::size_t i = 0; i < n; ++i) {
    out.push_back(MeanOf(points, i * points.size() / n, (i + 1) * points.size() / n));
  }
  return out;
}

// As `train` counts them: at least one update.
void SetTenths(const std::vector<LearningPoint>& points, TrainingRun& run) {
  if (points.empty()) return;
  const std::size_t n = std::max<std::size_t>(points.size() / 10, 1);
  run.success_first_tenth = MeanOf(points, 0, n).success;
  run.success_last_tenth = MeanOf(points, points.size() - n, points.size()).success;
}

// Null, or of an older run that did not say it.
std::optional<f64> ShareOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<f64>();
}

Summary SummaryOf(const Json& json) {
  Summary s;
  s.episodes = json.at("episodes");
  s.errored = json.at("errored");
  s.false_action_healthy = ShareOf(json, "false_action_healthy");
  s.false_claim_healthy = ShareOf(json, "false_claim_healthy");
  if (s.episodes == 0) return s;
  s.verdict_mean = json.at("verdict_mean");
  s.verdict_ci95 = {json.at("verdict_ci95").at(0), json.at("verdict_ci95").at(1)};
  s.success = json.at("success");
  s.harm = json.at("harm");
  s.steps_mean = json.at("steps_mean");
  s.looks_mean = ShareOf(json, "looks_mean");
  s.writes_mean = ShareOf(json, "writes_mean");
  s.refused_writes_mean = ShareOf(json, "refused_writes_mean");
  s.ttr_median_s = ShareOf(json, "ttr_median_s");
  if (s.ttr_median_s == 0.0) s.ttr_median_s.reset();  // so older runs wrote: nothing repaired
  return s;
}

Error Wrong(const std::string& place, std::string_view what) {
  return {ErrorCode::kUsage, place, std::string(what)};
}

Error Unlike(const std::string& place, std::string_view what, const std::string& is,
             const std::string& other_place, const std::string& other) {
  return {ErrorCode::kUsage, place,
          fmt::format("cannot stand beside {}: its {} is {}, there it is {}", other_place, what, is,
                      other)};
}

}  // namespace

Result<TrainingRun> ReadTrainingRun(const std::string& name, std::string_view run_document,
                                    std::string_view metrics, const std::string& place) {
  const Json run = Json::parse(run_document, nullptr, false);
  if (!run.is_object() || run.value("schema", "") != "wavetank.run/1") {
    return Wrong(place + "/run.json", "is not a run (schema wavetank.run/1)");
  }
  if (run.value("env", "") != "cluster") {
    return Wrong(place + "/run.json", "is no training run on clusters; nothing to draw");
  }
  TrainingRun out;
  std::vector<LearningPoint> points;
  u64 line_number = 0;
  try {
    out = {name, run.at("commit"), run.at("suite"), run.at("suite_hash"), run.at("preset"),
           run.at("seed"), run.at("blind"), 0, 0, 0, {}};
    std::size_t from = 0;
    for (std::size_t to; (to = metrics.find('\n', from)) != std::string_view::npos; from = to + 1) {
      ++line_number;
      points.push_back(PointOf(Json::parse(metrics.substr(from, to - from))));
    }
  } catch (const std::exception&) {
    if (line_number == 0) return Wrong(place + "/run.json", "lacks what `train` writes there");
    return Wrong(fmt::format("{}/metrics.jsonl:{}", place, line_number),
                 "is not a line of metrics (schema wavetank.metrics/1)");
  }
  if (points.empty()) return Wrong(place + "/metrics.jsonl", "holds no finished update yet");
  out.updates = points.size();
  SetTenths(points, out);
  out.points = Thinned(points);
  return out;
}

Result<AgentScores> ReadScores(std::string_view results_document, const std::string& place) {
  const Json json = Json::parse(results_document, nullptr, false);
  if (!json.is_object() || json.value("schema", "") != "wavetank.results/1") {
    return Wrong(place, "is not a results document (schema wavetank.results/1)");
  }
  AgentScores out;
  out.place = place;
  try {
    out.name = json.at("agent");
    out.commit = json.at("commit");
    out.suite = json.at("suite");
    out.suite_hash = json.at("suite_hash");
    out.engine = json.at("engine");
    out.verdict_rules = json.at("verdict_rules");
    out.first_seed = json.at("seeds").at(0);
    out.last_seed = json.at("seeds").at(1);
    out.overall = SummaryOf(json.at("overall"));
    out.faulty = SummaryOf(json.at("faulty"));
    out.healthy = SummaryOf(json.at("healthy"));
    for (const auto& [kind, one] : json.at("by_fault").items()) {
      out.by_fault[kind] = SummaryOf(one);
    }
    if (json.contains("held_out")) {
      const Json& apart = json.at("held_out");
      out.held_out = HeldOutScores{apart.at("causes"), SummaryOf(apart.at("faulty_held_out")),
                                   SummaryOf(apart.at("faulty_others"))};
    }
  } catch (const std::exception& wrong) {
    return Wrong(place, std::string("lacks what `bench` writes: ") + wrong.what());
  }
  return out;
}

Status CheckComparable(const Report& report) {
  for (const AgentScores& one : report.agents) {
    const AgentScores& first = report.agents.front();
    const auto unlike = [&](const char* what, std::string AgentScores::* field) {
      return Unlike(one.place, what, one.*field, first.place, first.*field);
    };
    if (one.suite_hash != first.suite_hash) return unlike("suite_hash", &AgentScores::suite_hash);
    if (one.engine != first.engine) return unlike("engine", &AgentScores::engine);
    if (one.verdict_rules != first.verdict_rules) {
      return unlike("verdict_rules", &AgentScores::verdict_rules);
    }
  }
  for (const TrainingRun& one : report.runs) {
    const TrainingRun& first = report.runs.front();
    if (one.suite_hash == first.suite_hash) continue;
    return Unlike(one.name, "suite_hash", one.suite_hash, first.name, first.suite_hash);
  }
  return Ok{};
}

}  // namespace wt
