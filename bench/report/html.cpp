// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/report/report.h"

namespace wt {
namespace {

std::string Share(f64 value) { return fmt::format("{:.0f} %", 100 * value); }

std::string Share(const std::optional<f64>& value) { return value ? Share(*value) : ""; }

std::string Seconds(const std::optional<f64>& value) {
  return value ? fmt::format("{:.0f}", *value) : "&ndash;";
}

// Of the faulty episodes and of the healthy ones, as far as they are known.
std::string Pair(const std::optional<f64>& faulty, const std::optional<f64>& healthy) {
  const auto one = [](const std::optional<f64>& value) {
    return value ? fmt::format("{:.1f}", *value) : std::string("&ndash;");
  };
  return faulty || healthy ? one(faulty) + " / " + one(healthy) : "";
}

// Red for -1 over white for 0 to green for 1; empty without episodes.
std::string HeatCell(const Summary& s) {
  if (s.episodes == 0) return "<td></td>";
  const f64 value = std::clamp(s.verdict_mean, -1.0, 1.0);
  return fmt::format("<td class=\"{}\" style=\"--v:{:.2f}\" title=\"95 %: {:.2f} to {:.2f}, {} "
                     "episodes\">{:.2f}</td>",
                     value < 0 ? "bad" : "good", std::abs(value), s.verdict_ci95.low,
                     s.verdict_ci95.high, s.episodes, s.verdict_mean);
}

std::string IncidentSection(const Report& report) {
  if (!report.incident) return {};
  return "<section>\n<h2>One incident</h2>\n<p>What one agent saw and did, over simulated time: "
         "<b class=\"q\">?</b> looked, <b class=\"r\">R</b> repaired, <b class=\"s\">!</b> "
         "answered.</p>\n<figure>" + IncidentSvg(*report.incident) + "</figure>\n</section>\n";
}

std::string CurvesSection(const Report& report) {
  if (report.runs.empty()) return {};
  std::string out = "<section>\n<h2>Learning</h2>\n<table>\n<tr><th>run</th><th>suite</th>"
                    "<th>preset</th><th>seed</th><th>updates</th><th>episodes</th><th>CPU s</th>"
                    "<th>success, first tenth</th><th>last tenth</th></tr>\n";
  for (const TrainingRun& run : report.runs) {
    const LearningPoint& end = run.points.back();
    out += fmt::format("<tr><th>{}{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                       "<td>{:.0f}</td><td>{:.0f}</td><td>{}</td><td>{}</td></tr>\n",
                       EscapeHtml(run.name), run.blind ? " (blind)" : "", EscapeHtml(run.suite),
                       EscapeHtml(run.preset), run.seed, run.updates, end.episodes, end.cpu_s,
                       Share(run.success_first_tenth), Share(run.success_last_tenth));
  }
  out += "</table>\n<div class=\"charts\">\n";
  for (const char* chart : {"outcome", "return", "entropy", "steps"}) {
    out += fmt::format("<div><canvas id=\"{}\"></canvas></div>\n", chart);
  }
  return out + "</div>\n<p class=\"note\">Early episodes are easier (head starts, first lessons: "
               "docs/learning.md), so the curve shows learning, not the final score; that is in "
               "the table of agents.</p>\n</section>\n";
}

std::string AgentsSection(const Report& report) {
  if (report.agents.empty()) return {};
  const AgentScores& first = report.agents.front();
  std::string out = fmt::format(
      "<section>\n<h2>Agents</h2>\n<p>Suite {}; mean of the verdict: 1 solved, 0 not, &minus;1 "
      "made worse. On a healthy cluster 1 means: said so and touched nothing.</p>\n"
      "<div class=\"charts wide\"><div><canvas id=\"agents\"></canvas></div></div>\n"
      "<table>\n<tr><th>agent</th><th>seeds</th><th>episodes</th><th>faulty</th><th>95 %</th>"
      "<th>healthy</th><th>harm</th><th>false actions on healthy</th>"
      "<th>false claims on healthy</th><th>steps</th><th>looks, faulty / healthy</th>"
      "<th>writes</th><th>refused writes</th>"
      "<th>repair s, median</th></tr>\n", EscapeHtml(first.suite));
  for (const AgentScores& agent : report.agents) {
    const Summary& faulty = agent.faulty;
    const auto [low, high] = faulty.verdict_ci95;
    const bool any = faulty.episodes > 0;
    out += fmt::format("<tr><th>{}</th><td>{}&ndash;{}</td><td>{}</td>{}<td>{}</td>{}<td>{}</td>"
                       "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                       "<td>{}</td></tr>\n",
                       EscapeHtml(agent.name), agent.first_seed, agent.last_seed,
                       agent.overall.episodes, HeatCell(faulty),
                       any ? fmt::format("{:.2f} to {:.2f}", low, high) : "",
                       HeatCell(agent.healthy), Share(agent.overall.harm),
                       Share(agent.healthy.false_action_healthy),
                       Share(agent.healthy.false_claim_healthy),
                       any ? fmt::format("{:.1f}", faulty.steps_mean) : "",
                       Pair(faulty.looks_mean, agent.healthy.looks_mean),
                       Pair(faulty.writes_mean, agent.healthy.writes_mean),
                       Pair(faulty.refused_writes_mean, agent.healthy.refused_writes_mean),
                       any ? Seconds(faulty.ttr_median_s) : "");
  }
  return out + fmt::format("</table>\n<p class=\"note\">suite hash {}, engine {}, rules of the "
                           "verdict {}, commit {}</p>\n</section>\n",
                           EscapeHtml(first.suite_hash), EscapeHtml(first.engine),
                           EscapeHtml(first.verdict_rules), EscapeHtml(first.commit));
}

// Two rows for causes that training left out and for the rest, where an agent's are told apart.
std::string HeldOutRows(const Report& report) {
  std::vector<std::string> causes;
  for (const AgentScores& agent : report.agents) {
    if (agent.held_out) causes = agent.held_out->causes;
  }
  if (causes.empty()) return {};
  std::string names, out;
  for (const std::string& cause : causes) names += (names.empty() ? "" : ", ") + cause;
  for (const bool apart : {true, false}) {
    out += apart ? "<tr><th>cause in " + EscapeHtml(names) + "</th>"
                 : "<tr><th>cause elsewhere</th>";
    for (const AgentScores& agent : report.agents) {
      const bool known = agent.held_out && agent.held_out->causes == causes;
      out += !known ? "<td></td>"
                    : HeatCell(apart ? agent.held_out->held_out : agent.held_out->others);
    }
    out += "</tr>\n";
  }
  return out;
}

std::string FaultsSection(const Report& report) {
  if (report.agents.empty()) return {};
  std::set<std::string> kinds;
  std::string out = "<section>\n<h2>By fault</h2>\n<table>\n<tr><th>fault</th>";
  for (const AgentScores& agent : report.agents) {
    out += fmt::format("<th>{}</th>", EscapeHtml(agent.name));
    for (const auto& [kind, summary] : agent.by_fault) kinds.insert(kind);
  }
  out += "</tr>\n";
  for (const std::string& kind : kinds) {
    out += fmt::format("<tr><th>{}</th>", EscapeHtml(kind));
    for (const AgentScores& agent : report.agents) {
      const auto found = agent.by_fault.find(kind);
      out += found == agent.by_fault.end() ? "<td></td>" : HeatCell(found->second);
    }
    out += "</tr>\n";
  }
  return out + HeldOutRows(report) + "</table>\n</section>\n";
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

std::string EscapeScript(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') out += "\\u003c";
    else if (c == '>') out += "\\u003e";
    else if (c == '&') out += "\\u0026";
    else out += c;
  }
  return out;
}

Result<std::string> ReportHtml(const Report& report, const ReportParts& parts) {
  const std::map<std::string_view, std::string> values{
      {"title", EscapeHtml(report.title)},
      {"sections", IncidentSection(report) + CurvesSection(report) + AgentsSection(report) +
                       FaultsSection(report)},
      {"data", EscapeScript(ReportDocument(report))},
      {"chart_js", std::string(parts.chart_js)}};
  std::string out;
  std::string_view rest = parts.html;
  while (true) {
    const std::size_t mark = rest.find("{{");
    out += rest.substr(0, mark);
    if (mark == std::string_view::npos) return out;
    const std::size_t end = std::min(rest.find("}}", mark), rest.size());
    const std::string_view name = rest.substr(mark + 2, end - mark - 2);
    const auto value = values.find(name);
    if (value == values.end()) {
      return Error{ErrorCode::kEnvironment, "bench/report/report.html",
                   fmt::format("unknown mark {{{{{}}}}}", name)};
    }
    out += value->second;
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
}

}  // namespace wt
