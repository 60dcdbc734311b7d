// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/fault_schedule.h"
#include "realcluster/mirror/any_cluster.h"
#include "realcluster/mirror/write_requests.h"
#include "sim/cluster/entities.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr std::size_t kErrorsMax = 1000;
constexpr std::size_t kListBytesMax = 256u << 20;

// Namespaces that the World's workloads and services live in.
std::set<std::string> NamespacesOf(const Sim& sim) {
  std::set<std::string> out{std::string(sim.Text(sim.blueprint.app_namespace))};
  const auto add = [&](StrId ns) {
    if (!IsSystemNamespace(sim.Text(ns))) out.insert(std::string(sim.Text(ns)));
  };
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    if (sim.At<Deployment>(d).born != 0) add(sim.At<Deployment>(d).ns);
  }
  return out;
}

std::vector<std::string> PathsOf(const std::set<std::string>& namespaces) {
  std::vector<std::string> out{"/api/v1/nodes"};
  for (const char* kind :
       {"configmaps", "secrets", "services", "deployments", "replicasets", "pods", "events"}) {
    const std::string_view plural = kind;
    const bool apps = plural == "deployments" || plural == "replicasets";
    for (const std::string& ns : namespaces) {
      out.push_back(
          fmt::format("{}/namespaces/{}/{}", apps ? "/apis/apps/v1" : "/api/v1", ns, kind));
    }
  }
  return out;
}

}  // namespace

AnyCluster::AnyCluster(KubeApi& api, RealClock& clock, TrafficMeter& meter,
                       const SimCluster& cluster, const AnyClusterOptions& options)
    : api_(api),
      clock_(clock),
      meter_(meter),
      options_(options),
      paths_(PathsOf(NamespacesOf(cluster.View()))),
      ahead_(cluster.Now() - clock.Now()),
      mirror_(NamespacesOf(cluster.View()), clock.UnixMs() - ToMs(cluster.Now())) {}

Result<std::unique_ptr<AnyCluster>> AnyCluster::Begin(KubeApi& api, RealClock& clock,
                                                      TrafficMeter& meter, SimCluster& cluster,
                                                      const AnyClusterOptions& options) {
  std::unique_ptr<AnyCluster> any(new AnyCluster(api, clock, meter, cluster, options));
  Sim sim = cluster.View();
  any->mirror_.Begin(sim);
  if (Status polled = any->Poll(cluster); !polled) return polled.error();
  cluster.SyncSlots();
  return any;
}

void AnyCluster::Fail(Error error) {
  if (errors_.size() < kErrorsMax) errors_.push_back(std::move(error));
}

void AnyCluster::SetTime(SimCluster& cluster) {
  const SimTime now = std::max(clock_.Now() + ahead_, cluster.Now());
  cluster.world().header().now_ns = now;
}

Status AnyCluster::List(Sim& sim, const std::string& path, std::set<std::string>& listed) {
  const Result<ApiReply> reply = api_.Call({.path = path});
  if (!reply) return reply.error();
  if (reply->status != 200) {
    return Error{ErrorCode::kEnvironment, path, fmt::format("answered {}", reply->status)};
  }
  auto list = ParseJson(reply->body, path, {.bytes_max = kListBytesMax});
  if (!list) return list.error();
  std::string_view kind = Text(*list, "kind");
  if (kind.ends_with("List")) kind.remove_suffix(4);
  for (const Json& given : ::wt::List(*list, "items")) {
    Json item = given;  // items of a list go without their kind
    if (!item.contains("kind")) item["kind"] = kind;
    if (!item.contains("apiVersion")) item["apiVersion"] = Text(*list, "apiVersion");
    listed.insert(Mirror::KeyOf(item));
    mirror_.Put(sim, item);
  }
  return Ok{};
}

Status AnyCluster::Poll(SimCluster& cluster) {
  SetTime(cluster);
  Sim sim = cluster.View();
  std::set<std::string> listed;
  for (const std::string& path : paths_) {
    if (Status read = List(sim, path, listed); !read) return read;
  }
  const bool first = listed_.empty();
  for (const std::string& key : listed_) {
    if (!listed.contains(key)) mirror_.Remove(sim, key);
  }
  listed_ = std::move(listed);
  if (first) mirror_.RemoveOthers(sim);
  mirror_.Settle(sim);
  return meter_.Report(sim);
}

bool AnyCluster::Send(const Sim& before, const Sim& after, bool by_agent) {
  for (ApiRequest& request : WriteRequests(before, after)) {
    if (options_.before_send) options_.before_send(request, by_agent);
    const Result<ApiReply> reply = api_.Call(request);
    const int status = reply ? reply->status : 0;
    const bool gone = request.method == "DELETE" && status == 404;
    const std::string what = request.method + " " + request.path;
    sent_.push_back({after.now(), by_agent, std::move(request), status});
    if (!reply) {
      Fail(reply.error());
      return false;
    }
    if ((status < 200 || status > 299) && !gone) {
      Fail({ErrorCode::kEnvironment, what,
            fmt::format("answered {}: {}", status, reply->body.substr(0, 300))});
      return false;
    }
  }
  return true;
}

bool AnyCluster::CarryOut(const World& before, SimCluster& cluster) {
  const Sim after = cluster.View();
  const Sim was{after.blueprint, const_cast<World&>(before), after.pool};
  return Send(was, after, true);
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
    if (!Send(was, sim, false)) {
      Fail({ErrorCode::kEnvironment, "fault",
            begins ? "could not be injected" : "could not be taken back"});
    }
  }
}

void AnyCluster::Advance(SimCluster& cluster, SimTime by) {
  const SimTime until = cluster.Now() + by;
  while (cluster.Now() < until) {
    const SimTime next = std::min(cluster.Now() + options_.poll, until);
    clock_.WaitUntil(next - ahead_);
    SetTime(cluster);
    InjectDue(cluster);
    if (Status polled = Poll(cluster); !polled) Fail(polled.error());
  }
}

}  // namespace wt
