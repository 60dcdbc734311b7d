// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "scenarios/behaviour_build.h"
#include "sim/math.h"

namespace wt {
namespace {

// Programs whose image name tells what they are; the part after the last slash, before the tag.
constexpr std::string_view kCacheImages[] = {"memcached", "redis", "valkey", "dragonfly"};
constexpr std::string_view kStoreImages[] = {"mongo",     "mysql",      "mariadb", "postgres",
                                             "cassandra", "cockroach",  "etcd",    "elasticsearch",
                                             "influxdb",  "clickhouse", "couchdb"};

ServiceRole RoleOf(const Workload& workload) {
  if (workload.images.empty()) return ServiceRole::kApp;
  std::string_view image = workload.images[0];
  const size_t slash = image.rfind('/');
  if (slash != std::string_view::npos) image.remove_prefix(slash + 1);
  const auto starts = [&image](std::string_view word) { return image.starts_with(word); };
  if (std::any_of(std::begin(kCacheImages), std::end(kCacheImages), starts)) {
    return ServiceRole::kCache;
  }
  if (std::any_of(std::begin(kStoreImages), std::end(kStoreImages), starts)) {
    return ServiceRole::kStore;
  }
  return ServiceRole::kApp;
}

// The Service that callers use: of the workload's name, else with a cluster IP, else the first.
const KubeService* FaceOf(const Workload& workload, const AppObjects& objects) {
  const KubeService* face = nullptr;
  for (const KubeService& service : objects.services) {
    if (!Selects(service, workload) || service.type == "ExternalName") continue;
    if (service.name == workload.name) return &service;
    if (face == nullptr) face = &service;
  }
  return face;
}

void AddPort(std::vector<i32>& ports, i32 port) {
  if (port > 0 && std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
}

// Ports the program listens on: declared ones and probed ones; the Service's target only when the
// pod declares nothing.
void InferPorts(const Workload& workload, const KubeService* face, AppService& service,
                std::vector<std::string>& warnings) {
  for (const ContainerPort& port : workload.ports) AddPort(service.listen_ports, port.port);
  for (const ProbeTarget& probe : workload.probes) AddPort(service.listen_ports, probe.port);
  if (face != nullptr && !face->ports.empty()) {
    const i32 target = TargetPort(face->ports[0], workload);
    if (service.listen_ports.empty()) AddPort(service.listen_ports, target);
    const auto& ports = service.listen_ports;
    if (std::find(ports.begin(), ports.end(), target) != ports.end()) service.port = target;
    if (service.port == 0) {
      warnings.push_back(fmt::format(
          "{}: Service {}: targetPort {} is no port of {} {}; calls through it are refused",
          face->place, face->name, face->ports[0].target, workload.kind, workload.name));
    }
  }
  if (service.port == 0 && !service.listen_ports.empty()) service.port = service.listen_ports[0];
  std::sort(service.listen_ports.begin(), service.listen_ports.end());
  if (face == nullptr) return;
  service.kube_service = face->name;
  service.called_port = PortOfKubeService(*face, workload, service.port);
}

AppService FromWorkload(const Workload& workload, const AppObjects& objects,
                         std::vector<std::string>& warnings) {
  AppService service;
  const KubeService* face = FaceOf(workload, objects);
  service.name = face != nullptr ? face->name : workload.name;
  service.place = workload.place;
  service.role = RoleOf(workload);
  service.workload_kind = workload.kind;
  service.workload = workload.name;
  service.name_space = workload.name_space;
  InferPorts(workload, face, service, warnings);
  for (const ProbeTarget& probe : workload.probes) {
    auto& paths = service.health_paths;
    const bool known = std::find(paths.begin(), paths.end(), probe.path) != paths.end();
    if (!probe.path.empty() && !known) paths.push_back(probe.path);
  }
  service.needs.config_keys = workload.config_keys;
  service.needs.secrets = workload.secrets;
  if (service.role == ServiceRole::kStore && !workload.claims.empty()) {
    service.store_volume = workload.claims[0];
  }
  if (workload.memory_limit > 0) {
    service.memory_base = std::floor(workload.memory_limit / 2);
  } else if (workload.memory_request > 0) {
    service.memory_base = std::floor(workload.memory_request / 2);
  }
  const bool app = service.role == ServiceRole::kApp;
  service.cpu_per_request = app ? kMillisecond : 200'000;
  service.startup_time = Distribution::LogNormal(Unit::kDuration, 2e9, 6e9);
  service.operations = DefaultOperations(service.role);
  return service;
}

// Two workloads of one name (in two namespaces, or behind one Service) get names apart.
void MakeNamesUnique(BehaviourBuild& build) {
  std::set<std::string> taken;
  for (AppService& service : build.services()) {
    for (const std::string& name :
         {service.name, service.workload, service.name_space + "/" + service.name,
          service.name_space + "/" + service.workload,
          service.name_space + "/" + service.workload_kind + "/" + service.workload}) {
      if (!taken.insert(name).second) continue;
      service.name = name;
      break;
    }
  }
}

}  // namespace

i32 PortOfKubeService(const KubeService& kube, const Workload& workload, i32 listen_port) {
  for (const KubeServicePort& port : kube.ports) {
    if (TargetPort(port, workload) == listen_port) return port.port;
  }
  return kube.ports.empty() ? 0 : kube.ports[0].port;
}

Distribution WorkLaw(SimTime mean, f64 squared_variation) {
  // Mean = median * exp(sigma^2 / 2), squared variation = exp(sigma^2) - 1.
  const f64 sigma_squared = Log(1 + squared_variation);
  const f64 median = static_cast<f64>(mean) * Exp(-sigma_squared / 2);
  const f64 p99 = median * Exp(2.3263478740408408 * std::sqrt(sigma_squared));
  return Distribution::LogNormal(Unit::kDuration, median, p99);
}

Distribution DefaultWork(ServiceRole role) {
  switch (role) {
    case ServiceRole::kCache:
      return WorkLaw(300'000, 1);
    case ServiceRole::kStore:
      return WorkLaw(2 * kMillisecond, 1);
    case ServiceRole::kApp:
      break;
  }
  return WorkLaw(5 * kMillisecond, 1);
}

std::vector<OperationSpec> DefaultOperations(ServiceRole role) {
  const Distribution work = DefaultWork(role);
  switch (role) {
    case ServiceRole::kCache:
      return {{"get", work, {}}, {"set", work, {}}};
    case ServiceRole::kStore:
      return {{"read", work, {}}, {"write", work, {}}};
    case ServiceRole::kApp:
      break;
  }
  return {{"default", work, {}}};
}

void InferServices(BehaviourBuild& build) {
  for (size_t i = 0; i < build.objects.workloads.size(); ++i) {
    build.services().push_back(
        FromWorkload(build.objects.workloads[i], build.objects, build.result.warnings));
    build.workload_of.push_back(i);
    build.fields.emplace_back();
  }
  MakeNamesUnique(build);
}

void InferCalledPorts(BehaviourBuild& build) {
  std::vector<std::map<i32, int>> votes(build.services().size());
  for (const AppService& caller : build.services()) {
    for (const OperationSpec& operation : caller.operations) {
      for (const CallSpec& call : operation.calls) {
        if (call.port_named) ++votes[call.service][call.port];
      }
    }
  }
  for (u32 i = 0; i < build.services().size(); ++i) {
    AppService& service = build.services()[i];
    const KubeService* kube = build.FaceOf(service);
    if (kube == nullptr || kube->ports.size() < 2) continue;
    if (build.fields[i] && (*build.fields[i])["port"].present()) continue;
    const Workload& workload = build.objects.workloads[build.workload_of[i]];
    const KubeServicePort* best = nullptr;
    int most = 0;
    for (const KubeServicePort& port : kube->ports) {
      const int count = votes[i][port.port] + build.IngressesTo(*kube, port);
      const i32 target = TargetPort(port, workload);
      const auto& listens = service.listen_ports;
      if (std::find(listens.begin(), listens.end(), target) == listens.end()) continue;
      if (count > most) best = &port;
      most = std::max(most, count);
    }
    if (best == nullptr) continue;
    service.called_port = best->port;
    service.port = TargetPort(*best, workload);
  }
}

const KubeService* BehaviourBuild::FaceOf(const AppService& service) const {
  for (const KubeService& kube : objects.services) {
    if (kube.name == service.kube_service && kube.name_space == service.name_space) return &kube;
  }
  return nullptr;
}

int BehaviourBuild::IngressesTo(const KubeService& kube, const KubeServicePort& port) const {
  int count = 0;
  for (size_t i = 0; i < objects.ingress_backends.size(); ++i) {
    if (objects.ingress_backends[i] != kube.name_space + "/" + kube.name) continue;
    const std::string& named = objects.ingress_ports[i];
    count += !named.empty() && (named == port.name || named == std::to_string(port.port));
  }
  return count;
}

u32 BehaviourBuild::FindService(const std::string& name) const {
  for (u32 i = 0; i < result.services.size(); ++i) {
    if (result.services[i].name == name) return i;
  }
  for (u32 i = 0; i < result.services.size(); ++i) {
    if (result.services[i].kube_service == name) return i;
  }
  return kNoIndex;
}

std::vector<std::string> BehaviourBuild::ServiceNames() const {
  std::vector<std::string> names;
  for (const AppService& service : result.services) names.push_back(service.name);
  return names;
}

u32 BehaviourBuild::BehindKubeService(size_t kube_service) const {
  const KubeService& kube = objects.services[kube_service];
  u32 found = kNoIndex;
  for (u32 i = 0; i < result.services.size(); ++i) {
    if (!Selects(kube, objects.workloads[workload_of[i]])) continue;
    const bool face = result.services[i].kube_service == kube.name;
    if (face || found == kNoIndex) found = i;
    if (face) break;
  }
  return found;
}

}  // namespace wt
