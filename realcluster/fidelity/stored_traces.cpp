// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/stored_traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "record one with `wavetank real record SCENARIO`";

std::string_view LastWord(std::string_view scenario) {
  std::string_view word = scenario.substr(scenario.rfind('/') + 1);
  if (word.ends_with(".yaml")) word.remove_suffix(5);
  return word;
}

}  // namespace

Result<std::vector<std::string>> StoredTraceFiles(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> files;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(".jsonl.gz")) files.push_back(it->path().string());
  }
  if (failed) {
    return Error{ErrorCode::kEnvironment, folder,
                 fmt::format("cannot be read ({}); {}", failed.message(), kRecord)};
  }
  if (files.empty()) {
    return Error{ErrorCode::kEnvironment, folder,
                 fmt::format("holds no trace (*.jsonl.gz); {}", kRecord)};
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string TraceFileName(const TraceHeader& header) {
  std::string agent = header.agent;
  std::replace(agent.begin(), agent.end(), '/', '_');
  return fmt::format("{}.{}.{}.{}.jsonl.gz", LastWord(header.scenario), agent, header.seed,
                     header.repetition);
}

Result<Trace> ReadStoredTrace(const std::string& file,
                              const std::function<std::string(const std::string&)>& full_name) {
  Result<Trace> trace = ReadTrace(file);
  if (!trace) return trace;
  TraceHeader& header = trace->header;
  if (!header.real) {
    return Error{ErrorCode::kInvalidInput, file,
                 "was recorded in the simulator; the simulated side is recorded anew at each "
                 "comparison: take it out of the folder"};
  }
  if (!header.name_space.empty()) {
    return Error{ErrorCode::kInvalidInput, file,
                 fmt::format("was recorded with --namespace {}, and simulated episodes are of the "
                             "manifests' own namespaces: take it out of the folder",
                             header.name_space)};
  }
  std::string name = full_name(header.scenario);
  if (name.empty()) {
    return Error{ErrorCode::kInvalidInput, file,
                 fmt::format("is of scenario '{}', which the catalog does not have (see "
                             "`wavetank list scenarios`); take it out of the folder or record it "
                             "anew", header.scenario)};
  }
  header.scenario = std::move(name);
  return trace;
}

}  // namespace wt
