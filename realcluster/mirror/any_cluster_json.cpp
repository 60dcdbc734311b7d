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
#include "sim/cluster/api_path.h"
#include "sim/cluster/app_collections.h"
#include "sim/cluster/entities.h"
#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/parse_json.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

constexpr std::size_t kErrorsMax = 1000;
constexpr std::size_t kWaitingMax = 10'000;
constexpr int kPollsToWait = 30;
constexpr SimTime kRogueStartMax = kMinute;
// Of load before the first fault: enough to tell an app that serves from one that nobody reaches.
constexpr SimTime kClientsKnownAfter = 10 * kSecond;
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

// Where the API has it, "" for a kind that is not known.
std::string PathOf(const Json& object) {
  const KindInfo* kind = FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  if (kind == nullptr) return "";
  const Json& metadata = Map(object, "metadata");
  return fmt::format("{}/{}", CollectionPath(*kind, Text(metadata, "namespace")),
                     Text(metadata, "name"));
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
      mirror_(AppNamespaces(cluster.View()), options.unix_ms_at_zero),
      feed_outage_("the change feed", "is the API server reachable (`kubectl get --raw /readyz`)"),
      traffic_outage_("the client traffic",
                      "does the load program run, and does it reach the app's services") {
  for (std::string& path : AppCollections(cluster.View())) collections_.insert(std::move(path));
}

Result<std::unique_ptr<AnyCluster>> AnyCluster::Begin(KubeApi& api, ChangeFeed& feed,
                                                      RealClock& clock, TrafficMeter& meter,
                                                      SimCluster& cluster,
                                                      const AnyClusterOptions& options) {
  std::unique_ptr<AnyCluster> any(new AnyCluster(api, feed, clock, meter, cluster, options));
  Sim sim = cluster.View();
  any->mirror_.Begin(sim);
  any->began_ = cluster.Now();
  const Polled polled = any->Poll(cluster);
  for (const Status& status : {polled.read, polled.measured}) {
    if (!status) return status.error();
  }
  any->requests_at_begin_ = cluster.world().header().client_requests;
  any->errors_at_begin_ = cluster.world().header().client_errors;
  any->mirror_.RemoveOthers(sim);
  any->mirror_.Settle(sim);
  cluster.SyncSlots();
  return any;
}

void AnyCluster::Note(Error error) {
  if (errors_.size() < kErrorsMax) errors_.push_back(std::move(error));
}

void AnyCluster::Fail(Error error) {
  if (failure_) return;
  failure_ = std::move(error);
  if (options_.on_failure) options_.on_failure(*failure_);
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
      Note(object.error());
      continue;
    }
    awaited_.Seen(PathOf(*object), change.type, *object);
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

Status AnyCluster::Measure(Sim& sim, bool& silent) {
  const SimTime known_until = sim.world.header().flow_since_ns;
  const Status measured = meter_.Report(sim);
  const SimTime known = sim.world.header().flow_since_ns;
  silent = polled_ >= 0 && known <= known_until;
  if (options_.on_traffic) TellTraffic(sim, !silent);
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

AnyCluster::Polled AnyCluster::Poll(SimCluster& cluster) {
  Sim sim = cluster.View();
  Polled out;
  out.read = Read(sim);
  out.measured = Measure(sim, out.traffic_silent);
  polled_ = sim.now();
  return out;
}

void AnyCluster::NoteOutages(SimTime now, const Polled& polled) {
  std::optional<SimTime> answered = feed_.LastAnswer();
  if (answered) *answered += ahead_;
  if (feed_outage_.Poll(now, polled.read, false, answered)) Note(polled.read.error());
  const bool told = traffic_outage_.Poll(now, polled.measured, polled.traffic_silent);
  if (told) Note(polled.measured.error());
  for (const Outage* outage : {&feed_outage_, &traffic_outage_}) {
    if (std::optional<Error> error = outage->TooLong(now)) Fail(std::move(*error));
  }
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
      Note(reply.error());
    } else if (reply->status == 200) {  // 400: it has printed nothing yet
      mirror_.ReadLog(reply->body, out);
    }
  }
  return out;
}

// The feed will tell what comes of it.
bool AnyCluster::IsFed(const ApiRequest& request) const {
  const bool whole = request.method == "POST";
  const std::size_t end = whole ? request.path.size() : request.path.rfind('/');
  return collections_.contains(request.path.substr(0, end));
}

