// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/describe_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"

namespace wt {
namespace {

// ["sh","-c","x"] as kubectl shows it: [sh -c x]
std::string CommandText(std::string_view array) {
  std::string out;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i] == '"') continue;
    const bool joins = array[i] == ',' && i > 0 && array[i - 1] == '"';
    out += joins ? ' ' : array[i];
  }
  return out;
}

std::string ProbeText(const Sim& sim, const ProbeSpec& probe) {
  std::string what;
  switch (probe.kind) {
    case ProbeKind::kHttp:
      what = fmt::format("http-get http://:{}{}", probe.port, sim.Text(probe.path));
      break;
    case ProbeKind::kTcp: what = fmt::format("tcp-socket :{}", probe.port); break;
    case ProbeKind::kGrpc: what = fmt::format("grpc <pod>:{}", probe.port); break;
    case ProbeKind::kExec: what = "exec " + CommandText(sim.Text(probe.path)); break;
    case ProbeKind::kNone: return "";
  }
  return fmt::format("{} delay={}s timeout={}s period={}s #success={} #failure={}", what,
                     probe.initial_delay_s, probe.timeout_s, probe.period_s,
                     probe.success_threshold, probe.failure_threshold);
}

std::string QuantitiesText(const char* title, i32 cpu, i64 memory) {
  if (cpu == 0 && memory == 0) return "";
  std::string out = fmt::format("    {}:\n", title);
  if (cpu != 0) out += fmt::format("      cpu:     {}\n", CpuText(cpu));
  if (memory != 0) out += fmt::format("      memory:  {}\n", MemoryText(memory));
  return out;
}

std::string RefsText(const Sim& sim, const PodTemplate& tmpl, const ContainerSpec& spec) {
  std::string out;
  for (const ConfigRef& ref : Items(&tmpl, spec.refs)) {
    const char* kind = ref.kind == RefKind::kSecret ? "secret" : "config map";
    const char* optional = ref.optional ? "true" : "false";
    if (ref.use == RefUse::kVolume) {
      out += fmt::format("    Volume:         {} '{}'  Optional: {}\n", kind, sim.Text(ref.name),
                         optional);
    } else if (ref.key != 0) {
      out += fmt::format("    Environment:    key '{}' of {} '{}'  Optional: {}\n",
                         sim.Text(ref.key), kind, sim.Text(ref.name), optional);
    } else {
      out += fmt::format("    Environment:    all of {} '{}'  Optional: {}\n", kind,
                         sim.Text(ref.name), optional);
    }
  }
  return out;
}

}  // namespace

std::string TextTable::Text(const char* indent) const {
  std::vector<std::size_t> width(header_.size());
  for (std::size_t i = 0; i < header_.size(); ++i) width[i] = header_[i].size();
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& row) {
    out += indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      out += last ? row[i] : fmt::format("{:<{}}", row[i], width[i] + 3);
    }
    out += '\n';
  };
  line(header_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::string TextTable::Sorted() {
  std::sort(rows_.begin(), rows_.end());
  return Text();
}

std::string PairsText(const Sim& sim, std::span<const LabelPair> pairs, const char* join) {
  std::string out;
  for (const LabelPair& pair : pairs) {
    if (!out.empty()) out += join;
    out += fmt::format("{}={}", sim.Text(pair.key), sim.Text(pair.value));
  }
  return out.empty() ? "<none>" : out;
}

std::string SelectorText(const Sim& sim, const void* blob, const Selector& selector) {
  std::string out;
  for (const SelectorTerm& term : Items(blob, selector.terms)) {
    if (!out.empty()) out += ",";
    const std::string_view key = sim.Text(term.key);
    const std::string_view value = sim.Text(term.value);
    switch (term.op) {
      case SelectorOp::kIn: out += fmt::format("{}={}", key, value); break;
      case SelectorOp::kNotIn: out += fmt::format("{}!={}", key, value); break;
      case SelectorOp::kExists: out += key; break;
      case SelectorOp::kDoesNotExist: out += fmt::format("!{}", key); break;
    }
  }
  return out.empty() ? "<none>" : out;
}

std::string ResourcesText(const Sim& sim, const PodTemplate& tmpl, const ContainerSpec& spec) {
  std::string out = QuantitiesText("Limits", spec.cpu_limit, spec.memory_limit);
  out += QuantitiesText("Requests", spec.cpu_request, spec.memory_request);
  constexpr const char* kTitles[] = {"Startup:", "Liveness:", "Readiness:"};
  for (const ProbeType type : {kLivenessProbe, kReadinessProbe, kStartupProbe}) {
    const std::string probe = ProbeText(sim, spec.probes[type]);
    if (!probe.empty()) out += fmt::format("    {:<16}{}\n", kTitles[type], probe);
  }
  return out + RefsText(sim, tmpl, spec);
}

std::string ContainerSpecText(const Sim& sim, const PodTemplate& tmpl, const ContainerSpec& spec,
                              bool with_resources) {
  std::string ports;
  for (const u16 port : Items(&tmpl, spec.ports)) {
    if (!ports.empty()) ports += ", ";
    ports += fmt::format("{}/TCP", port);
  }
  std::string out = fmt::format("  {}:\n    Image:          {}\n    Port:           {}\n",
                                sim.Text(spec.name), sim.Text(spec.image),
                                ports.empty() ? "<none>" : ports);
  if (spec.command != 0) {
    out += fmt::format("    Command:\n      {}\n", sim.Text(spec.command));
  }
  return with_resources ? out + ResourcesText(sim, tmpl, spec) : out;
}

std::string EventsText(const Sim& sim, u32 born) {
  TextTable table({"Type", "Reason", "Age", "From", "Message"});
  for (const u32 row : EventRows(sim, born)) {
    const RenderedEvent event = Render(sim, sim.At<ClusterEvent>(row));
    std::string age = AgeText(sim, event.last_ms);
    if (event.count > 1) {
      age += fmt::format(" (x{} over {})", event.count, AgeText(sim, event.first_ms));
    }
    table.Add({event.type, std::string(event.reason), age, std::string(event.source),
               event.message});
  }
  return table.empty() ? "Events:           <none>\n" : "Events:\n" + table.Text("  ");
}

std::string MemoryText(i64 bytes) {
  constexpr const char* kUnits[] = {"", "Ki", "Mi", "Gi", "Ti"};
  std::size_t unit = 0;
  while (unit < 4 && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

std::string CpuText(i32 millicores) {
  return millicores % 1000 == 0 ? std::to_string(millicores / 1000)
                                : fmt::format("{}m", millicores);
}

std::string GoMinutes(i32 seconds) {
  return seconds < 60 ? fmt::format("{}s", seconds)
                      : fmt::format("{}m{}s", seconds / 60, seconds % 60);
}

}  // namespace wt
