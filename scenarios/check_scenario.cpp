// SPDX-License-Identifier: Apache-2.0
#include "scenarios/check_scenario.h"

#include <algorithm>

#include "scenarios/known_kinds.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

class Checker {
 public:
  explicit Checker(const App& app) : app_(app) {
    for (const AppService& service : app.behaviour.services) {
      services_.push_back(service.name);
      workloads_.push_back(service.workload);
    }
    for (const Manifest& manifest : app.manifests.manifests) {
      if (manifest.kind == "Service") AddOnce(services_, manifest.name);
    }
    for (const auto& [name, entries] : app.behaviour.mixes) mixes_.push_back(name);
  }

  void CheckMix(const Scenario& scenario) {
    for (const std::string& mix : scenario.load.mix.texts) {
      if (!app_.behaviour.mixes.contains(mix)) {
        Fail(scenario.load.mix_place, "spec.load.mix", "mix", mix, mixes_);
      }
    }
  }

  void CheckTarget(const TargetSelector& target, const std::string& path) {
    switch (target.kind) {
      case kTargetService:
        CheckNames(target, target.name, path, "service", services_);
        break;
      case kTargetWorkload:
        CheckWorkloads(target, path);
        break;
      case kTargetPod:
        CheckPods(target, path);
        break;
      case kTargetEdge:
        CheckEdge(target, path);
        break;
      case kTargetObject:
        CheckObjects(target, path);
        break;
      case kTargetNode:
        break;
    }
  }

  void CheckProtected(const Protected& entry, const std::string& path) {
    CheckProtectedName(entry, path);
    if (entry.kind.empty()) return;
    std::vector<std::string> kinds;
    for (const KnownKind& known : KnownKinds()) AddOnce(kinds, std::string(known.kind));
    for (const Manifest& manifest : app_.manifests.manifests) AddOnce(kinds, manifest.kind);
    if (Has(kinds, entry.kind)) return;
    errors_.push_back({ErrorCode::kInvalidInput, entry.place,
                       path + ".kind: no kind \"" + entry.kind +
                           "\"; expected one of Kubernetes or of the app" +
                           DidYouMean(entry.kind, kinds)});
  }

  // A name that nothing has protects nothing. Nodes and namespaces are not all of the app.
  void CheckProtectedName(const Protected& entry, const std::string& path) {
    if (entry.name.empty() || entry.kind == "Node" || entry.kind == "Namespace") return;
    std::vector<std::string> names;
    for (const Manifest& manifest : app_.manifests.manifests) {
      const bool here = entry.name_space.empty() || manifest.name_space == entry.name_space;
      if (here && (entry.kind.empty() || manifest.kind == entry.kind)) {
        AddOnce(names, manifest.name);
      }
    }
    if (Has(names, entry.name)) return;
    Fail(entry.place, path + ".name", entry.kind.empty() ? "object" : entry.kind, entry.name, names);
  }

  std::vector<Error> Take() { return std::move(errors_); }

 private:
  static void AddOnce(std::vector<std::string>& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  }

  static bool Has(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  }

  void Fail(const std::string& place, const std::string& path, const std::string& kind,
            const std::string& name, const std::vector<std::string>& known) {
    errors_.push_back({ErrorCode::kInvalidInput, place,
                       path + ": no " + kind + " \"" + name + "\" in the app; expected " +
                           (known.empty() ? "none" : JoinWords(known)) + DidYouMean(name, known)});
  }

  void CheckNames(const TargetSelector& target, const Distribution& names, const std::string& path,
                  const std::string& kind, const std::vector<std::string>& known) {
    for (const std::string& name : names.texts) {
      if (name == "any" ? known.empty() : !Has(known, name)) {
        Fail(target.place, path + "." + kind, kind, name, known);
      }
    }
  }

  void CheckWorkloads(const TargetSelector& target, const std::string& path) {
    CheckNames(target, target.name, path, "workload", workloads_);
    if (target.object_kind.empty()) return;
    for (const std::string& name : target.name.texts) {
      for (const AppService& service : app_.behaviour.services) {
        if (service.workload != name) continue;
        std::string kind = service.workload_kind;
        for (char& c : kind) c = static_cast<char>(c | 0x20);
        if (kind == target.object_kind || service.workload_kind == target.object_kind) continue;
        Fail(target.place, path + ".workload", "workload", target.object_kind + "/" + name,
             {kind + "/" + name});
      }
    }
  }

  void CheckPods(const TargetSelector& target, const std::string& path) {
    for (const std::string& name : target.name.texts) {
      const bool known =
          std::any_of(workloads_.begin(), workloads_.end(), [&name](const std::string& workload) {
            return name == workload || name.starts_with(workload + "-");
          });
      if (name != "any" && !known) Fail(target.place, path + ".pod", "pod", name, workloads_);
    }
  }

  bool Calls(const std::string& from, const std::string& to) const {
    for (const AppService& caller : app_.behaviour.services) {
      if (from != "any" && caller.name != from) continue;
      for (const OperationSpec& operation : caller.operations) {
        for (const CallSpec& call : operation.calls) {
          if (to == "any" || app_.behaviour.services[call.service].name == to) return true;
        }
      }
    }
    return false;
  }

  void CheckEdge(const TargetSelector& target, const std::string& path) {
    const size_t before = errors_.size();
    CheckNames(target, target.name, path + ".edge.from", "service", services_);
    CheckNames(target, target.to, path + ".edge.to", "service", services_);
    if (errors_.size() != before) return;
    for (const std::string& from : target.name.texts) {
      for (const std::string& to : target.to.texts) {
        if (Calls(from, to)) continue;
        errors_.push_back({ErrorCode::kInvalidInput, target.place,
                           path + ".edge: no calls run from " + from + " to " + to +
                               "; expected an edge of the call graph"});
      }
    }
  }

  void CheckObjects(const TargetSelector& target, const std::string& path) {
    std::vector<std::string> names;
    for (const Manifest& manifest : app_.manifests.manifests) {
      const bool here = target.name_space.empty() || manifest.name_space == target.name_space;
      if (manifest.kind == target.object_kind && here) names.push_back(manifest.name);
    }
    CheckNames(target, target.name, path + ".object", target.object_kind, names);
  }

  const App& app_;
  std::vector<std::string> services_, workloads_, mixes_;
  std::vector<Error> errors_;
};

}  // namespace

std::vector<Error> CheckScenario(const Scenario& scenario, const App& app) {
  Checker checker(app);
  checker.CheckMix(scenario);
  for (size_t i = 0; i < scenario.faults.size(); ++i) {
    const auto& target = scenario.faults[i].target;
    if (target) checker.CheckTarget(*target, "spec.faults[" + std::to_string(i) + "].target");
  }
  for (size_t i = 0; i < scenario.protected_objects.size(); ++i) {
    checker.CheckProtected(scenario.protected_objects[i],
                           "spec.protected[" + std::to_string(i) + "]");
  }
  return checker.Take();
}

}  // namespace wt
