// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/calibrate.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "realcluster/calibrate/experiments.h"
#include "realcluster/kube/api_status.h"
#include "realcluster/replay/open_cluster.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr const char* kNamespace = "wavetank-calibrate";
constexpr int kFailuresMax = 3;  // in a row, of one experiment
constexpr double kAccountWithinS = 20;
constexpr int kPort = 80;

Result<Json> Get(KubeApi& api, const std::string& path) {
  const auto body = SuccessBody(api.Call({.path = path}), path);
  if (!body) return body.error();
  return ParseJson(*body, path, {.bytes_max = 64u << 20});
}

double LoadAverage() {
  std::ifstream file("/proc/loadavg");
  double load = 0;
  file >> load;
  return load;
}

Result<std::map<std::string, std::string>> About(KubeApi& api) {
  std::map<std::string, std::string> out;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  out["date"] = fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
  const Result<Json> nodes = Get(api, "/api/v1/nodes");
  if (!nodes) return nodes.error();
  const Json& items = List(*nodes, "items");
  out["nodes"] = std::to_string(items.size());
  for (const Json& node : items) {
    const Json& info = Map(Map(node, "status"), "nodeInfo");
    out["kubernetes"] = std::string(Text(info, "kubeletVersion"));
    out["runtime"] = std::string(Text(info, "containerRuntimeVersion"));
    const std::string_view kernel = Text(info, "kernelVersion");
    out["kernel"] = std::string(kernel.substr(0, kernel.find('-')));
    out["cores"] = std::string(Text(Map(Map(node, "status"), "capacity"), "cpu"));
  }
  return out;
}

// The namespace, unless it is there, and in it the Service; waits for the account of pods.
Status Furnish(Rig& rig) {
  const std::string path = "/api/v1/namespaces/" + rig.name_space;
  const auto there = rig.api.Call({.path = path});
  if (!there) return there.error();
  if (there->status == 404) {
    if (Status noted = rig.inventory.WillCreate(path); !noted) return noted;
    const Json object = {{"apiVersion", "v1"},
                         {"kind", "Namespace"},
                         {"metadata", {{"name", rig.name_space}}}};
    const auto body = SuccessBody(rig.api.Call({.method = "POST",
                                                .path = "/api/v1/namespaces",
                                                .content_type = "application/json",
                                                .body = object.dump()}),
                                  path);
    if (!body) return body.error();
    const Result<Json> made = ParseJson(*body, path);
    if (!made) return made.error();
    const std::string uid(Text(Map(*made, "metadata"), "uid"));
    if (Status noted = rig.inventory.Created(path, uid); !noted) return noted;
  }
  const bool account = WaitFor(kAccountWithinS, [&] {
    const auto reply = rig.api.Call({.path = path + "/serviceaccounts/default"});
    return reply && reply->status == 200;
  });
  if (!account) return Error{ErrorCode::kEnvironment, path, "gets no ServiceAccount"};
  const Json ports = {{{"port", kPort}, {"targetPort", 8080}}};
  const Json service = {{"apiVersion", "v1"},
                        {"kind", "Service"},
                        {"metadata", {{"name", kService}}},
                        {"spec", {{"selector", {{"app", "calibrate"}}}, {"ports", ports}}}};
  if (const auto made = Make(rig, "/api/v1", "services", service); !made) return made.error();
  return Ok{};
}

Result<std::unique_ptr<ServiceProbe>> ProbeOf(Rig& rig, const std::string& space) {
  const Result<Json> service =
      Get(rig.api, fmt::format("/api/v1/namespaces/{}/services/{}", rig.name_space, kService));
  if (!service) return service.error();
  const std::string address(Text(Map(*service, "spec"), "clusterIP"));
  return ServiceProbe::Start(space, address, kPort);
}

Status Repeat(Rig& rig, const Experiment& experiment, int repeat, SampleSet& out) {
  const int runs = std::max(1, static_cast<int>(std::lround(repeat * experiment.share)));
  int failures = 0;
  const double began = SteadyMs();
  for (int run = 1; run <= runs; ++run) {
    Result<Sample> sample = experiment.once(rig, run);
    if (!sample && rig.options.interrupted && rig.options.interrupted()) return sample.error();
    if (sample) {
      out.samples.push_back(std::move(*sample));
      failures = 0;
      continue;
    }
    if (rig.options.progress) rig.options.progress("left out: " + sample.error().Text());
    if (++failures == kFailuresMax) return sample.error();  // the next may do better
  }
  if (rig.options.progress) {
    rig.options.progress(fmt::format("{}: {} times in {:.0f} s ({})", experiment.name, runs,
                                     (SteadyMs() - began) / 1000, experiment.what));
  }
  return Ok{};
}

