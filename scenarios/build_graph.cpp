// SPDX-License-Identifier: Apache-2.0
// Behaviour -> ServiceGraph and ServiceRuntime: names become ids, indices of services' operations
// indices of all operations, laws their moments.
#include <algorithm>
#include <limits>

#include "scenarios/build_parts.h"
#include "sim/traffic/build_graph.h"

namespace wt {
namespace {

constexpr f64 kNanoseconds = 1e9;

f32 SecondsOf(SimTime time) { return static_cast<f32>(ToSeconds(time)); }

template <class T>
T Capped(u32 value) {
  return static_cast<T>(std::min<u32>(value, std::numeric_limits<T>::max()));
}

// A law of durations as a log-normal delay with the same median and 99th percentile.
Delay DelayOf(const Distribution& law) {
  const auto ms = [&law](f64 u) { return static_cast<f32>(SampleNumber(law, u) / 1e6); };
  return {ms(0.5), ms(0.99)};
}

void AddCalls(const OperationSpec& spec, ServiceGraph& graph,
              const std::vector<u32>& first_operation) {
  GraphOperation& operation = graph.operations.back();
  operation.first_call = static_cast<u32>(graph.calls.size());
  operation.calls = static_cast<u32>(spec.calls.size());
  for (const CallSpec& call : spec.calls) {
    GraphCall out;
    out.callee = first_operation[call.service] + call.operation;
    out.probability = static_cast<f32>(call.probability);
    out.timeout_s = SecondsOf(call.timeout);
    out.retries_max = Capped<u8>(call.retries_max);
    out.optional = call.optional;
    out.parallel_group = Capped<u16>(call.parallel_group);
    out.backoff_s = SecondsOf(call.backoff);
    out.retry_budget = static_cast<f32>(call.retry_budget);
    graph.calls.push_back(out);
  }
}

GraphService ServiceOf(Blueprint& blueprint, const AppService& spec) {
  GraphService out;
  out.name = blueprint.strings.Add(spec.name);
  out.workload = blueprint.strings.Add(spec.workload);
  out.kube_service = blueprint.strings.Add(spec.kube_service);
  out.ns = blueprint.strings.Add(spec.name_space);
  out.called_port = spec.called_port;
  out.listen_port = spec.port;
  out.operations = static_cast<u32>(spec.operations.size());
  out.model = spec.concurrency.event_loop ? ConcurrencyModel::kEventLoop
                                          : ConcurrencyModel::kThreads;
  out.is_store = spec.role == ServiceRole::kStore;
  out.threads = Capped<u16>(spec.concurrency.size);
  out.queue_limit = spec.concurrency.queue;
  out.loop_cores = static_cast<f32>(spec.concurrency.cores);
  out.cpu_per_request_s = SecondsOf(spec.cpu_per_request);
  out.memory_base_bytes = static_cast<f32>(spec.memory_base);
  out.memory_per_request_bytes = static_cast<f32>(spec.memory_per_request);
  out.memory_leak_bytes_per_s = static_cast<f32>(spec.memory_leak_per_hour / 3600.0);
  out.startup = DelayOf(spec.startup_time);
  out.cache_hit_ratio = static_cast<f32>(spec.cache_hit_ratio);
  out.cache_warm_up_s = SecondsOf(spec.cache_warm_up);
  return out;
}

const LoadedObject* WorkloadOf(const Blueprint& blueprint, const AppService& spec) {
  for (const LoadedObject& object : blueprint.objects) {
    const ObjectKind kind = static_cast<ObjectKind>(object.kind);
    if (kind != ObjectKind::kDeployment && kind != ObjectKind::kPod) continue;
    if (blueprint.strings.Text(object.name) == spec.workload &&
        blueprint.strings.Text(object.ns) == spec.name_space) {
      return &object;
    }
  }
  return nullptr;
}

// The container that declares the port the service listens on, else the first.
u16 MainContainer(const Blueprint& blueprint, RevId tmpl_rev, i32 port) {
  const auto& tmpl = blueprint.Typed<PodTemplate>(tmpl_rev);
  const auto containers = Items(&tmpl, tmpl.containers);
  for (std::size_t i = 0; i < containers.size(); ++i) {
    for (const u16 declared : Items(&tmpl, containers[i].ports)) {
      if (declared == port) return static_cast<u16>(i);
    }
  }
  return 0;
}

// An environment variable that comes out of a whole ConfigMap is there as long as its key is.
void AddEnvironmentNeeds(Blueprint& blueprint, const PodTemplate& tmpl,
                         const ContainerSpec& container, const NeedsSpec& needs,
                         ServiceRuntime& out) {
  std::vector<StrId> sources;
  for (const ConfigRef& ref : Items(&tmpl, container.refs)) {
    if (ref.use == RefUse::kEnvFrom && ref.kind == RefKind::kConfigMap) {
      sources.push_back(ref.name);
    }
  }
  for (const std::string& name : needs.env) {
    const StrId key = blueprint.strings.Find(name);
    for (const LoadedObject& object : blueprint.objects) {
      if (static_cast<ObjectKind>(object.kind) != ObjectKind::kConfigMap) continue;
      if (std::find(sources.begin(), sources.end(), object.name) == sources.end()) continue;
      const auto& data = blueprint.Typed<ConfigData>(object.doc);
      for (const ConfigData::Entry& entry : Items(&data, data.entries)) {
        if (entry.key != key) continue;
        ConfigRef ref;
        ref.name = object.name;
        ref.key = key;
        ref.use = RefUse::kEnvFrom;
        out.needs.push_back(ref);
      }
    }
  }
}

// A key that a variable brings is there, too, when the variable has a value of its own.
void NameVariables(const PodTemplate& tmpl, const ContainerSpec& container,
                   std::vector<ConfigRef>& needs) {
  for (ConfigRef& need : needs) {
    for (const ConfigRef& ref : Items(&tmpl, container.refs)) {
      const bool same = ref.kind == need.kind && ref.name == need.name && ref.key == need.key;
      if (same && need.key != 0 && ref.use == RefUse::kEnvKey) need.volume = ref.volume;
    }
  }
}

ServiceRuntime RuntimeOf(Blueprint& blueprint, const AppService& spec) {
  ServiceRuntime out;
  for (const i32 port : spec.listen_ports) out.ports.push_back(static_cast<u16>(port));
  for (const std::string& path : spec.health_paths) {
    out.paths.push_back(blueprint.strings.Add(path));
  }
  for (const ConfigKey& key : spec.needs.config_keys) {
    ConfigRef ref;
    ref.name = blueprint.strings.Add(key.config_map);
    ref.key = blueprint.strings.Add(key.key);
    ref.use = RefUse::kVolume;
    out.needs.push_back(ref);
  }
  for (const std::string& secret : spec.needs.secrets) {
    ConfigRef ref;
    ref.name = blueprint.strings.Add(secret);
    ref.kind = RefKind::kSecret;
    ref.use = RefUse::kVolume;
    out.needs.push_back(ref);
  }
  out.needs_services = spec.startup_needs;
  out.health_depends = spec.health_depends_on;
  const LoadedObject* workload = WorkloadOf(blueprint, spec);
  if (workload == nullptr) return out;
  out.container = MainContainer(blueprint, workload->tmpl, spec.port);
  const auto& tmpl = blueprint.Typed<PodTemplate>(workload->tmpl);
  const auto containers = Items(&tmpl, tmpl.containers);
  if (containers.empty()) return out;
  const ContainerSpec& container = containers[out.container];
  const std::string image = blueprint.strings.Text(container.image);
  out.image_repo = blueprint.strings.Add(RepositoryOf(image));
  out.command = container.command;
  NameVariables(tmpl, container, out.needs);
  AddEnvironmentNeeds(blueprint, tmpl, container, spec.needs, out);
  return out;
}

}  // namespace

Status BuildGraph(Blueprint& blueprint, const App& app, const std::string& mix) {
  const Behaviour& behaviour = app.behaviour;
  ServiceGraph& graph = blueprint.graph;
  std::vector<u32> first_operation;
  u32 operations = 0;
  for (const AppService& spec : behaviour.services) {
    first_operation.push_back(operations);
    operations += static_cast<u32>(spec.operations.size());
  }
  for (std::size_t s = 0; s < behaviour.services.size(); ++s) {
    const AppService& spec = behaviour.services[s];
    graph.services.push_back(ServiceOf(blueprint, spec));
    graph.services.back().first_operation = first_operation[s];
    for (const OperationSpec& operation : spec.operations) {
      GraphOperation out;
      out.service = static_cast<u32>(s);
      out.name = blueprint.strings.Add(operation.name);
      out.work_mean_s = static_cast<f32>(Mean(operation.work) / kNanoseconds);
      out.work_cv2 = static_cast<f32>(SquaredVariation(operation.work));
      graph.operations.push_back(out);
      AddCalls(operation, graph, first_operation);
    }
    blueprint.runtime.push_back(RuntimeOf(blueprint, spec));
  }
  const auto entries = behaviour.mixes.find(mix);
  if (entries == behaviour.mixes.end()) {
    return Error{ErrorCode::kInvalidInput, app.path, "the app has no load mix \"" + mix + "\""};
  }
  for (const MixEntry& entry : entries->second) {
    graph.entries.push_back(
        {first_operation[entry.service] + entry.operation, static_cast<f32>(entry.share)});
  }
  const auto order = OrderOperations(
      graph, [&blueprint](u32 id) { return blueprint.strings.Text(id); });
  if (!order) return order.error();
  graph.order = *order;
  return Ok{};
}

}  // namespace wt
