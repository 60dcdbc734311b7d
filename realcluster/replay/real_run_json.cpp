// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "episodes/trace/action_line.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "realcluster/kube/api_status.h"
#include "realcluster/replay/killer_objects.h"
#include "realcluster/replay/open_cluster.h"
#include "realcluster/replay/real_run.h"
#include "realcluster/replay/trace_replay.h"
#include "sim/cluster/api_path.h"
#include "sim/cluster/app_collections.h"
#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

// "10.96.3.4:5000", where clients reach a service of the graph.
Result<std::string> AddressOf(KubeApi& api, const Sim& sim, const GraphService& service) {
  const std::string path = fmt::format("/api/v1/namespaces/{}/services/{}", sim.Text(service.ns),
                                       sim.Text(service.kube_service));
  const ApiRequest request{.path = path};
  const Result<std::string> body = SuccessBody(api.Call(request), path, request);
  if (!body) return body.error();
  const Result<Json> object = ParseJson(*body, path);
  if (!object) return object.error();
  return fmt::format("{}:{}", Text(Map(*object, "spec"), "clusterIP"), service.called_port);
}

}  // namespace

class RealRun::Clock final : public RealClock {
 public:
  SimTime Now() override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
  }
  i64 UnixMs() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  }
  void WaitUntil(SimTime at) override {
    const SimTime left = at - Now();
    if (left > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(left));
  }
};

RealRun::RealRun(RealRunOptions options, KubeTarget target, std::unique_ptr<RestKubeApi> api,
                 std::unique_ptr<RestKubeApi> meter_api, Inventory inventory)
    : options_(std::move(options)),
      target_(std::move(target)),
      api_(std::move(api)),
      meter_api_(std::move(meter_api)),
      clock_(std::make_unique<Clock>()),
      inventory_(std::move(inventory)),
      noted_(*api_, inventory_) {}

RealRun::~RealRun() = default;

Result<std::unique_ptr<RealRun>> RealRun::Begin(const App& app, RealRunOptions options) {
  Result<KubeTarget> target = ReadKubeconfig(options.kubeconfig, options.context);
  if (!target) return target.error();
  RestOptions impatient;
  impatient.timeout_s = 1;
  impatient.retry_for_s = 0;
  Result<std::unique_ptr<RestKubeApi>> meter_api = RestKubeApi::Open(*target, impatient);
  if (!meter_api) return meter_api.error();
  auto api = OpenCluster(*target, options.kubeconfig, !options.load_prefix.empty());
  if (!api) return api.error();
  if (Status ours = CheckOwnership(**api, options.ownership); !ours) return ours.error();
  const Result<ClusterId> cluster = ReadClusterId(**api, target->server);
  if (!cluster) return cluster.error();
  Result<Inventory> inventory =
      Inventory::OpenEmpty(options.inventory, *cluster, options.apply.cleanup_command);
  if (!inventory) return inventory.error();
  std::unique_ptr<RealRun> run(
      new RealRun(std::move(options), std::move(*target), std::move(*api),
                  std::move(*meter_api), std::move(*inventory)));
  const Status applied = ApplyApp(*run->api_, app, run->options_.ownership, run->inventory_,
                                  run->options_.apply);
  if (applied) return run;
  const Status ended = run->End();
  Error error = applied.error();
  if (!ended) error.what += "; " + ended.error().Text();
  return error;
}

Result<LoadMeterOptions> RealRun::LoadOf(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  const ServiceGraph& graph = sim.blueprint.graph;
  LoadMeterOptions out;
  out.load_binary = options_.load_binary;
  out.prefix = options_.load_prefix;
  out.rps = static_cast<double>(cluster.world().header().load_scale);
  out.seed = cluster.world().header().key;
  for (const GraphEntry& entry : graph.entries) {
    const GraphOperation& operation = graph.operations[entry.operation];
    const GraphService& service = graph.services[operation.service];
    const std::string name(sim.Text(service.name));
    out.mix.emplace_back(fmt::format("{}/{}", name, sim.Text(operation.name)),
                         static_cast<double>(entry.share));
    const auto known = [&](const auto& target) { return target.first == name; };
    if (std::any_of(out.targets.begin(), out.targets.end(), known)) continue;
    const Result<std::string> address = AddressOf(*api_, sim, service);
    if (!address) return address.error();
    out.targets.emplace_back(name, *address);
  }
  return out;
}

// Creates an object that is ours to take away; one that is there already is none of ours.
Status RealRun::Create(const std::string& text) {
  const Result<Json> object = ParseJson(text, "object");
  if (!object) return object.error();
  const KindInfo* kind = FindKind(Text(*object, "apiVersion"), Text(*object, "kind"));
  if (kind == nullptr) {
    return Error{ErrorCode::kInternal, std::string(Text(*object, "kind")), "has no path"};
  }
  const std::string collection = CollectionPath(*kind, Text(Map(*object, "metadata"), "namespace"));
  const ApiRequest request{.method = "POST",
                           .path = collection,
                           .content_type = "application/json",
                           .body = text};
  const auto body = SuccessBody(noted_.Call(request), collection, request);
  if (!body) return body.error();
  return Ok{};
}

