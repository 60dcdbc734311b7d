// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "scenarios/behaviour.h"
#include "scenarios/behaviour_build.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

bool HasEntryName(const AppService& service) {
  for (const char* word : {"frontend", "gateway", "web", "nginx", "proxy"}) {
    if (service.name.find(word) != std::string::npos) return true;
  }
  return false;
}

bool IsExposed(const AppService& service, const AppObjects& objects) {
  for (const KubeService& kube : objects.services) {
    if (kube.name == service.kube_service && kube.name_space == service.name_space) {
      return kube.type == "LoadBalancer" || kube.type == "NodePort";
    }
  }
  return false;
}

bool HasIngress(const AppService& service, const AppObjects& objects) {
  const auto& backends = objects.ingress_backends;
  const std::string id = service.name_space + "/" + service.kube_service;
  return std::find(backends.begin(), backends.end(), id) != backends.end();
}

// 0 is the likeliest entry point.
int EntryRank(const AppService& service, const AppObjects& objects) {
  if (service.kube_service.empty()) return 4;
  if (HasIngress(service, objects)) return 0;
  if (HasEntryName(service)) return 1;
  return IsExposed(service, objects) ? 2 : 3;
}

// Depth-first walk over operations; an operation met while it is open closes a cycle.
class CycleFinder {
 public:
  explicit CycleFinder(BehaviourBuild& build) : build_(build) {
    for (const AppService& service : build.result.services) {
      first_.push_back(count_);
      count_ += service.operations.size();
    }
    state_.assign(count_, kNew);
  }

  // Services that look like entry points come first, so that a back reference (an address that a
  // backend keeps of its frontend) is what closes a cycle, not the forward call.
  void Walk(const std::vector<u32>& order) {
    for (u32 service : order) {
      for (u32 operation = 0; operation < build_.services()[service].operations.size();
           ++operation) {
        Visit(service, operation);
      }
    }
  }

 private:
  enum State : u8 { kNew, kOpen, kClosed };

  // The call graph has at most as many levels as operations; those are bounded by the manifests.
  void Visit(u32 service, u32 operation) {
    State& state = state_[first_[service] + operation];
    if (state != kNew) return;
    state = kOpen;
    auto& calls = build_.services()[service].operations[operation].calls;
    for (size_t i = 0; i < calls.size();) {
      if (state_[first_[calls[i].service] + calls[i].operation] == kOpen) {
        Complain(service, operation, calls[i]);
        calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      Visit(calls[i].service, calls[i].operation);
      ++i;
    }
    state_[first_[service] + operation] = kClosed;
  }

  void Complain(u32 service, u32 operation, const CallSpec& call) {
    const AppService& caller = build_.services()[service];
    const AppService& callee = build_.services()[call.service];
    const std::string what = fmt::format("the call {}.{} -> {}.{} closes a cycle", caller.name,
                                         caller.operations[operation].name, callee.name,
                                         callee.operations[call.operation].name);
    const bool written = build_.fields[service] &&
                         ((*build_.fields[service])["operations"].present() || call.on_miss);
    if (written) {
      build_.errors.push_back({ErrorCode::kInvalidInput, call.place,
                               what + "; expected calls that lead back to no caller"});
    } else {
      build_.result.warnings.push_back(call.place + ": " + what + "; it is left out");
    }
  }

  BehaviourBuild& build_;
  std::vector<size_t> first_;
  size_t count_ = 0;
  std::vector<State> state_;
};

// Of several programs behind one Service (versions of one) the first stands for all.
std::vector<u32> Faces(const std::vector<AppService>& services) {
  std::vector<u32> out;
  std::set<std::pair<std::string, std::string>> seen;
  for (u32 i = 0; i < services.size(); ++i) {
    const AppService& service = services[i];
    if (service.kube_service.empty()) continue;
    if (seen.insert({service.name_space, service.kube_service}).second) out.push_back(i);
  }
  return out;
}

// Services whose callers all lack a Service of their own (load generators) count as not called.
std::vector<u32> Roots(const BehaviourBuild& build) {
  const auto& services = build.result.services;
  std::vector<bool> called(services.size(), false);
  for (const AppService& caller : services) {
    if (caller.kube_service.empty()) continue;
    for (const OperationSpec& operation : caller.operations) {
      for (const CallSpec& call : operation.calls) called[call.service] = true;
    }
  }
  std::vector<u32> roots;
  for (const u32 i : Faces(services)) {
    if (!called[i] && services[i].port > 0) roots.push_back(i);
  }
  return roots;
}

std::vector<u32> EntryPoints(const BehaviourBuild& build) {
  const auto& services = build.result.services;
  std::vector<u32> ingress;
  for (const u32 i : Faces(services)) {
    if (HasIngress(services[i], build.objects)) ingress.push_back(i);
  }
  if (!ingress.empty()) return ingress;
  const std::vector<u32> roots = Roots(build);
  std::vector<u32> named, exposed, apps;
  for (u32 i : roots) {
    if (HasEntryName(services[i])) named.push_back(i);
    if (IsExposed(services[i], build.objects)) exposed.push_back(i);
    if (services[i].role == ServiceRole::kApp) apps.push_back(i);
  }
  if (!named.empty()) return named;
  if (!exposed.empty()) return exposed;
  return apps.empty() ? roots : apps;
}

void InferDefaultMix(BehaviourBuild& build) {
  if (build.result.mixes.contains("default")) return;
  if (!build.result.mixes.empty()) {
    build.result.mixes["default"] = build.result.mixes.begin()->second;
    return;
  }
  std::vector<MixEntry> entries;
  for (u32 service : EntryPoints(build)) {
    const u32 count = static_cast<u32>(build.result.services[service].operations.size());
    for (u32 operation = 0; operation < count; ++operation) {
      entries.push_back({service, operation, 1});
    }
  }
  for (MixEntry& entry : entries) entry.share = 1.0 / static_cast<f64>(entries.size());
  if (entries.empty()) {
    build.result.warnings.push_back(
        "no entry point found, so the app gets no load and every objective holds: give load.mixes "
        "in behaviour.yaml (docs/formats.md)");
  }
  build.result.mixes["default"] = std::move(entries);
}

void MarkFrom(Behaviour& behaviour, u32 service, u32 operation,
              std::vector<std::vector<bool>>& seen) {
  if (seen[service][operation]) return;
  seen[service][operation] = true;
  behaviour.services[service].on_request_path = true;
  for (const CallSpec& call : behaviour.services[service].operations[operation].calls) {
    if (!call.optional) MarkFrom(behaviour, call.service, call.operation, seen);
  }
}

const YamlDocument* FindBehaviour(const std::vector<YamlDocument>& documents) {
  for (const YamlDocument& document : documents) {
    std::vector<Error> ignored;
    const Field root(document, ignored);
    if (root["kind"].ScalarText() != "Behaviour") continue;
    if (root["apiVersion"].ScalarText().starts_with("wavetank.dev/")) return &document;
  }
  return nullptr;
}

}  // namespace

