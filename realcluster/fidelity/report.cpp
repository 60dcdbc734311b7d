// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/api/join.h"

namespace wt {
namespace {

struct Table {
  std::string title;               // empty: goes on under the one before
  std::vector<std::string> lines;  // below the title
  std::vector<std::vector<std::string>> rows;  // the first one: heads; may be empty
};

constexpr const char* kNothing = "-";

std::string NumberText(f64 value) {
  if (std::abs(value) < 0.005) value = 0;  // no "-0.00"
  return std::abs(value) < 9.995 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string NumberText(const std::optional<f64>& value) {
  return value ? NumberText(*value) : kNothing;
}

std::string SampleText(const SampleSummary& sample) {
  if (sample.n == 0) return kNothing;
  return fmt::format("{} ({} to {}), {}", NumberText(sample.median), NumberText(sample.min),
                     NumberText(sample.max), sample.n);
}

std::string KsText(const SampleComparison& c) {
  if (!c.ks) return kNothing;
  return fmt::format("{:.2f} ({:.2f})", *c.ks, *c.ks_bound);
}

std::vector<std::string> SampleRow(std::string name, const SampleComparison& c) {
  return {std::move(name),          SampleText(c.real), SampleText(c.simulated),
          NumberText(c.difference), KsText(c),          NumberText(c.wasserstein)};
}

std::string FigureText(const Figure& figure) {
  return figure.known ? fmt::format("{:.2f}", figure.value) : "none: " + figure.why;
}

std::string RatioText(const OrderAgreement& agreement) {
  return agreement.known() ? fmt::format("{:.2f}", agreement.Ratio()) : kNothing;
}

std::string VerdictsText(const Confusion& confusion) {
  std::string out;
  for (int real = -1; real <= 1; ++real) {
    for (int simulated = -1; simulated <= 1; ++simulated) {
      const u32 n = confusion.counts[static_cast<std::size_t>(real + 1)]
                                    [static_cast<std::size_t>(simulated + 1)];
      if (n == 0) continue;
      if (!out.empty()) out += ", ";
      out += fmt::format("real {} simulated {}: {}", real, simulated, n);
    }
  }
  return out.empty() ? "no pairs" : out;
}

Table Overview(const FidelityReport& report) {
  Table out{"All scenarios", {}, {{"figure", "value"}}};
  const auto add = [&](const char* name, std::string value) {
    out.rows.push_back({name, std::move(value)});
  };
  add("pairs of episodes (verdicts)", std::to_string(report.verdicts.Pairs()));
  add("of these with a write or an answer after a fault", std::to_string(report.met_fault));
  add("verdicts agree", FigureText(report.agreement));
  add("Cohen's kappa", FigureText(report.kappa));
  add("verdicts", VerdictsText(report.verdicts));
  add("event order, real with simulated (LCS ratio)", RatioText(report.events.agreement));
  add("event order among real repetitions", RatioText(report.events.among_real));
  add("event order among simulated ones", RatioText(report.events.among_simulated));
  add("policies: correlation of mean verdicts (SRCC)", FigureText(report.srcc));
  add("policies: mean maximum rank violation (MMRV)", FigureText(report.mmrv));
  return out;
}

Table Policies(const FidelityReport& report) {
  Table out{"Policies", {}, {{"agent", "mean verdict, real", "simulated"}}};
  for (const PolicyScore& policy : report.policies) {
    out.rows.push_back({policy.agent, NumberText(policy.real), NumberText(policy.simulated)});
  }
  return out;
}

std::string ErroredText(u32 errored) {
  return errored == 0 ? "" : fmt::format(" ({} of them lost)", errored);
}

Table Numbers(const GroupComparison& group) {
  std::string seeds;
  for (const u64 seed : group.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
  Table out{fmt::format("{}, agent {}", group.scenario, group.agent), {}, {}};
  out.lines.push_back(fmt::format("{} real episodes{} (seed {}), {} simulated{}. Verdicts: {}.",
                                  group.real, ErroredText(group.real_errored), seeds,
                                  group.simulated, ErroredText(group.simulated_errored),
                                  VerdictsText(group.verdicts)));
  out.lines.push_back(fmt::format(
      "Event order: {} (among real {}, among simulated {}).", RatioText(group.events.agreement),
      RatioText(group.events.among_real), RatioText(group.events.among_simulated)));
  out.rows.push_back({"seconds: median (min to max), n", "real", "simulated", "difference",
                      "D (5 % bound)", "W1"});
  for (std::size_t i = 0; i < kMilestones; ++i) {
    const SampleComparison& times = group.times[i];
    if (times.real.n + times.simulated.n == 0) continue;
    out.rows.push_back(
        SampleRow(std::string(NameOf(static_cast<Milestone>(i)).text), times));
  }
  const auto add = [&](const char* name, const SampleComparison& samples) {
    if (samples.real.n + samples.simulated.n > 0) out.rows.push_back(SampleRow(name, samples));
  };
  add("each write -> objects healthy", group.settle);
  out.rows.push_back(SampleRow("steps of the agent", group.steps));
  out.rows.push_back(SampleRow("requests lost in all", group.lost.total));
  add("requests lost from fault to repair", group.lost.before_repair);
  add("requests lost after the repair", group.lost.after_repair);
  out.rows.push_back(SampleRow(
      fmt::format("requests lost within {:.0f} s of a pod's exit, each exit", kExitWindowS),
      group.lost.per_exit));
  return out;
}

Table OneSidedTable(const GroupComparison& group) {
  Table out{"", {}, {}};
  if (group.events.one_sided.empty()) {
    out.lines.push_back("No Event or STATUS is in most traces of one world only.");
    return out;
  }
  out.rows.push_back({"only", "kind", "Event or STATUS", "real", "simulated", "of"});
  for (const OneSided& row : group.events.one_sided) {
    std::string objects = row.objects.front();
    if (row.objects.size() > 1) objects += fmt::format(" and {} more", row.objects.size() - 1);
    const bool real = row.real * group.simulated > row.simulated * group.real;
    out.rows.push_back({real ? "real" : "simulated", row.kind, row.label,
                        fmt::format("{}/{}", row.real, group.real),
                        fmt::format("{}/{}", row.simulated, group.simulated), objects});
  }
  return out;
}

std::vector<Table> TablesOf(const FidelityReport& report) {
  std::vector<Table> out{Overview(report)};
  if (report.policies.size() > 1) out.push_back(Policies(report));
  for (const GroupComparison& group : report.groups) {
    out.push_back(Numbers(group));
    out.push_back(OneSidedTable(group));
  }
  return out;
}

// What was compared, without the commit. Of a machine what stands before its load of the moment.
std::string Provenance(const FidelityReport& report) {
  std::vector<std::string> machines;
  for (const std::string& machine : report.machines) {
    std::string words = machine.substr(0, machine.find(','));
    if (machines.empty() || machines.back() != words) machines.push_back(std::move(words));
  }
  return fmt::format("Suite {}; Kubernetes {} on {}.", report.suite,
                     Joined(report.kubernetes), Joined(machines));
}

void AppendAligned(const Table& table, std::string& out) {
  std::vector<std::size_t> widths;
  for (const auto& row : table.rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : table.rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += line + "\n";
  }
}

// Angle brackets and bars mean something else there.
std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '|') out += "\\|";
    else out += c;
  }
  return out;
}

void AppendMarkdownRows(const Table& table, std::string& out) {
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    out += "|";
    for (const std::string& cell : table.rows[i]) out += " " + Escaped(cell) + " |";
    out += "\n";
    if (i > 0) continue;
    out += "|";
    for (std::size_t k = 0; k < table.rows[i].size(); ++k) out += "---|";
    out += "\n";
  }
}

}  // namespace

std::string FidelityText(const FidelityReport& report) {
  std::string out = Provenance(report) + fmt::format(" Simulated by {}.\n", report.engine);
  for (const Table& table : TablesOf(report)) {
    out += "\n";
    if (!table.title.empty()) out += table.title + "\n";
    for (const std::string& line : table.lines) out += "  " + line + "\n";
    AppendAligned(table, out);
  }
  return out;
}

std::string FidelityMarkdown(const FidelityReport& report) {
  std::string out = std::string(kFidelityBegin) + "\n" + Provenance(report) + "\n";
  for (const Table& table : TablesOf(report)) {
    out += "\n";
    if (!table.title.empty()) out += "### " + table.title + "\n\n";
    for (const std::string& line : table.lines) out += Escaped(line) + "\n";
    if (!table.lines.empty() && !table.rows.empty()) out += "\n";
    AppendMarkdownRows(table, out);
  }
  return out + kFidelityEnd + "\n";
}

}  // namespace wt
