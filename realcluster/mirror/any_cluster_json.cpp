// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "realcluster/mirror/any_cluster.h"
#include "realcluster/mirror/write_requests.h"
#include "sim/cluster/app_collections.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

constexpr std::size_t kErrorsMax = 1000;
constexpr std::size_t kWaitingMax = 10'000;
constexpr int kPollsToWait = 30;
constexpr SimTime kRogueStartMax = kMinute;
constexpr std::size_t kObjectBytesMax = 16u << 20;
constexpr int kLogLines = 40;
constexpr int kLogBytesMax = 64 << 10;

// Owners before what they own, what is told of things after the things. Changes of one object keep
// their order.
int Rank(const Json& object) {
  constexpr std::string_view kKinds[] = {"Node",       "ConfigMap",  "Secret", "Service",
                                         "Deployment", "ReplicaSet", "Pod",    "Event"};
  const auto* found = std::find(std::begin(kKinds), std::end(kKinds), Text(object, "kind"));
  return static_cast<int>(found - std::begin(kKinds));
}

bool SameRow(const FlowServiceRow& a, const FlowServiceRow& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
bool SameRow(const FlowOperationRow& a, const FlowOperationRow& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

u32 DeploymentNamed(const Sim& sim, std::string_view ns, std::string_view name) {
  for (u32 row = 1; row < sim.world.Used<Deployment>(); ++row) {
    const Deployment& d = sim.At<Deployment>(row);
    if (d.born != 0 && sim.Text(d.name) == name && sim.Text(d.ns) == ns) return row;
  }
  return 0;
}

// Rows that differ from what was told, by name.
template <class Row, class NameOf>
void TellChanged(const Row* rows, std::size_t count, std::vector<Row>& told, const NameOf& name_of,
                 std::vector<std::pair<std::string, Row>>& out) {
  const bool first = told.empty();
  told.resize(count);
  for (std::size_t r = 0; r < count; ++r) {
    if (!first && SameRow(rows[r], told[r])) continue;
    told[r] = rows[r];
    out.emplace_back(name_of(r), rows[r]);
  }
}

}  // namespace

AnyCluster::AnyCluster(KubeApi& api, ChangeFeed& feed, RealClock& clock, TrafficMeter& meter,
                       const SimCluster& cluster, const AnyClusterOptions& options)
    : api_(api),
      feed_(feed),
      clock_(clock),
      meter_(meter),
      options_(options),
      ahead_(cluster.Now() - clock.Now()),
      mirror_(AppNamespaces(cluster.View()), options.unix_ms_at_zero) {}

Result<std::unique_ptr<AnyCluster>> AnyCluster::Begin(KubeApi& api, ChangeFeed& feed,
                                                      RealClock& clock, TrafficMeter& meter,
                                                      SimCluster& cluster,
                                                      const AnyClusterOptions& options) {
  std::unique_ptr<AnyCluster> any(new AnyCluster(api, feed, clock, meter, cluster, options));
  Sim sim = cluster.View();
  any->mirror_.Begin(sim);
  if (Status polled = any->Poll(cluster); !polled) return polled.error();
  any->mirror_.RemoveOthers(sim);
  any->mirror_.Settle(sim);
  cluster.SyncSlots();
  return any;
}

void AnyCluster::Fail(Error error) {
  if (errors_.size() < kErrorsMax) errors_.push_back(std::move(error));
}

void AnyCluster::SetTime(SimCluster& cluster) {
  const SimTime now = (clock_.Now() + ahead_) / kMillisecond * kMillisecond;
  cluster.world().header().now_ns = std::max(now, cluster.Now());
}

// True: the image shows it, or never will.
bool AnyCluster::Show(Sim& sim, const TraceChange& change, const std::string& key,
                      const Json& object) {
  if (change.type != ChangeType::kDeleted) return mirror_.Put(sim, object);
  mirror_.Remove(sim, key);
  return true;
}

void AnyCluster::ShowWaiting(Sim& sim) {
  std::erase_if(waiting_, [&](Waiting& waiting) {
    const Result<Json> object = ParseJson(waiting.change.object, "");
    return !object || mirror_.Put(sim, *object) || ++waiting.polls >= kPollsToWait;
  });
}

// What came since the poll before, up to now; all of the first answer is of now.
std::vector<TraceChange> AnyCluster::TakeChanges(SimTime now, Status& taken) {
  std::vector<TraceChange> changes = std::exchange(held_, {});
  const std::size_t held = changes.size();
  taken = feed_.Take(changes);
  for (std::size_t c = held; c < changes.size(); ++c) {
    const SimTime arrived = (changes[c].at + ahead_) / kMillisecond * kMillisecond;
    changes[c].at = polled_ < 0 ? now : std::max(arrived, polled_ + kMillisecond);
  }
  const auto later = std::stable_partition(changes.begin(), changes.end(),
                                           [&](const TraceChange& c) { return c.at <= now; });
  held_.assign(std::move_iterator(later), std::move_iterator(changes.end()));
  changes.erase(later, changes.end());
  return changes;
}

Status AnyCluster::Read(Sim& sim) {
  struct Parsed {
    int rank;
    TraceChange change;
    std::string key;
    Json object;
  };
  Status taken = Ok{};
  std::vector<Parsed> parsed;
  for (TraceChange& change : TakeChanges(sim.now(), taken)) {
    if (options_.on_change) options_.on_change(change);
    Result<Json> object = ParseJson(change.object, "object", {.bytes_max = kObjectBytesMax});
    if (!object) {
      Fail(object.error());
      continue;
    }
    const int rank = Rank(*object);
    std::string key = Mirror::KeyOf(*object);
    parsed.push_back({rank, std::move(change), std::move(key), std::move(*object)});
  }
  std::stable_sort(parsed.begin(), parsed.end(),
                   [](const Parsed& a, const Parsed& b) { return a.rank < b.rank; });
  for (Parsed& p : parsed) {
    std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.key == p.key; });
    if (Show(sim, p.change, p.key, p.object) || waiting_.size() >= kWaitingMax) continue;
    waiting_.push_back({std::move(p.change), std::move(p.key)});
  }
  ShowWaiting(sim);
  mirror_.Settle(sim);
  return taken;
}

