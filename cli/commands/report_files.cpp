// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/report_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/data_root.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDocumentBytesMax = 256 << 20;
constexpr std::size_t kChartBytesMax = 4 << 20;
constexpr const char* kChartJs = "/usr/share/javascript/chart.js/chart.min.js";
constexpr int kLevelsBelow = 2;

Status AddResults(const fs::path& file, Report& report) {
  Result<std::string> text = ReadFile(file, kDocumentBytesMax);
  if (!text) return text.error();
  Result<AgentScores> scores = ReadScores(*text, file.string());
  if (!scores) return scores.error();
  report.agents.push_back(std::move(*scores));
  return Ok{};
}

Status AddTraining(const fs::path& folder, Report& report) {
  Result<std::string> run = ReadFile(folder / "run.json", kDocumentBytesMax);
  if (!run) return run.error();
  Result<std::string> metrics = ReadFile(folder / "metrics.jsonl", kDocumentBytesMax);
  if (!metrics) return metrics.error();
  Result<TrainingRun> read =
      ReadTrainingRun(folder.lexically_normal().string(), *run, *metrics, folder.string());
  if (!read) return read.error();
  report.runs.push_back(std::move(*read));
  return Ok{};
}

Status AddIncident(const fs::path& file, Report& report) {
  Result<std::string> text = ReadFile(file, kDocumentBytesMax);
  if (!text) return text.error();
  Result<Incident> incident = ReadIncident(*text, file.string());
  if (!incident) return incident.error();
  report.incident = std::move(*incident);
  return Ok{};
}

Status AddFolder(const fs::path& folder, int levels, Report& report) {
  using Add = Status (*)(const fs::path&, Report&);
  const auto add_if = [&](const char* file, Add add, const fs::path& what) -> Status {
    return fs::exists(folder / file) ? add(what, report) : Status(Ok{});
  };
  if (const Status s = add_if("metrics.jsonl", &AddTraining, folder); !s) return s;
  if (const Status s = add_if("results.json", &AddResults, folder / "results.json"); !s) return s;
  if (const Status s = add_if("incident.json", &AddIncident, folder / "incident.json"); !s) {
    return s;
  }
  if (levels == 0) return Ok{};
  std::error_code failed;
  std::vector<fs::path> below;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->is_directory(failed)) below.push_back(entry->path());
  }
  if (failed) return Error{ErrorCode::kEnvironment, folder.string(), failed.message()};
  std::sort(below.begin(), below.end());
  for (const fs::path& one : below) {
    if (const Status s = AddFolder(one, levels - 1, report); !s) return s;
  }
  return Ok{};
}

std::size_t Parts(const Report& report) {
  return report.runs.size() + report.agents.size() + (report.incident ? 1 : 0);
}

}  // namespace

Result<Report> ReadReport(const std::vector<std::string>& places) {
  Report report;
  for (const std::string& place : places) {
    report.title += (report.title.empty() ? "" : ", ") + place;
    const std::size_t before = Parts(report);
    std::error_code failed;
    const bool folder = fs::is_directory(place, failed);
    const Status added =
        folder ? AddFolder(place, kLevelsBelow, report) : AddResults(place, report);
    if (!added) return added.error();
    if (Parts(report) == before) {
      return Error{ErrorCode::kUsage, place,
                   "holds no metrics.jsonl, results.json or incident.json; expected the folder "
                   "of a `train`, `bench --out` or `demo` run"};
    }
  }
  // The best agent first.
  std::stable_sort(report.agents.begin(), report.agents.end(), [](const auto& a, const auto& b) {
    return a.faulty.verdict_mean > b.faulty.verdict_mean;
  });
  if (const Status like = CheckComparable(report); !like) return like.error();
  return report;
}

Status WriteReport(const Report& report, const std::string& file) {
  Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<std::string> html = ReadFile(*root / "bench/report/report.html", kChartBytesMax);
  if (!html) return html.error();
  Result<std::string> chart_js = ReadFile(kChartJs, kChartBytesMax);
  if (!chart_js) {
    return Error{ErrorCode::kEnvironment, kChartJs,
                 "cannot be read; install the Debian package libjs-chart.js"};
  }
  Result<std::string> page = ReportHtml(report, {*html, *chart_js});
  if (!page) return page.error();
  return WriteFileWhole(file, *page);
}

}  // namespace wt
