// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/load_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "realcluster/replay/load_lines.h"
#include "realcluster/replay/load_process.h"
#include "realcluster/replay/service_meter.h"
#include "sim/traffic/traffic.h"

namespace wt {
namespace {

constexpr std::size_t kLinesKept = 100'000;
constexpr const char* kForAsLongAsItCan = "2592000";  // the most that wavetank-load takes

std::vector<std::string> CommandOf(const LoadMeterOptions& options) {
  std::vector<std::string> command = options.prefix;
  std::string mix;
  for (const auto& [name, share] : options.mix) {
    std::string dotted = name;
    if (const std::size_t slash = dotted.find('/'); slash != dotted.npos) dotted[slash] = '.';
    mix += fmt::format("{}{}={}", mix.empty() ? "" : ",", dotted, share);
  }
  command.push_back(options.load_binary);
  for (const auto& [service, target] : options.targets) {
    command.insert(command.end(), {"--target", service + "=" + target});
  }
  command.insert(command.end(),
                 {"--rate", fmt::format("{}", options.rps), "--mix", mix, "--seed",
                  fmt::format("{}", options.seed), "--timeout",
                  fmt::format("{}s", options.timeout_s), "--for", kForAsLongAsItCan, "--every",
                  "1"});
  return command;
}

}  // namespace

struct LoadMeter::Inside {
  Inside(KubeApi& api, LoadMeterOptions given, LineProcess started)
      : options(std::move(given)), load(std::move(started)), services(api) {}

  LoadMeterOptions options;
  LineProcess load;
  std::vector<std::string> lines;  // not yet taken away
  std::string last_words;          // what it said that is no summary
  LoadSums printed;
  RecentTimes times{kQuantileWindowS};
  ServiceMeter services;
  SimTime scraped = 0;
  bool began = false, unreported = false;
  // At the first report: what had been printed, and the World's counters.
  LoadSums printed_before;
  f64 requests_before = 0, errors_before = 0;
  LoadSums reported;

  Status ReadLines();
  FlowClient Client(const Sim& sim) const;
  void Report(Sim& sim);
};

Status LoadMeter::Inside::ReadLines() {
  std::vector<std::string> read;
  const Status status = load.Read(read);
  for (std::string& text : read) {
    if (!text.starts_with('{')) {
      last_words = text.substr(0, 500);
      continue;
    }
    const Result<LoadLine> line = ReadLoadLine(text);
    if (!line) return line.error();
    printed.Add(*line);
    times.Add(*line);
    lines.push_back(std::move(text));
    unreported = true;
  }
  if (lines.size() > kLinesKept) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLinesKept));
  }
  return status;
}

// The rate and error share that bring the World's counters, with the time since they were last
// brought up to date, to what was printed: what one report rounds off the next makes good.
FlowClient LoadMeter::Inside::Client(const Sim& sim) const {
  const WorldHeader& header = sim.world.header();
  FlowClient client = header.client;
  const f64 seconds = ToSeconds(sim.now() - header.flow_since_ns);
  const f64 requests = static_cast<f64>(printed.requests - printed_before.requests) -
                       (header.client_requests - requests_before);
  const f64 errors = static_cast<f64>(printed.errors - printed_before.errors) -
                     (header.client_errors - errors_before);
  client.rate = seconds > 0 ? static_cast<f32>(std::max(0.0, requests / seconds)) : 0.0f;
  client.error = requests > 0 ? static_cast<f32>(std::clamp(errors / requests, 0.0, 1.0)) : 0.0f;
  const u64 ended = printed.ended - reported.ended;
  if (ended > 0) {
    const f64 latency = printed.latency_s - reported.latency_s;
    client.latency_s = static_cast<f32>(std::max(0.0, latency) / static_cast<f64>(ended));
  }
  if (!times.empty()) {  // while nothing ends, what was known stays
    client.p50_s = static_cast<f32>(times.Quantile(0.5));
    client.p99_s = static_cast<f32>(times.Quantile(0.99));
  }
  return client;
}

void LoadMeter::Inside::Report(Sim& sim) {
  const bool due = !began || sim.now() - scraped >= options.scrape;
  if (due) {
    services.Scrape(sim, printed);
    scraped = sim.now();
  }
  const FlowClient client = began ? Client(sim) : sim.world.header().client;
  ReportTraffic(sim, client, services.services(), services.operations());
  if (!began) {
    printed_before = printed;
    requests_before = sim.world.header().client_requests;
    errors_before = sim.world.header().client_errors;
  }
  began = true;
  unreported = false;
  reported = printed;
}

LoadMeter::LoadMeter(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LoadMeter::~LoadMeter() = default;

Result<std::unique_ptr<LoadMeter>> LoadMeter::Start(KubeApi& api, LoadMeterOptions options) {
  Result<LineProcess> load = LineProcess::Start(CommandOf(options));
  if (!load) return load.error();
  auto inside = std::make_unique<Inside>(api, std::move(options), std::move(*load));
  return std::unique_ptr<LoadMeter>(new LoadMeter(std::move(inside)));
}

Status LoadMeter::Report(Sim& sim) {
  if (Status read = inside_->ReadLines(); !read) return read;
  const bool passed = sim.now() > sim.world.header().flow_since_ns;
  if (!inside_->began || (inside_->unreported && passed)) inside_->Report(sim);
  const std::string ended = inside_->load.Ended();
  if (ended.empty()) return Ok{};
  return Error{ErrorCode::kEnvironment, inside_->options.load_binary,
               fmt::format("the load program ended: {}{}{}", ended,
                           inside_->last_words.empty() ? "" : ": ", inside_->last_words)};
}

Status LoadMeter::CheckReached() {
  if (Status read = inside_->ReadLines(); !read) return read;
  const LoadSums& seen = inside_->printed;
  if (seen.requests > seen.errors) return Ok{};
  std::string addresses;
  for (const auto& [service, target] : inside_->options.targets) {
    addresses += fmt::format("{}{} at {}", addresses.empty() ? "" : ", ", service, target);
  }
  return Error{ErrorCode::kEnvironment, "",
               fmt::format("the load program cannot reach the Services from this machine ({}): "
                           "{} requests, none of which succeeded. Run on a node of the cluster, or "
                           "give this machine a route to its service network{}{}",
                           addresses, seen.requests,
                           inside_->last_words.empty() ? "" : "; it said: ", inside_->last_words)};
}

std::vector<std::string> LoadMeter::TakeLines() { return std::exchange(inside_->lines, {}); }

}  // namespace wt