void RefuseCycles(BehaviourBuild& build) {
  std::vector<u32> order(build.services().size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&build](u32 a, u32 b) {
    return EntryRank(build.services()[a], build.objects) <
           EntryRank(build.services()[b], build.objects);
  });
  CycleFinder(build).Walk(order);
}

void MarkRequestPath(Behaviour& behaviour) {
  std::vector<std::vector<bool>> seen;
  for (const AppService& service : behaviour.services) {
    seen.emplace_back(service.operations.size(), false);
  }
  for (const auto& [name, entries] : behaviour.mixes) {
    for (const MixEntry& entry : entries) {
      MarkFrom(behaviour, entry.service, entry.operation, seen);
    }
  }
}

const AppService* Behaviour::Find(std::string_view name) const {
  for (const AppService& service : services) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

Result<Behaviour> ResolveBehaviour(const ManifestSet& manifests, const YamlDocument* document) {
  static const std::string kKeys[] = {"apiVersion", "kind", "metadata", "services", "load"};
  static const std::string kVersions[] = {"wavetank.dev/v1"};
  static const std::string kKinds[] = {"Behaviour"};
  const YamlDocument empty;
  BehaviourBuild build;
  build.manifests = &manifests;
  build.objects = ReadAppObjects(manifests);
  const Field root(document != nullptr ? *document : empty, build.errors);
  InferServices(build);
  if (document != nullptr && root.ExpectMap(kKeys)) {
    root["apiVersion"].Word("apiVersion", kVersions, 0);
    root["kind"].Word("kind", kKinds, 0);
  }
  ApplyServices(root["services"], build);
  ReadOperations(build);
  InferOperationCalls(build);
  InferCalledPorts(build);
  RefuseCycles(build);
  ReadMixes(root["load"], build);
  if (!build.errors.empty()) return JoinErrors(build.errors);
  InferDefaultMix(build);
  MarkRequestPath(build.result);
  return std::move(build.result);
}

Result<App> LoadApp(const std::string& path) {
  App app;
  app.path = path;
  Result<ManifestSet> manifests = ReadManifests(path);
  if (!manifests) return manifests.error();
  app.manifests = std::move(*manifests);
  std::error_code ignored;
  std::string file = path;
  if (fs::is_directory(path, ignored)) file = (fs::path(path) / "behaviour.yaml").string();
  std::vector<YamlDocument> documents;
  if (fs::exists(file, ignored)) {
    auto read = ReadYamlFile(file);
    if (!read) return read.error();
    documents = std::move(*read);
  }
  const YamlDocument* behaviour_document = FindBehaviour(documents);
  if (behaviour_document == nullptr && !documents.empty() && file != path) {
    behaviour_document = &documents[0];
  }
  Result<Behaviour> behaviour = ResolveBehaviour(app.manifests, behaviour_document);
  if (!behaviour) return behaviour.error();
  app.behaviour = std::move(*behaviour);
  return app;
}

}  // namespace wt
