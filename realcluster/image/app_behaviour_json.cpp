// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "realcluster/image/app_behaviour.h"
#include "realcluster/image/pod_containers.h"

namespace wt {
namespace {

using Json = nlohmann::json;

struct Source {
  const App& app;
  std::vector<PodContainer> containers;
};

Json LawOf(const Distribution& law) {
  Json json = Json::object();
  switch (law.form) {
    case Distribution::Form::kConstant:
      json["constant"] = law.low;
      break;
    case Distribution::Form::kUniform:
      json["uniform"] = std::vector<f64>{law.low, law.high};
      break;
    case Distribution::Form::kLogNormal:
      json["lognormal"] = std::vector<f64>{law.low, law.high};
      break;
    case Distribution::Form::kChoice:
      json["choice"] = law.values;
      json["upto"] = law.upto;
      break;
  }
  return json;
}

Json DelayLaw(const Delay& delay) {
  Json json = Json::object();
  json["lognormal"] = std::vector<f64>{static_cast<f64>(delay.median_ms) * 1e6,
                                       static_cast<f64>(delay.p99_ms) * 1e6};
  return json;
}

// A name that resolves from the caller's pods.
std::string HostFrom(const AppService& caller, const AppService& callee,
                     const std::string& kube_service) {
  const bool near = caller.name_space == callee.name_space;
  return near ? kube_service : kube_service + "." + callee.name_space;
}

Json CallOf(const Source& source, const AppService& caller, const CallSpec& call) {
  const AppService& callee = source.app.behaviour.services[call.service];
  Json json = Json::object();
  json["service"] = callee.name;
  json["operation"] = callee.operations[call.operation].name;
  json["host"] = HostFrom(caller, callee, call.kube_service);
  json["port"] = call.port;
  json["timeout_ns"] = call.timeout;
  if (IsUdpPort(source.app.manifests, callee.name_space, call.kube_service, call.port)) {
    json["udp"] = true;
  }
  if (call.retries_max > 0) {
    json["retries"] = call.retries_max;
    json["backoff_ns"] = call.backoff;
    json["budget"] = call.retry_budget;
  }
  if (call.probability != 1) json["probability"] = call.probability;
  if (call.optional) json["optional"] = true;
  if (call.parallel_group > 0) json["group"] = call.parallel_group;
  if (call.breaker_failures > 0) {
    json["breaker_failures"] = call.breaker_failures;
    json["breaker_open_ns"] = call.breaker_open;
  }
  if (call.pool > 0) json["pool"] = call.pool;
  return json;
}

std::vector<const PodContainer*> ContainersOf(const Source& source, const AppService& service) {
  std::vector<const PodContainer*> out;
  for (const PodContainer& container : source.containers) {
    if (container.kind == service.workload_kind && container.workload == service.workload &&
        container.name_space == service.name_space) {
      out.push_back(&container);
    }
  }
  return out;
}

// The container that declares the port the service listens on, else the first, as in the
// simulator (scenarios/build_graph.cpp MainContainer).
const PodContainer* MainContainer(const std::vector<const PodContainer*>& containers, i32 port) {
  const PodContainer* first = nullptr;
  for (const PodContainer* container : containers) {
    if (container->init) continue;
    if (first == nullptr) first = container;
    for (const DeclaredPort& declared : container->ports) {
      if (declared.port == port) return container;
    }
  }
  return first;
}

Json PortsOf(const std::vector<DeclaredPort>& ports) {
  Json json = Json::array();
  for (const DeclaredPort& port : ports) {
    Json entry = Json::object();
    entry["port"] = port.port;
    if (port.udp) entry["udp"] = true;
    json.push_back(entry);
  }
  return json;
}

// What the service listens on, over TCP unless its container declares UDP alone.
std::vector<DeclaredPort> ListenPorts(const AppService& service, const PodContainer* main) {
  std::vector<DeclaredPort> ports;
  for (const i32 port : service.listen_ports) {
    bool tcp = false, udp = false;
    for (const DeclaredPort& declared : main->ports) {
      if (declared.port == port) (declared.udp ? udp : tcp) = true;
    }
    if (tcp || !udp) ports.push_back({port, false});
    if (udp) ports.push_back({port, true});
  }
  return ports;
}

struct Need {
  bool setting = true;
  std::string name;
  std::vector<std::string> env, files;
};

void AddKeyPlace(const ConfigPlace& place, const std::string& key, Need& need) {
  if (!place.key.empty() && place.key != key) return;
  if (place.is_env) {
    need.env.push_back(place.key.empty() ? place.env + key : place.env);
  } else {
    need.files.push_back(place.key.empty() ? place.file + "/" + key : place.file);
  }
}

std::vector<std::string> KeysOf(const ManifestSet& set, const AppService& service,
                                const ConfigPlace& place) {
  std::vector<std::string> keys;
  const Manifest* object =
      set.Find(place.secret ? "Secret" : "ConfigMap", service.name_space, place.object);
  for (const char* part : {"data", "stringData"}) {
    if (object == nullptr || !object->object().contains(part)) continue;
    for (const auto& item : object->object()[part].items()) keys.push_back(item.key());
  }
  return keys;
}

std::vector<Need> NeedsOf(const Source& source, const AppService& service,
                          const PodContainer& main) {
  std::vector<Need> needs;
  for (const std::string& name : service.needs.env) needs.push_back({true, name, {name}, {}});
  for (const ConfigKey& key : service.needs.config_keys) {
    Need need{true, key.key, {}, {}};
    for (const ConfigPlace& place : main.places) {
      if (!place.secret && place.object == key.config_map) AddKeyPlace(place, key.key, need);
    }
    needs.push_back(need);
  }
  for (const std::string& secret : service.needs.secrets) {
    Need need{false, secret, {}, {}};
    for (const ConfigPlace& place : main.places) {
      if (!place.secret || place.object != secret) continue;
      for (const std::string& key : KeysOf(source.app.manifests, service, place)) {
        AddKeyPlace(place, key, need);
      }
    }
    needs.push_back(need);
  }
  for (const std::string& volume : service.needs.volumes) {
    const auto mount = main.mounts.find(volume);
    if (mount != main.mounts.end()) needs.push_back({false, volume, {}, {mount->second}});
  }
  return needs;
}

Json NeedsJson(const std::vector<Need>& needs) {
  Json json = Json::array();
  for (const Need& need : needs) {
    if (need.env.empty() && need.files.empty()) continue;  // the container cannot know
    Json entry = Json::object();
    entry["name"] = need.name;
    if (!need.setting) entry["setting"] = false;
    if (!need.env.empty()) entry["env"] = need.env;
    if (!need.files.empty()) entry["files"] = need.files;
    json.push_back(entry);
  }
  return json;
}

Json ContainerJson(const PodContainer& container, bool main) {
  Json json = Json::object();
  json["kind"] = main ? "main" : container.init ? "init" : "other";
  json["image"] = ImageRepository(container.image);
  std::vector<std::string> argv = container.command;
  if (argv.empty()) argv.push_back("/wavetank-service");
  argv.insert(argv.end(), container.args.begin(), container.args.end());
  json["argv"] = argv;
  json["ports"] = PortsOf(container.ports);
  if (!container.probes.empty()) json["probes"] = container.probes;
  return json;
}

Json OperationsOf(const Source& source, const AppService& service) {
  Json json = Json::array();
  for (const OperationSpec& operation : service.operations) {
    Json entry = Json::object();
    entry["name"] = operation.name;
    entry["work"] = LawOf(operation.work);
    for (const CallSpec& call : operation.calls) {
      entry["calls"].push_back(CallOf(source, service, call));
    }
    json.push_back(entry);
  }
  return json;
}

std::vector<std::string> NamesOf(const Source& source, const std::vector<u32>& services) {
  std::vector<std::string> names;
  for (const u32 index : services) names.push_back(source.app.behaviour.services[index].name);
  return names;
}

void AddFigures(const AppService& service, Json& json) {
  const ConcurrencySpec& concurrency = service.concurrency;
  json["concurrency"] = {{"model", concurrency.event_loop ? "event-loop" : "threads"},
                         {"queue", concurrency.queue}};
  if (concurrency.event_loop) {
    json["concurrency"]["cores"] = concurrency.cores;
  } else {
    json["concurrency"]["threads"] = concurrency.size;
  }
  json["startup"] = LawOf(service.startup_time);
  json["cpu_ns"] = service.cpu_per_request;
  json["memory_base"] = service.memory_base;
  json["memory_per_request"] = service.memory_per_request;
  json["memory_leak_per_hour"] = service.memory_leak_per_hour;
  if (service.store_connections > 0) json["connections"] = service.store_connections;
  if (service.cache_hit_ratio < 0) return;
  json["cache"] = {{"hit_ratio", service.cache_hit_ratio},
                   {"warm_up_ns", service.cache_warm_up}};
}

Json ServiceJson(const Source& source, const AppService& service) {
  Json json = Json::object();
  json["name"] = service.name;
  json["workload_kind"] = service.workload_kind;
  json["workload"] = service.workload;
  json["namespace"] = service.name_space;
  json["host"] = service.kube_service;
  json["called_port"] = service.called_port;
  if (IsUdpPort(source.app.manifests, service.name_space, service.kube_service,
                service.called_port)) {
    json["called_udp"] = true;
  }
  json["port"] = service.port;
  AddFigures(service, json);
  json["startup_needs"] = NamesOf(source, service.startup_needs);
  json["health_depends"] = NamesOf(source, service.health_depends_on);
  json["health_paths"] = service.health_paths;
  json["operations"] = OperationsOf(source, service);
  const std::vector<const PodContainer*> containers = ContainersOf(source, service);
  const PodContainer* main = MainContainer(containers, service.port);
  json["containers"] = Json::array();
  for (const PodContainer* container : containers) {
    json["containers"].push_back(ContainerJson(*container, container == main));
  }
  if (main == nullptr) return json;
  json["ports"] = PortsOf(ListenPorts(service, main));
  json["needs"] = NeedsJson(NeedsOf(source, service, *main));
  return json;
}

}  // namespace

std::string ImageRepository(const std::string& image) {
  const std::size_t slash = image.rfind('/');
  return image.substr(0, image.find_first_of(":@", slash == image.npos ? 0 : slash));
}

std::string AppBehaviourText(const App& app, const Timing& timing) {
  const Source source{app, ReadPodContainers(app.manifests)};
  Json json = Json::object();
  json["schema"] = "wavetank.app/1";
  std::filesystem::path path(app.path);
  if (path.filename().empty()) path = path.parent_path();
  json["app"] = path.stem().string();
  json["timing"]["crash"] = DelayLaw(timing.crash);
  json["timing"]["stop"] = DelayLaw(timing.stop);
  json["services"] = Json::array();
  for (const AppService& service : app.behaviour.services) {
    json["services"].push_back(ServiceJson(source, service));
  }
  return json.dump();
}

}  // namespace wt
