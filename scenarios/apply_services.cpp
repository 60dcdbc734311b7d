// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "scenarios/behaviour_build.h"
#include "scenarios/nearest.h"
#include "scenarios/read_distribution.h"

namespace wt {
namespace {

const std::string kServiceKeys[] = {"workload",        "service",    "port",   "concurrency",
                                    "startup",         "needs",      "memory", "health",
                                    "cpu_per_request", "operations", "cache",  "store"};
constexpr f64 kDurationMax = 24 * 3600e9;
constexpr f64 kBytesMax = 1e15;

f64 ReadBytes(const Field& field, f64 fallback) {
  const ValueRule rule{.unit = Unit::kQuantity, .high = kBytesMax, .may_vary = false};
  return ReadDistribution(field, rule, Distribution::Of(Unit::kQuantity, fallback)).low;
}

SimTime ReadTime(const Field& field, SimTime fallback) {
  const ValueRule rule{.unit = Unit::kDuration, .high = kDurationMax, .may_vary = false};
  const Distribution none = Distribution::Of(Unit::kDuration, static_cast<f64>(fallback));
  return static_cast<SimTime>(ReadDistribution(field, rule, none).low);
}

Distribution ReadLaw(const Field& field, const Distribution& fallback) {
  return ReadDistribution(field, {.unit = Unit::kDuration, .high = kDurationMax}, fallback);
}

// "deployment/frontend", "pod/x", "replicaset/y"; a bare name is a workload of any kind.
size_t FindWorkload(const BehaviourBuild& build, const std::string& text) {
  const size_t slash = text.find('/');
  const std::string kind = slash == std::string::npos ? "" : text.substr(0, slash);
  const std::string name = slash == std::string::npos ? text : text.substr(slash + 1);
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return (x | 0x20) == (y | 0x20); });
  };
  for (size_t i = 0; i < build.objects.workloads.size(); ++i) {
    const Workload& workload = build.objects.workloads[i];
    if (workload.name == name && (kind.empty() || same(workload.kind, kind))) return i;
  }
  return ~size_t{0};
}

// The service that an entry of behaviour.yaml is about; kNoIndex after a complaint.
u32 ServiceOfEntry(const Field& entry, const BehaviourBuild& build) {
  const Field written = entry["workload"];
  if (!written.present()) {
    for (u32 i = 0; i < build.result.services.size(); ++i) {
      if (build.result.services[i].workload == entry.name()) return i;
    }
    const u32 found = build.FindService(entry.name());
    if (found == kNoIndex) {
      std::vector<std::string> names;
      for (const Workload& workload : build.objects.workloads) names.push_back(workload.name);
      entry.FailAtKey("no workload of this name; expected workload: deployment/NAME, or one of " +
                      JoinWords(names) + DidYouMean(entry.name(), names));
    }
    return found;
  }
  const size_t workload = FindWorkload(build, written.Text());
  for (u32 i = 0; i < build.workload_of.size(); ++i) {
    if (build.workload_of[i] == workload) return i;
  }
  std::vector<std::string> names;
  for (const Workload& known : build.objects.workloads) {
    std::string kind = known.kind;
    for (char& c : kind) c = static_cast<char>(c | 0x20);
    names.push_back(kind + "/" + known.name);
  }
  written.Fail("no workload \"" + written.ScalarText() + "\"; expected " + JoinWords(names) +
               DidYouMean(written.ScalarText(), names));
  return kNoIndex;
}