// What a fault's workload needs to do its work stands ready before it comes.
Status RealRun::ArmRogues(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  for (const u32 row : PlannedFaults(cluster.world())) {
    const Fault& fault = sim.At<Fault>(row);
    const FaultKind& kind = KindOf(fault);
    if (kind.rogue == nullptr) continue;
    const RogueOrder order = kind.rogue(sim, fault);
    for (const std::string& object :
         KillerObjects(order.ns, order.name, order.selector, order.interval_s)) {
      if (Status created = Create(object); !created) return created;
    }
  }
  return Ok{};
}

Result<std::unique_ptr<ClusterDriver>> RealRun::Drive(SimCluster& cluster) {
  if (Status armed = ArmRogues(cluster); !armed) return armed.error();
  Result<LoadMeterOptions> load = LoadOf(cluster);
  if (!load) return load.error();
  Result<std::unique_ptr<LoadMeter>> meter = LoadMeter::Start(*meter_api_, std::move(*load));
  if (!meter) return meter.error();
  meter_ = std::move(*meter);
  const auto warm = static_cast<SimTime>(options_.warm_up_s * 1e9);
  if (options_.apply.progress) {
    options_.apply.progress(fmt::format("{:.0f} s of load to warm up", options_.warm_up_s));
  }
  clock_->WaitUntil(clock_->Now() + warm);
  if (Status reached = meter_->CheckReached(); !reached) return reached.error();
  Result<std::unique_ptr<LiveFeed>> feed =
      LiveFeed::Start(target_, *clock_, AppCollections(cluster.View()));
  if (!feed) return feed.error();
  feed_ = std::move(*feed);
  AnyClusterOptions any;
  any.unix_ms_at_zero = clock_->UnixMs() - ToMs(cluster.Now());
  if (Status opened = OpenTrace(any.unix_ms_at_zero, any); !opened) return opened.error();
  any.interrupted = options_.apply.interrupted;
  any.on_failure = [this](const Error& error) { failure_ = error; };
  auto begun = AnyCluster::Begin(noted_, *feed_, *clock_, *meter_, cluster, any);
  if (!begun) return begun.error();
  driver_ = begun->get();
  return std::unique_ptr<ClusterDriver>(std::move(*begun));
}

Status RealRun::OpenTrace(i64 unix_ms_at_zero, AnyClusterOptions& any) {
  if (options_.trace.empty()) return Ok{};
  TraceHeader header = options_.header;
  header.real = true;
  header.began = BeganText(unix_ms_at_zero);
  const auto body = SuccessBody(api_->Call({.path = "/version"}), "/version");
  if (!body) return body.error();
  const Result<Json> version = ParseJson(*body, "/version");
  if (!version) return version.error();
  header.kubernetes = Text(*version, "gitVersion");
  Result<std::unique_ptr<TraceWriter>> opened = TraceWriter::Open(options_.trace, header);
  if (!opened) return opened.error();
  trace_ = std::move(*opened);
  any.on_change = [this](const TraceChange& change) { trace_->Add(change); };
  any.on_traffic = [this](const TraceTraffic& traffic) { trace_->Add(traffic); };
  any.on_request = [this](const TraceRequest& request) { trace_->Add(request); };
  return Ok{};
}

void RealRun::NoteStep(const StepView& step) {
  if (trace_) trace_->Add(ActionLine(step));
}

Status RealRun::CloseTrace(SimTime end, const std::string& line) {
  return trace_ ? std::exchange(trace_, nullptr)->Close(end, line) : Ok{};
}

Status RealRun::End() {
  meter_.reset();
  feed_.reset();
  trace_.reset();
  ApplyOptions to_the_end = options_.apply;
  to_the_end.interrupted = nullptr;  // the Ctrl-C that ended the episode does not end this
  return Cleanup(*api_, inventory_, to_the_end);
}

Result<std::size_t> CleanUpRealRun(const RealRunOptions& options) {
  Result<KubeTarget> target = ReadKubeconfig(options.kubeconfig, options.context);
  if (!target) return target.error();
  auto api = OpenCluster(*target, options.kubeconfig, !options.load_prefix.empty());
  if (!api) return api.error();
  Result<Inventory> inventory = Inventory::Open(options.inventory);
  if (!inventory) return inventory.error();
  const std::size_t known = inventory->entries().size();
  if (known == 0) return known;
  const Result<ClusterId> cluster = ReadClusterId(**api, target->server);
  if (!cluster) return cluster.error();
  if (Status same = inventory->CheckCluster(*cluster); !same) return same.error();
  if (!inventory->cluster() && options.apply.warn) {
    options.apply.warn(fmt::format("{} does not say which cluster its {} objects are of; they are "
                                   "taken for those of {}",
                                   options.inventory, known, cluster->Text()));
  }
  if (Status cleaned = Cleanup(**api, *inventory, options.apply); !cleaned) return cleaned.error();
  return known;
}

}  // namespace wt