Status AnyCluster::Send(const Sim& before, const Sim& after, bool by_agent) {
  for (const ApiRequest& request : WriteRequests(before, after)) {
    if (options_.before_send) options_.before_send(request, by_agent);
    const Result<ApiReply> reply = Call(after.now(), by_agent, request);
    if (!reply) return reply.error();
    const int status = reply->status;
    const bool gone = request.method == "DELETE" && status == 404;
    if (gone) continue;
    if (status >= 200 && status <= 299) {
      if (!by_agent && IsFed(request)) awaited_.Add(after.now(), request, status);
      continue;
    }
    return Error{ErrorCode::kEnvironment, request.method + " " + request.path,
                 fmt::format("answered {}: {}", status, reply->body.substr(0, 300))};
  }
  return Ok{};
}

bool AnyCluster::CarryOut(const World& before, SimCluster& cluster) {
  const Sim after = cluster.View();
  const Sim was{after.blueprint, const_cast<World&>(before), after.pool};
  const Status sent = Send(was, after, true);
  if (!sent) Note(sent.error());
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
    if (begins) CheckClients(cluster);
    if (failure_) return;
    const World before = cluster.pool().Fork(cluster.world());
    Sim sim = cluster.View();
    sim.faults->on_event(sim, row);
    sim.world.header().queue_size = 0;
    if (!options_.inject) continue;
    const Sim was{sim.blueprint, const_cast<World&>(before), sim.pool};
    const Status sent = Send(was, sim, false);
    if (sent) continue;
    Error error = sent.error();
    error.what += begins ? "; the fault could not be injected" : "; it could not be taken back";
    return Fail(std::move(error));
  }
}

// Before the first fault comes there is nothing that could keep every client from being served.
void AnyCluster::CheckClients(const SimCluster& cluster) {
  const SimTime known = cluster.Now() - began_;
  if (std::exchange(clients_checked_, true) || known < kClientsKnownAfter) return;
  const WorldHeader& header = cluster.world().header();
  const f64 requests = header.client_requests - requests_at_begin_;
  const f64 served = requests - (header.client_errors - errors_at_begin_);
  if (header.load_scale <= 0 || served > 0) return;
  Fail({ErrorCode::kEnvironment, "the client traffic",
        fmt::format("of {:.0f} requests in the {:.0f} s before the first fault not one was served: "
                    "nothing can be judged; does the load program reach the app's services, then "
                    "play the episode again", requests, ToSeconds(known))});
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
      bool scheduled = false;
      ForEachPod(sim, found, [&](u32 pod) { scheduled |= sim.At<Pod>(pod).node != 0; });
      Fail({ErrorCode::kEnvironment, "deployment/" + order.name,
            fmt::format("the fault {} has no effect: no pod of it is {} after {:.0f} s; {}",
                        kind.id, scheduled ? "Ready" : "on a node", ToSeconds(kRogueStartMax),
                        scheduled ? "are its images there (`wavetank real images`)?"
                                  : "is there a node with room for it, and not cordoned "
                                    "(`kubectl describe pod`)?")});
    }
  }
}

void AnyCluster::CheckWrites(SimTime now) {
  if (std::optional<Error> overdue = awaited_.Overdue(now)) Fail(std::move(*overdue));
}

// An agent may answer within a second of the fault.
void AnyCluster::AwaitWrites(const SimCluster& cluster) {
  std::vector<TraceChange> changes = std::exchange(held_, {});
  for (SimTime now = cluster.Now(); !failure_; now += options_.poll) {
    for (const TraceChange& change : changes) {
      const auto object = ParseJson(change.object, "object", {.bytes_max = kObjectBytesMax});
      if (object) awaited_.Seen(PathOf(*object), change.type, *object);
    }
    CheckWrites(now);
    if (awaited_.None() || (options_.interrupted && options_.interrupted())) return;
    changes.clear();
    clock_.WaitUntil(now + options_.poll - ahead_);
    if (const Status taken = feed_.Take(changes); !taken) Note(taken.error());
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
    NoteOutages(cluster.Now(), Poll(cluster));
    CheckWrites(cluster.Now());
    CheckRogues(cluster);
  }
}

}  // namespace wt