Status AnyCluster::Measure(Sim& sim) {
  const SimTime known_until = sim.world.header().flow_since_ns;
  const Status measured = meter_.Report(sim);
  const SimTime known = sim.world.header().flow_since_ns;
  if (options_.on_traffic) TellTraffic(sim, polled_ < 0 || known > known_until);
  return measured;
}

void AnyCluster::TellTraffic(const Sim& sim, bool client_known) {
  const ServiceGraph& graph = sim.blueprint.graph;
  const auto service_name = [&](std::size_t s) {
    return std::string(sim.Text(graph.services[s].name));
  };
  const auto operation_name = [&](std::size_t o) {
    const GraphOperation& operation = graph.operations[o];
    return fmt::format("{}/{}", service_name(operation.service), sim.Text(operation.name));
  };
  TraceTraffic traffic;
  traffic.at = sim.now();
  traffic.client_known = client_known;
  traffic.client = sim.world.header().client;
  TellChanged(sim.world.Rows<FlowServiceRow>(), graph.services.size(), told_services_, service_name,
              traffic.services);
  TellChanged(sim.world.Rows<FlowOperationRow>(), graph.operations.size(), told_operations_,
              operation_name, traffic.operations);
  options_.on_traffic(traffic);
}

Status AnyCluster::Poll(SimCluster& cluster) {
  Sim sim = cluster.View();
  const Status read = Read(sim);
  const Status measured = Measure(sim);
  polled_ = sim.now();
  return read ? measured : read;
}

Result<ApiReply> AnyCluster::Call(SimTime at, bool by_agent, const ApiRequest& request) {
  Result<ApiReply> reply = api_.Call(request);
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  const int status = reply ? reply->status : 0;
  const bool read = reply && request.method == "GET";
  sent_.push_back({at, by_agent, request.method, request.path + query, request.content_type,
                   request.body, status, read ? reply->body : ""});
  if (options_.on_request) options_.on_request(sent_.back());
  return reply;
}

