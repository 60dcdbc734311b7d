// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/replay/trace_replay.h"
#include "sim/objects/parse_json.h"
#include "sim/objects/timestamp.h"
#include "sim/traffic/traffic.h"

namespace wt {
namespace {

bool SameBody(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const Result<Json> first = ParseJson(a, "body"), second = ParseJson(b, "body");
  return first && second && *first == *second;
}

}  // namespace

void TraceReplay::Diverge(std::string what) {
  if (!divergence_) {
    divergence_ = Error{ErrorCode::kEnvironment,
                        fmt::format("at {:.3f} s of the trace", ToSeconds(now_)), std::move(what)};
  }
}

Result<ApiReply> TraceReplay::Call(const ApiRequest& request) {
  if (divergence_) return *divergence_;
  const std::string path = request.path + (request.query.empty() ? "" : "?" + request.query);
  const std::string asked = request.method + " " + path;
  if (requests_ >= trace_.requests.size()) {
    Diverge("then nothing more was asked, now " + asked);
    return *divergence_;
  }
  const TraceRequest& then = trace_.requests[requests_++];
  if (then.method != request.method || then.path != path ||
      !SameBody(then.body, request.body)) {
    Diverge(fmt::format("then {} {} was sent ({}), now {} ({})", then.method, then.path, then.body,
                        asked, request.body));
    return *divergence_;
  }
  if (then.status == 0) return Error{ErrorCode::kEnvironment, asked, "was not answered"};
  return ApiReply{then.status, then.answer.empty() ? "{}" : then.answer};
}

Result<std::unique_ptr<ApiWatch>> TraceReplay::Watch(const ApiRequest& request) {
  return Error{ErrorCode::kNotFound, request.path, "a trace has no watches"};
}

Status TraceReplay::Take(std::vector<TraceChange>& out) {
  while (changes_ < trace_.changes.size() && trace_.changes[changes_].at <= now_) {
    out.push_back(trace_.changes[changes_++]);
  }
  return Ok{};
}

void TraceReplay::WaitUntil(SimTime at) {
  std::size_t next = traffic_;
  while (next < trace_.traffic.size() && trace_.traffic[next].at < at) ++next;
  now_ = next < trace_.traffic.size() ? trace_.traffic[next].at : std::max(at, now_);
}

Status TraceReplay::Report(Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  if (services_.empty()) {
    services_.resize(graph.services.size());
    operations_.resize(graph.operations.size());
    const auto name_of = [&](u32 s) { return std::string(sim.Text(graph.services[s].name)); };
    for (u32 s = 0; s < services_.size(); ++s) service_of_[name_of(s)] = s;
    for (u32 o = 0; o < operations_.size(); ++o) {
      const GraphOperation& operation = graph.operations[o];
      operation_of_[name_of(operation.service) + "/" + std::string(sim.Text(operation.name))] = o;
    }
  }
  for (; traffic_ < trace_.traffic.size() && trace_.traffic[traffic_].at <= now_; ++traffic_) {
    const TraceTraffic& traffic = trace_.traffic[traffic_];
    for (const auto& [name, row] : traffic.services) {
      const auto found = service_of_.find(name);
      if (found != service_of_.end()) services_[found->second] = row;
    }
    for (const auto& [name, row] : traffic.operations) {
      const auto found = operation_of_.find(name);
      if (found != operation_of_.end()) operations_[found->second] = row;
    }
    if (traffic.client_known) ReportTraffic(sim, traffic.client, services_, operations_);
  }
  return Ok{};
}

Result<std::unique_ptr<ClusterDriver>> TraceReplay::Drive(SimCluster& cluster) {
  const Result<i64> began = BeganUnixMs(trace_.header);
  if (!began) return began.error();
  AnyClusterOptions options;
  options.unix_ms_at_zero = *began;
  options.on_failure = [this](const Error& error) { failure_ = error; };
  auto begun = AnyCluster::Begin(*this, *this, *this, *this, cluster, options);
  if (!begun) return begun.error();
  return std::unique_ptr<ClusterDriver>(std::move(*begun));
}

Result<std::vector<ScriptedAction>> RecordedActions(const Trace& trace) {
  std::string text;
  for (const TraceAction& action : trace.actions) text += action.action + "\n";
  return ReadActions(text, "actions of the trace");
}

Status SameAnswers(const Trace& trace, const EpisodeResult& now) {
  for (std::size_t i = 0; i < std::min(trace.actions.size(), now.actions.size()); ++i) {
    const TraceAction& then = trace.actions[i];
    if (then.accepted == now.actions[i].accepted) continue;
    const std::string_view was = then.accepted ? "accepted" : "refused";
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("action {} at {:.3f} s", i + 1, ToSeconds(then.at)),
                 fmt::format("was {} by the cluster as the trace tells it, but its requests were "
                             "not: {}", was, then.action)};
  }
  return Ok{};
}

Result<EpisodeResult> PlayRecorded(const Trace& trace, EpisodeRequest request, WorldPool& pool) {
  const Result<std::vector<ScriptedAction>> actions = RecordedActions(trace);
  if (!actions) return actions.error();
  TraceReplay replay(trace);
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) { return replay.Drive(cluster); };
  Result<EpisodeResult> now = RunScript(request, *actions, pool, options);
  if (replay.divergence()) return *replay.divergence();
  if (replay.failure()) return *replay.failure();
  if (!now) return now;
  if (Status same = SameAnswers(trace, *now); !same) return same.error();
  return now;
}

Result<i64> BeganUnixMs(const TraceHeader& header) {
  const std::string& text = header.began;  // 2026-01-31T12:00:00.123Z
  const std::optional<i64> seconds =
      text.size() == 24 ? ParseUnixTimestamp(text.substr(0, 19) + "Z") : std::nullopt;
  if (!seconds || text[19] != '.') {
    return Error{ErrorCode::kInvalidInput, "began",
                 fmt::format("\"{}\" is no time in milliseconds", text)};
  }
  i64 ms = 0;
  for (const char digit : text.substr(20, 3)) {
    if (digit < '0' || digit > '9') return Error{ErrorCode::kInvalidInput, "began", text};
    ms = ms * 10 + (digit - '0');
  }
  return *seconds * 1000 + ms;
}

std::string BeganText(i64 unix_ms) {
  std::string text = UnixTimestamp(unix_ms / 1000);
  text.insert(text.size() - 1, fmt::format(".{:03}", unix_ms % 1000));
  return text;
}

}  // namespace wt
