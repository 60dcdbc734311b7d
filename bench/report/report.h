// SPDX-License-Identifier: Apache-2.0
// The report of runs: learning curves, a table of agents, a table by fault, a played incident.
// It is made from the documents that runs leave behind (metrics.jsonl, run.json, results.json,
// incident.json), given here as texts, and comes out as data or as one HTML file that needs no
// network.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report/incident.h"
#include "sim/api/result.h"

namespace wt {

// Means over the episodes of one or several updates.
struct LearningPoint {
  f64 episodes = 0;  // so far
  f64 cpu_s = 0;     // so far
  f64 success = 0, harm = 0, false_action_healthy = 0, return_mean = 0, steps_mean = 0;
  f64 entropy = 0;
};

struct TrainingRun {
  std::string name, commit, suite, suite_hash, preset;
  u64 seed = 0;
  bool blind = false;
  u64 updates = 0;
  f64 success_first_tenth = 0, success_last_tenth = 0;  // of the updates
  std::vector<LearningPoint> points;                    // at most kPointsMax
};
inline constexpr std::size_t kPointsMax = 300;

// Faulty episodes by where their cause lies (bench --held-out).
struct HeldOutScores {
  std::vector<std::string> causes;  // names of the entities
  Summary held_out, others;
};

struct AgentScores {
  std::string name;   // of the agent
  std::string place;  // the file it was read from
  std::string commit, suite, suite_hash, engine, verdict_rules;
  u64 first_seed = 0, last_seed = 0;
  Summary overall, faulty, healthy;
  std::map<std::string, Summary> by_fault;
  std::optional<HeldOutScores> held_out;
};

struct Report {
  std::string title;
  std::vector<TrainingRun> runs;
  std::vector<AgentScores> agents;
  std::optional<Incident> incident;
};

// read_report_json.cpp. `place` names the file in errors (kUsage). The torn last line of a killed
// run's metrics is left out; neighbouring updates are averaged down to kPointsMax points.
Result<TrainingRun> ReadTrainingRun(const std::string& name, std::string_view run_document,
                                    std::string_view metrics, const std::string& place);
Result<AgentScores> ReadScores(std::string_view results_document, const std::string& place);

// Scores of unlike suites, engines or rules of the verdict say nothing side by side, nor do curves
// of unlike suites: error kUsage names the two and what differs.
Status CheckComparable(const Report& report);

// report_json.cpp: one document, schema wavetank.report/1: all that the HTML draws.
std::string ReportDocument(const Report& report);

// html.cpp: fills bench/report/report.html, whose marks look like {{title}}. Error kEnvironment: a
// mark of the template is unknown.
struct ReportParts {
  std::string_view html;      // the template
  std::string_view chart_js;  // of Chart.js, inlined
};
Result<std::string> ReportHtml(const Report& report, const ReportParts& parts);

// Text that may stand between tags and in quoted attributes.
std::string EscapeHtml(std::string_view text);
// A JSON document that may stand in a <script> element.
std::string EscapeScript(std::string_view json);

}  // namespace wt