bool IsWanted(const CalibrateOptions& options, const Experiment& experiment) {
  const auto& only = options.only;
  return only.empty() || std::find(only.begin(), only.end(), experiment.name) != only.end();
}

Result<SampleSet> MeasureAll(Rig& rig, const CalibrateOptions& options) {
  SampleSet out;
  auto about = About(rig.api);
  if (!about) return about.error();
  out.about = std::move(*about);
  if (!options.only.empty() && !options.earlier.about.empty()) {
    Result<SampleSet> kept = KeepOthers(options.earlier, options.only, out.about);
    if (!kept) return kept.error();
    out = std::move(*kept);
  }
  if (Status furnished = Furnish(rig); !furnished) return furnished.error();
  std::unique_ptr<ServiceProbe> probe;
  if (rig.on_node) {
    auto started = ProbeOf(rig, options.node_space);
    if (!started) return started.error();
    probe = std::move(*started);
    rig.probe = probe.get();
  }
  double least = LoadAverage(), most = least;
  const std::string load_before =
      out.about.contains("load_average") ? out.about.at("load_average") : "";
  const size_t kept = out.samples.size();
  std::optional<Error> failed;
  for (const Experiment& experiment : kExperiments) {
    if ((experiment.on_node && !rig.on_node) || !IsWanted(options, experiment)) continue;
    if (Status s = Repeat(rig, experiment, options.repeat, out); !s) failed = s.error();
    if (failed && options.apply.interrupted && options.apply.interrupted()) return *failed;
    least = std::min(least, LoadAverage());
    most = std::max(most, LoadAverage());
    if (rig.on_node) {
      out.about["load_average"] = fmt::format("{}{}{:.1f}-{:.1f}", load_before,
                                              load_before.empty() ? "" : ", ", least, most);
    }
    if (options.measured) options.measured(out);
  }
  if (out.samples.size() > kept) return out;
  if (failed) return *failed;
  return Error{ErrorCode::kEnvironment, "--only",
               "these experiments need the testbed of this machine: wavetank testbed up"};
}

}  // namespace

std::vector<std::string> ExperimentNames() {
  std::vector<std::string> out;
  for (const Experiment& experiment : kExperiments) out.push_back(experiment.name);
  return out;
}

Result<SampleSet> MeasureTiming(const CalibrateOptions& options) {
  Result<KubeTarget> target = ReadKubeconfig(options.kubeconfig, options.context);
  if (!target) return target.error();
  auto api = OpenCluster(*target, options.kubeconfig, options.on_node);
  if (!api) return api.error();
  if (Status ours = CheckOwnership(**api, options.ownership); !ours) return ours.error();
  const Result<ClusterId> cluster = ReadClusterId(**api, target->server);
  if (!cluster) return cluster.error();
  Result<Inventory> inventory =
      Inventory::OpenEmpty(options.inventory, *cluster, options.apply.cleanup_command);
  if (!inventory) return inventory.error();
  const std::string& own = options.ownership.name_space;
  const std::string name_space = own.empty() ? kNamespace : own;
  auto log = WatchLog::Start(*target, name_space);
  if (!log) return log.error();
  Rig rig{**api,      **log,           *inventory, options.apply,
          name_space, options.on_node, nullptr,    std::mt19937_64(1)};
  Result<SampleSet> measured = MeasureAll(rig, options);
  ApplyOptions to_the_end = options.apply;
  to_the_end.interrupted = nullptr;  // the Ctrl-C that ended the measurement does not end this
  const Status cleaned = Cleanup(**api, *inventory, to_the_end);
  if (!measured && !cleaned) {
    Error error = measured.error();
    error.what += "; " + cleaned.error().Text();
    return error;
  }
  if (!measured) return measured.error();
  if (!cleaned) return cleaned.error();
  return measured;
}

}  // namespace wt
