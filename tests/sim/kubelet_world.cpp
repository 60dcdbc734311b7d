// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/kubelet_world.h"

#include <cstddef>

#include "sim/kubelet/config.h"
#include "sim/telemetry/describe.h"
#include "sim/transitions.h"

namespace wt::test {
TestCluster::TestCluster() : sim{blueprint, world, pool} {
  blueprint.layout.capacity.assign(kTableCount, 64);
  blueprint.layout.capacity[static_cast<int>(Table::kQueue)] = 512;
  blueprint.layout.capacity[static_cast<int>(Table::kClusterEvents)] = 256;
  blueprint.layout.capacity[static_cast<int>(Table::kOverlay)] = 16 * 1024;
  Str("shop");
  AddImage("shop/app:1");
}

RevId TestCluster::AddRevision(RevKind kind, const std::vector<std::byte>& blob) {
  blueprint.typed.resize((blueprint.typed.size() + 7) / 8 * 8);
  Revision revision;
  revision.kind = kind;
  revision.content = blueprint.revisions.size() * 0x9e3779b97f4a7c15u;
  revision.typed_offset = static_cast<u32>(blueprint.typed.size());
  revision.typed_bytes = static_cast<u32>(blob.size());
  blueprint.typed.insert(blueprint.typed.end(), blob.begin(), blob.end());
  blueprint.revisions.push_back(revision);
  return static_cast<RevId>(blueprint.revisions.size() - 1);
}

void TestCluster::AddImage(std::string_view name, std::vector<std::string> commands) {
  Image image;
  image.name = Str(name);
  image.repo = Str(name.substr(0, name.rfind(':')));
  image.bytes = 12'345'678;
  for (const std::string& command : commands) image.executables.push_back(Str(command));
  blueprint.images.push_back(image);
}

u32 TestCluster::AddProgram(std::string_view name, std::string_view image_repo, u16 port) {
  GraphService graph;
  graph.name = graph.workload = graph.kube_service = Str(name);
  graph.ns = Str("shop");
  graph.called_port = 80;
  graph.listen_port = port;
  graph.memory_base_bytes = 40.0f * kMiB;
  graph.startup = {200, 200};
  blueprint.graph.services.push_back(graph);
  ServiceRuntime runtime;
  runtime.ports = {port};
  runtime.image_repo = Str(image_repo);
  blueprint.runtime.push_back(runtime);
  return static_cast<u32>(blueprint.runtime.size() - 1);
}

RevId TestCluster::AddTemplate(const TestPod& pod, std::string_view app) {
  PodTemplate head;
  head.grace_s = pod.grace_s;
  head.restart = pod.restart;
  BlobWriter blob(head);
  head.labels = blob.Append(std::vector<LabelPair>{{Str("app"), Str(app)}});
  std::vector<ContainerSpec> specs;
  for (const TestContainer& c : pod.containers) {
    ContainerSpec spec;
    spec.name = Str(c.name);
    spec.image = Str(c.image);
    spec.command = Str(c.command);
    spec.memory_limit = c.memory_limit;
    spec.pull = c.pull;
    spec.ports = blob.Append(c.ports);
    spec.refs = blob.Append(c.refs);
    for (const auto& [type, probe] : c.probes) spec.probes[type] = probe;
    specs.push_back(spec);
  }
  head.containers = blob.Append(specs);
  blob.Put(0, head);
  return AddRevision(RevKind::kTemplate, blob.bytes());
}

RevId TestCluster::AddConfig(const std::vector<std::string>& keys) {
  ConfigData head;
  BlobWriter blob(head);
  std::vector<ConfigData::Entry> entries;
  for (const std::string& key : keys) entries.push_back({Str(key), 1});
  head.entries = blob.Append(entries);
  blob.Put(0, head);
  return AddRevision(RevKind::kConfig, blob.bytes());
}

void TestCluster::Start(u64 key) {
  NodeSpec node;
  node.cpu_allocatable = 8000;
  node.memory_allocatable = 32768 * kMiB;
  const StrId name = Str("node-1");
  const RevId doc = AddRevision(RevKind::kNode, BlobWriter(node).bytes());
  world = pool.Create(blueprint, {key});
  sim.check_invariants = true;
  CreateNode(sim, name, doc);
}

u32 TestCluster::AddPod(RevId tmpl) {
  const u32 pod = CreatePod(sim, 0, tmpl, Str("shop"));
  sim.At<Pod>(pod).name = InternString(sim, "worker");
  return pod;
}

u32 TestCluster::AddDeployment(std::string_view name, RevId tmpl, i32 replicas,
                               u32 program_plus_1) {
  DeploymentSpec head;
  BlobWriter blob(head);
  SelectorTerm term;
  term.key = Str("app");
  term.value = Str(name);
  head.selector.terms = blob.Append(std::vector<SelectorTerm>{term});
  blob.Put(0, head);
  const RevId doc = AddRevision(RevKind::kDeployment, blob.bytes());
  const u32 row = CreateDeployment(sim, Str("shop"), Str(name), doc, tmpl, replicas, kLoaded);
  sim.At<Deployment>(row).service = static_cast<u16>(program_plus_1);
  return row;
}

u32 TestCluster::AddService(std::string_view name, std::string_view app, u16 port, u16 target) {
  ServiceSpec head;
  BlobWriter blob(head);
  head.selector = blob.Append(std::vector<LabelPair>{{Str("app"), Str(app)}});
  ServicePort entry;
  entry.port = port;
  entry.target_port = target;
  head.ports = blob.Append(std::vector<ServicePort>{entry});
  blob.Put(0, head);
  const RevId doc = AddRevision(RevKind::kService, blob.bytes());
  return CreateService(sim, Str("shop"), Str(name), doc, kLoaded);
}

u32 TestCluster::AddConfigMap(std::string_view name, RevId data) {
  return CreateObject(sim, kConfigMapKind, Str("shop"), Str(name), data, kLoaded);
}

void TestCluster::Note() {
  for (u32 row = 1; row < world.Used<Pod>(); ++row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.born == 0) continue;
    u32 restarts = 0;
    for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
      restarts += sim.At<Container>(c).restarts;
    }
    const Seen now{Now(), PodStatusText(sim, row), PodReadyText(sim, row), restarts};
    std::vector<Seen>& list = seen_[pod.born];
    if (!list.empty() && list.back().status == now.status && list.back().ready == now.ready &&
        list.back().restarts == now.restarts) {
      continue;
    }
    list.push_back(now);
  }
  for (auto& [born, list] : seen_) {
    bool live = false;
    for (u32 row = 1; row < world.Used<Pod>(); ++row) live |= sim.At<Pod>(row).born == born;
    if (!live && list.back().status != "Gone") list.push_back({Now(), "Gone", "", 0});
  }
}

