// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_calibrate.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/interrupt.h"
#include "cli/log.h"
#include "realcluster/calibrate/calibrate.h"
#include "realcluster/replay/real_run.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultOut = "runs/real/profile.yaml";

}  // namespace

Result<ExitCode> Calibrate(const Arguments& arguments, const RealRunOptions& cluster) {
  CalibrateOptions options;
  options.kubeconfig = cluster.kubeconfig;
  options.context = cluster.context;
  options.ownership = cluster.ownership;
  options.inventory = cluster.inventory;
  options.apply = cluster.apply;
  options.repeat = static_cast<int>(arguments.Integer("--repeat"));
  options.on_node = !cluster.load_prefix.empty();
  options.node_space = "/run/netns/wt-n1";
  const std::string out = arguments.Given("--out") ? arguments.Text("--out") : kDefaultOut;
  std::error_code failed;
  fs::create_directories(fs::path(out).parent_path(), failed);
  const std::string raw = fs::path(out).replace_extension(".samples.jsonl").string();
  if (Status written = WriteFileWhole(raw, ""); !written) return written.error();  // before all else
  const Result<SampleSet> samples = MeasureTiming(options);
  if (!samples) {
    if (Interrupted()) return ExitCode::kInterrupted;
    return samples.error();
  }
  if (Status written = WriteFileWhole(raw, SamplesText(*samples)); !written) {
    return written.error();
  }
  fmt::print("{}\n", raw);
  return ExitCode::kOk;
}

}  // namespace wt
