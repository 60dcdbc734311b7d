// SPDX-License-Identifier: Apache-2.0
// One edge for every repair that an action of the catalogue offers, from every revision that a
// cluster starts with. From the many that faults may make a repair is compiled when it is first
// asked for, and remembered by the thread (sim/objects/memo.h).
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "scenarios/build_parts.h"
#include "sim/objects/load.h"

namespace wt {
namespace {

constexpr i64 kMiB = 1 << 20;
constexpr std::size_t kLikeNamed = 4;  // workloads offered to a Service, and one to spare

class RepairEdges {
 public:
  explicit RepairEdges(Blueprint& blueprint) : blueprint_(blueprint) {}

  void AddAll() {
    const std::vector<LoadedObject> objects = blueprint_.objects;
    for (const LoadedObject& object : objects) {
      object_ = &object;
      const ObjectKind kind = static_cast<ObjectKind>(object.kind);
      if (kind == ObjectKind::kDeployment) {
        AddForTemplate(object.tmpl);
        for (const auto& older : object.older) AddForTemplate(older.tmpl);
      }
      if (kind == ObjectKind::kService) {
        AddForService(object.doc);
      }
    }
  }

 private:
  void Add(EditOp op, u32 detail, u32 arg, const Json* labels = nullptr) {
    const std::string text = TakesText(op) ? blueprint_.strings.Text(arg) : std::string();
    AddEdge(blueprint_, base_, {op, static_cast<u16>(detail), arg, text, labels});
  }

  // Copies: adding an edge moves the Blueprint's blobs.
  std::vector<ContainerSpec> ContainersOf(RevId tmpl_rev) const {
    const auto& tmpl = blueprint_.Typed<PodTemplate>(tmpl_rev);
    const auto containers = Items(&tmpl, tmpl.containers);
    return {containers.begin(), containers.end()};
  }

  void AddForTemplate(RevId tmpl) {
    base_ = {object_, object_->doc, tmpl};
    const std::vector<ContainerSpec> containers = ContainersOf(tmpl);
    for (u32 c = 0; c < containers.size(); ++c) {
      AddImages(c);
      const i64 memory = containers[c].memory_limit;
      if (memory > 0) {
        for (const i64 bytes : {memory * 2, memory * 8, memory / 2}) {
          Add(EditOp::kSetMemoryLimit, c, static_cast<u32>((bytes + kMiB - 1) / kMiB));
        }
      }
      if (containers[c].cpu_limit > 0) {
        Add(EditOp::kSetCpuLimit, c, static_cast<u32>(containers[c].cpu_limit) * 2);
      }
      for (u32 probe = 0; probe < kProbeTypes; ++probe) {
        if (containers[c].probes[probe].kind == ProbeKind::kNone) continue;
        Add(EditOp::kRemoveProbe, c * 4 + probe, 0);
      }
    }
    if (blueprint_.Typed<PodTemplate>(tmpl).node_selector.count != 0) {
      Add(EditOp::kRemoveNodeSelector, 0, 0);
    }
    if (tmpl == object_->tmpl) AddNodeSelectors();
  }

  // Images of the same repository as the loaded revisions of this container.
  void AddImages(u32 container) {
    const std::vector<ContainerSpec> loaded = ContainersOf(object_->tmpl);
    if (container >= loaded.size()) return;
    StrId repository = 0;
    for (const Image& image : blueprint_.images) {
      if (image.name == loaded[container].image) repository = image.repo;
    }
    for (const Image& image : blueprint_.images) {
      if (image.repo == repository) Add(EditOp::kSetImage, container, image.name);
    }
  }

  void AddNodeSelectors() {
    for (const LoadedObject& node : blueprint_.objects) {
      if (static_cast<ObjectKind>(node.kind) != ObjectKind::kNode) continue;
      Add(EditOp::kSetNodeSelector, 0, node.name);
    }
  }

  void AddForService(RevId doc) {
    base_ = {object_, doc, 0};
    Add(EditOp::kRestoreApplied, 0, 0);
    std::set<u32> targets;
    const auto& service = blueprint_.Typed<ServiceSpec>(doc);
    const auto port_span = Items(&service, service.ports);
    const std::vector<ServicePort> ports(port_span.begin(), port_span.end());
    for (const ServicePort& port : ports) targets.insert(port.port);
    const std::vector<const LoadedObject*> workloads = LikeNamed();
    for (const LoadedObject* workload : workloads) {
      const auto& tmpl = blueprint_.Typed<PodTemplate>(workload->tmpl);
      for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
        for (const u16 port : Items(&tmpl, container.ports)) targets.insert(port);
      }
    }
    for (u32 p = 0; p < ports.size(); ++p) {
      for (const u32 target : targets) Add(EditOp::kSetTargetPort, p, target);
    }
    for (const LoadedObject* workload : workloads) {
      const Json labels = SelectorLabels(blueprint_, *workload);
      Add(EditOp::kCopySelector, 0, workload->name, &labels);
    }
  }

  // Deployments of the Service's namespace, the most similar names first.
  std::vector<const LoadedObject*> LikeNamed() const {
    const std::string& wanted = blueprint_.strings.Text(object_->name);
    std::vector<std::pair<std::size_t, const LoadedObject*>> ranked;
    for (const LoadedObject& workload : blueprint_.objects) {
      if (static_cast<ObjectKind>(workload.kind) != ObjectKind::kDeployment) continue;
      if (workload.ns != object_->ns || !workload.at_start) continue;
      const std::string& name = blueprint_.strings.Text(workload.name);
      std::size_t same = 0;
      while (same < name.size() && same < wanted.size() && name[same] == wanted[same]) ++same;
      ranked.emplace_back(same * 2 + (name == wanted ? 1 : 0), &workload);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const LoadedObject*> out;
    for (std::size_t i = 0; i < ranked.size() && i < kLikeNamed; ++i) {
      out.push_back(ranked[i].second);
    }
    return out;
  }

  Blueprint& blueprint_;
  const LoadedObject* object_ = nullptr;
  EdgeBase base_;
};

}  // namespace

void AddRepairEdges(Blueprint& blueprint) { RepairEdges(blueprint).AddAll(); }

}  // namespace wt