std::vector<LogLine> AnyCluster::Logs(const SimCluster& cluster, u32 pod) {
  const Sim sim = cluster.View();
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(pod).spec);
  std::vector<LogLine> out;
  for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
    const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[sim.At<Container>(c).index];
    const ApiRequest request{
        .path = fmt::format("/api/v1/namespaces/{}/pods/{}/log", sim.Text(sim.At<Pod>(pod).ns),
                            PodName(sim, pod)),
        .query = fmt::format("container={}&tailLines={}&limitBytes={}&timestamps=true",
                             sim.Text(spec.name), kLogLines, kLogBytesMax)};
    const Result<ApiReply> reply = Call(sim.now(), true, request);
    if (!reply) {
      Fail(reply.error());
    } else if (reply->status == 200) {  // 400: it has printed nothing yet
      mirror_.ReadLog(reply->body, out);
    }
  }
  return out;
}

Status AnyCluster::Send(const Sim& before, const Sim& after, bool by_agent) {
  for (const ApiRequest& request : WriteRequests(before, after)) {
    if (options_.before_send) options_.before_send(request, by_agent);
    const Result<ApiReply> reply = Call(after.now(), by_agent, request);
    if (!reply) return reply.error();
    const int status = reply->status;
    const bool gone = request.method == "DELETE" && status == 404;
    if (gone || (status >= 200 && status <= 299)) continue;
    return Error{ErrorCode::kEnvironment, request.method + " " + request.path,
                 fmt::format("answered {}: {}", status, reply->body.substr(0, 300))};
  }
  return Ok{};
}

bool AnyCluster::CarryOut(const World& before, SimCluster& cluster) {
  const Sim after = cluster.View();
  const Sim was{after.blueprint, const_cast<World&>(before), after.pool};
  const Status sent = Send(was, after, true);
  if (!sent) Fail(sent.error());
  return sent.ok();
}

// Faults whose time has come change the image as they would a simulated World; the difference goes
// to the cluster.
void AnyCluster::InjectDue(SimCluster& cluster) {
  for (const u32 row : PlannedFaults(cluster.world())) {
    const Fault& fault = cluster.world().At<Fault>(row);
    const bool begins = !WasInjected(fault) &&
                        fault.stage == static_cast<u8>(FaultStage::kPlanned) &&
                        fault.at_ns <= cluster.Now();
    const bool ends = fault.stage == static_cast<u8>(FaultStage::kActive) && fault.until_ns != 0 &&
                      fault.until_ns <= cluster.Now();
    if (!begins && !ends) continue;
    const World before = cluster.pool().Fork(cluster.world());
    Sim sim = cluster.View();
    sim.faults->on_event(sim, row);
    sim.world.header().queue_size = 0;
    if (!options_.inject) continue;
    const Sim was{sim.blueprint, const_cast<World&>(before), sim.pool};
    const Status sent = Send(was, sim, false);
    if (sent) continue;
    failure_ = sent.error();
    failure_->what += begins ? "; the fault could not be injected" : "; it could not be taken back";
    return;
  }
}

// A fault that brings a program along has no effect where that program does not run.
void AnyCluster::CheckRogues(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  for (const u32 row : PlannedFaults(cluster.world())) {
    const Fault& fault = sim.At<Fault>(row);
    const FaultKind& kind = KindOf(fault);
    if (kind.rogue == nullptr || !WasInjected(fault) || rogues_seen_.contains(row)) continue;
    const RogueOrder order = kind.rogue(sim, fault);
    const u32 found = DeploymentNamed(sim, order.ns, order.name);
    const bool stopped = found == 0 || sim.At<Deployment>(found).replicas == 0;
    if (stopped || sim.At<Deployment>(found).status_ready > 0) {
      rogues_seen_.insert(row);
    } else if (sim.now() - fault.at_ns > kRogueStartMax) {
      failure_ = Error{ErrorCode::kEnvironment, "deployment/" + order.name,
                       fmt::format("the fault {} has no effect: no pod of it is Ready after {:.0f} "
                                   "s; are its images there (`wavetank real images`)?",
                                   kind.id, ToSeconds(kRogueStartMax))};
    }
  }
}

void AnyCluster::Advance(SimCluster& cluster, SimTime by) {
  const SimTime until = cluster.Now() + by;
  while (cluster.Now() < until) {
    if (failure_ || (options_.interrupted && options_.interrupted())) {
      cluster.world().header().now_ns = until;
      return;
    }
    const SimTime next = std::min(cluster.Now() + options_.poll, until);
    clock_.WaitUntil(next - ahead_);
    SetTime(cluster);
    InjectDue(cluster);
    if (Status polled = Poll(cluster); !polled) Fail(polled.error());
    CheckRogues(cluster);
  }
}

}  // namespace wt