void TestCluster::RunTo(f64 until_s) {
  constexpr SimTime kStep = 50 * kMillisecond;
  const SimTime until = static_cast<SimTime>(until_s * 1e9);
  Note();
  while (sim.now() < until) {
    RunWorld(sim, sim.now() + kStep < until ? sim.now() + kStep : until);
    Note();
  }
}

u32 TestCluster::FirstPod() const {
  u32 best = 0;
  for (u32 row = 1; row < world.Used<Pod>(); ++row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.born != 0 && (best == 0 || pod.born < sim.At<Pod>(best).born)) best = row;
  }
  return best;
}

u32 TestCluster::PodCount() const {
  u32 count = 0;
  for (u32 row = 1; row < world.Used<Pod>(); ++row) count += sim.At<Pod>(row).born != 0;
  return count;
}

std::string TestCluster::Statuses(u32 born) {
  std::string out, last;
  for (const Seen& seen : seen_[born]) {
    if (seen.status == last || seen.status == "Pending" || seen.status == "ContainerCreating") {
      continue;
    }
    last = seen.status;
    out += (out.empty() ? "" : " ") + last;
  }
  return out;
}

RenderedEvent TestCluster::Event(std::string_view reason, std::string_view message) const {
  for (const u32 row : EventRows(sim)) {
    RenderedEvent event = Render(sim, sim.At<ClusterEvent>(row));
    if (event.reason == reason && std::string_view(event.message).starts_with(message)) {
      return event;
    }
  }
  return {};
}

}  // namespace wt::test