void ReadConcurrency(const Field& field, ConcurrencySpec& concurrency) {
  static const std::string kModels[] = {"event-loop", "threads"};
  static const std::string kLoopKeys[] = {"model", "cores", "queue"};
  static const std::string kThreadKeys[] = {"model", "size", "queue"};
  if (!field.present() || !field.ExpectMap()) return;
  if (!field["model"].present()) field["model"].Fail("missing; expected event-loop or threads");
  concurrency.event_loop = field["model"].Word("concurrency model", kModels, 1) == 0;
  if (concurrency.event_loop) {
    field.ExpectMap(kLoopKeys);
  } else {
    field.ExpectMap(kThreadKeys);
  }
  if (concurrency.event_loop) concurrency.queue = 1024;
  concurrency.cores = field["cores"].Real(concurrency.cores, 0.01, 1024);
  concurrency.size = static_cast<u32>(field["size"].Whole(concurrency.size, 1, 65'535));
  concurrency.queue = static_cast<u32>(field["queue"].Whole(concurrency.queue, 0, 1'000'000));
}

// "config/key", or "key" of a ConfigMap that the workload uses.
ConfigKey FindConfigKey(const Field& field, const Workload& workload, BehaviourBuild& build) {
  const std::string text = field.Text();
  const size_t slash = text.find('/');
  ConfigKey key{slash == std::string::npos ? "" : text.substr(0, slash),
                slash == std::string::npos ? text : text.substr(slash + 1)};
  std::vector<std::string> known;
  for (const ConfigKey& used : workload.config_keys) {
    if (used.key == key.key && (key.config_map.empty() || key.config_map == used.config_map)) {
      return used;
    }
    known.push_back(used.config_map + "/" + used.key);
  }
  build.result.warnings.push_back(field.PlaceText() + ": " + field.path() + ": " + workload.kind +
                                  " " + workload.name + " does not use a ConfigMap key \"" + text +
                                  "\"" + DidYouMean(text, known));
  return key;
}

void ReadNeeds(const Field& field, const Workload& workload, BehaviourBuild& build,
               NeedsSpec& needs) {
  static const std::string kKeys[] = {"env", "config_keys", "secrets", "volumes"};
  if (!field.present() || !field.ExpectMap(kKeys)) return;
  if (field["env"].present()) needs.env = field["env"].Texts();
  if (field["secrets"].present()) needs.secrets = field["secrets"].Texts();
  if (field["volumes"].present()) needs.volumes = field["volumes"].Texts();
  const Field keys = field["config_keys"];
  if (!keys.present() || !keys.ExpectList()) return;
  needs.config_keys.clear();
  for (const Field& key : keys.Elements()) {
    needs.config_keys.push_back(FindConfigKey(key, workload, build));
  }
}

void ReadHealth(const Field& field, AppService& service) {
  static const std::string kKeys[] = {"path", "paths", "depends_on"};
  if (!field.present() || !field.ExpectMap(kKeys)) return;
  std::vector<std::string> paths = field["paths"].Texts();
  if (field["path"].present()) paths.push_back(field["path"].Text());
  if (!paths.empty()) service.health_paths = std::move(paths);
}

void ReadMemory(const Field& field, AppService& service) {
  static const std::string kKeys[] = {"base", "per_request", "leak_per_hour"};
  if (!field.present() || !field.ExpectMap(kKeys)) return;
  service.memory_base = ReadBytes(field["base"], service.memory_base);
  service.memory_per_request = ReadBytes(field["per_request"], service.memory_per_request);
  service.memory_leak_per_hour = ReadBytes(field["leak_per_hour"], service.memory_leak_per_hour);
}

void ReadCacheAndStore(const Field& entry, const Workload& workload, BehaviourBuild& build,
                       AppService& service) {
  static const std::string kCacheKeys[] = {"hit_ratio", "warm_up", "miss"};
  static const std::string kStoreKeys[] = {"connections", "needs", "volume"};
  const Field cache = entry["cache"], store = entry["store"];
  if (cache.present() && store.present()) {
    entry.Fail("both a cache and a store; expected one of them");
  }
  if (cache.present() && cache.ExpectMap(kCacheKeys)) {
    service.role = ServiceRole::kCache;
    service.cache_hit_ratio = cache["hit_ratio"].Real(0.9, 0, 1);
    service.cache_warm_up = ReadTime(cache["warm_up"], service.cache_warm_up);
  }
  if (store.present() && store.ExpectMap(kStoreKeys)) {
    service.role = ServiceRole::kStore;
    service.store_connections = static_cast<u32>(store["connections"].Whole(0, 1, 1'000'000));
    service.store_volume = store["volume"].Text(service.store_volume);
    ReadNeeds(store["needs"], workload, build, service.needs);
  }
}

// `service: NAME` names the Service callers use when several select the workload.
void ReadKubeService(const Field& field, const Workload& workload, const BehaviourBuild& build,
                     AppService& service) {
  if (!field.present()) return;
  std::vector<std::string> names;
  for (const KubeService& kube : build.objects.services) {
    if (!Selects(kube, workload)) continue;
    names.push_back(kube.name);
    if (kube.name != field.Text()) continue;
    service.kube_service = kube.name;
    return;
  }
  field.Fail("no Service \"" + field.ScalarText() + "\" selects " + workload.name + "; expected " +
             (names.empty() ? "none" : JoinWords(names)) + DidYouMean(field.ScalarText(), names));
}

void ApplyEntry(const Field& entry, u32 index, BehaviourBuild& build) {
  static const std::string kStartupKeys[] = {"time", "needs"};
  AppService& service = build.services()[index];
  const Workload& workload = build.objects.workloads[build.workload_of[index]];
  service.place = entry.PlaceText();
  service.inferred = false;
  const ServiceRole inferred_role = service.role;
  ReadCacheAndStore(entry, workload, build, service);
  if (service.role != inferred_role) service.operations = DefaultOperations(service.role);
  ReadKubeService(entry["service"], workload, build, service);
  const i32 port = static_cast<i32>(entry["port"].Whole(service.port, 1, 65'535));
  auto& ports = service.listen_ports;
  if (port > 0 && std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  std::sort(ports.begin(), ports.end());
  service.port = port;
  if (const KubeService* kube = build.FaceOf(service)) {
    service.called_port = PortOfKubeService(*kube, workload, port);
  }
  ReadConcurrency(entry["concurrency"], service.concurrency);
  const Field startup = entry["startup"];
  if (startup.present() && startup.ExpectMap(kStartupKeys)) {
    service.startup_time = ReadLaw(startup["time"], service.startup_time);
  }
  ReadNeeds(entry["needs"], workload, build, service.needs);
  ReadHealth(entry["health"], service);
  ReadMemory(entry["memory"], service);
  service.cpu_per_request = ReadTime(entry["cpu_per_request"], service.cpu_per_request);
}

std::vector<u32> ReadServiceNames(const Field& field, const BehaviourBuild& build) {
  std::vector<u32> indices;
  for (const std::string& name : field.Texts()) {
    const u32 found = build.FindService(name);
    if (found != kNoIndex) {
      indices.push_back(found);
      continue;
    }
    const std::vector<std::string> names = build.ServiceNames();
    field.Fail("no service \"" + name + "\"; expected " + JoinWords(names) +
               DidYouMean(name, names));
  }
  return indices;
}

// Services sorted by name, so that nothing depends on the order of files.
void SortByName(BehaviourBuild& build) {
  std::vector<size_t> order(build.services().size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&build](size_t a, size_t b) {
    return build.services()[a].name < build.services()[b].name;
  });
  BehaviourBuild sorted;
  for (size_t i : order) {
    sorted.services().push_back(std::move(build.services()[i]));
    sorted.workload_of.push_back(build.workload_of[i]);
    sorted.fields.push_back(std::move(build.fields[i]));
  }
  build.services() = std::move(sorted.services());
  build.workload_of = std::move(sorted.workload_of);
  build.fields = std::move(sorted.fields);
}

void NameEntries(const Field& services, BehaviourBuild& build) {
  for (const std::string& key : services.Keys()) {
    const Field entry = services[key];
    if (entry.present() && !entry.ExpectMap(kServiceKeys)) continue;
    const u32 index = ServiceOfEntry(entry, build);
    if (index == kNoIndex) continue;
    if (build.fields[index]) {
      entry.FailAtKey("second service of workload " + build.services()[index].workload +
                      "; expected one (first at " + build.fields[index]->PlaceText() + ")");
      continue;
    }
    build.fields[index] = entry;
  }
  for (u32 i = 0; i < build.fields.size(); ++i) {
    if (build.fields[i]) build.services()[i].name = build.fields[i]->name();
  }
  for (u32 i = 0; i < build.fields.size(); ++i) {
    const u32 first = build.FindService(build.services()[i].name);
    if (first != i && !build.fields[i]) build.services()[i].name += "-" + std::to_string(i);
  }
}

}  // namespace

void ApplyServices(const Field& services, BehaviourBuild& build) {
  if (services.present() && services.ExpectMap()) NameEntries(services, build);
  for (u32 i = 0; i < build.fields.size(); ++i) {
    if (build.fields[i]) ApplyEntry(*build.fields[i], i, build);
  }
  SortByName(build);
  for (u32 i = 0; i < build.fields.size(); ++i) {
    if (!build.fields[i]) continue;
    const Field& entry = *build.fields[i];
    build.services()[i].startup_needs = ReadServiceNames(entry["startup"]["needs"], build);
    build.services()[i].health_depends_on = ReadServiceNames(entry["health"]["depends_on"], build);
  }
}

}  // namespace wt
