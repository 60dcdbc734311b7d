// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/log.h"
#include "realcluster/calibrate/calibrate.h"
#include "realcluster/calibrate/fit.h"
#include "realcluster/calibrate/summary.h"
#include "realcluster/replay/real_run.h"
#include "scenarios/nearest.h"
#include "scenarios/yaml.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultOut = "runs/real/profile.yaml";
constexpr const char* kNodeSpace = "/run/netns/wt-n1";  // of the local testbed
constexpr size_t kSamplesBytesMax = 64u << 20;

std::string OutOf(const Arguments& arguments) {
  const std::string out = arguments.Given("--out") ? arguments.Text("--out") : kDefaultOut;
  std::error_code failed;
  fs::create_directories(fs::path(out).parent_path(), failed);
  return out;
}

Result<std::vector<std::string>> Experiments(const std::string& words) {
  const std::vector<std::string> known = ExperimentNames();
  std::vector<std::string> out = SplitWords(words);
  for (const std::string& name : out) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return Error{ErrorCode::kUsage, "--only",
                 fmt::format("no experiment \"{}\"; expected {}{}", name, JoinWords(known),
                             DidYouMean(name, known))};
  }
  if (out.empty()) return Error{ErrorCode::kUsage, "--only", "names no experiment"};
  return out;
}

Result<ExitCode> FitAndTell(const Arguments& arguments, const SampleSet& samples,
                            const std::string& out) {
  const TimingProfile profile = FitProfile(samples, fs::path(out).stem().string());
  if (Status written = WriteFileWhole(out, ProfileText(profile)); !written) {
    return written.error();
  }
  LogInfo("{}", out);
  if (arguments.Flag("--json")) fmt::print("{}\n", SummaryJson(samples, profile));
  else fmt::print("{}", SummaryTable(samples, profile));
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> FitAgain(const Arguments& arguments) {
  const std::string from = arguments.Text("--from");
  const Result<std::string> text = ReadTextFile(from, kSamplesBytesMax);
  if (!text) return text.error();
  const Result<SampleSet> samples = ReadSamples(*text, from);
  if (!samples) return samples.error();
  const std::vector<std::string> known = ExperimentNames();
  const auto is_known = [&](const Sample& sample) {
    return std::ranges::find(known, sample.experiment) != known.end() && !sample.at_ms.empty();
  };
  if (std::ranges::none_of(samples->samples, is_known)) {
    return Error{ErrorCode::kInvalidInput, from,
                 fmt::format("holds no sample of an experiment ({}); `wavetank real calibrate` "
                             "measures some", JoinWords(known))};
  }
  return FitAndTell(arguments, *samples, OutOf(arguments));
}

Result<ExitCode> Calibrate(const Arguments& arguments, const RealRunOptions& cluster) {
  CalibrateOptions options;
  options.kubeconfig = cluster.kubeconfig;
  options.context = cluster.context;
  options.ownership = cluster.ownership;
  options.inventory = cluster.inventory;
  options.apply = cluster.apply;
  if (arguments.Given("--repeat")) {
    options.repeat = static_cast<int>(arguments.Integer("--repeat"));
  }
  options.on_node = !cluster.load_prefix.empty();
  options.node_space = kNodeSpace;
  const std::string out = OutOf(arguments);
  const std::string raw = fs::path(out).replace_extension(".samples.jsonl").string();
  std::string before;
  if (fs::exists(raw)) {
    Result<std::string> text = ReadTextFile(raw, kSamplesBytesMax);
    if (!text) return text.error();
    before = std::move(*text);
  }
  if (arguments.Given("--only")) {
    Result<std::vector<std::string>> only = Experiments(arguments.Text("--only"));
    if (!only) return only.error();
    options.only = std::move(*only);
    Result<SampleSet> earlier = ReadSamples(before, raw);
    if (!earlier) return earlier.error();
    options.earlier = std::move(*earlier);
  }
  if (Status written = WriteFileWhole(raw, before); !written) return written.error();  // can it be?
  options.measured = [&raw](const SampleSet& samples) {
    if (Status kept = WriteFileWhole(raw, SamplesText(samples)); !kept) {
      LogWarning("{}", kept.error().Text());
    }
  };
  const Result<SampleSet> measured = MeasureTiming(options);
  if (!measured) return measured.error();
  LogInfo("{}", raw);
  // As the file has them, so that a fit of the file gives the same profile.
  const Result<SampleSet> samples = ReadSamples(SamplesText(*measured), raw);
  if (!samples) return samples.error();
  return FitAndTell(arguments, *samples, out);
}

}  // namespace wt
