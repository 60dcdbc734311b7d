// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/test_world.h"

#include <gtest/gtest.h>

#include "sim/transitions.h"

namespace wt {
namespace {

// Head struct first, then arrays, each aligned to 8 bytes.
template <class Head>
class Blob {
 public:
  Blob() : bytes_(sizeof(Head), '\0') {}
  template <class T>
  RelArray<T> Add(const std::vector<T>& items) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    const RelArray<T> place{static_cast<u16>(bytes_.size()), static_cast<u16>(items.size())};
    if (!items.empty()) {
      bytes_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    }
    return place;
  }
  std::string Finish(const Head& head) {
    std::memcpy(bytes_.data(), &head, sizeof(Head));
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    return bytes_;
  }

 private:
  std::string bytes_;
};

std::vector<LabelPair> Pairs(TestWorld& world, const Labels& labels) {
  std::vector<LabelPair> pairs;
  for (const auto& [key, value] : labels) pairs.push_back({world.Str(key), world.Str(value)});
  return pairs;
}

}  // namespace

TestWorld::TestWorld() {
  blueprint.content_hash = 1;
  blueprint.layout.capacity.assign(kTableCount, 64);
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kQueue)] = 256;
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kClusterEvents)] = 2048;
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kOverlay)] = 4096;
  ns = Str("shop");
  Str("pod-template-hash");
}

RevId TestWorld::AddRevision(RevKind kind, const std::string& blob) {
  Revision revision;
  u64 content = 14695981039346656037ull + static_cast<u64>(kind);
  for (const char c : blob) content = (content ^ static_cast<u8>(c)) * 1099511628211ull;
  if (const auto known = blueprint.by_content.find(content); known != blueprint.by_content.end()) {
    return known->second;
  }
  revision.content = content;
  revision.kind = kind;
  revision.typed_offset = static_cast<u32>(blueprint.typed.size());
  revision.typed_bytes = static_cast<u32>(blob.size());
  const auto* bytes = reinterpret_cast<const std::byte*>(blob.data());
  blueprint.typed.insert(blueprint.typed.end(), bytes, bytes + blob.size());
  blueprint.revisions.push_back(revision);
  const RevId id = static_cast<RevId>(blueprint.revisions.size() - 1);
  blueprint.by_content.emplace(content, id);
  return id;
}

RevId TestWorld::Template(const TemplateOptions& options) {
  Blob<PodTemplate> blob;
  PodTemplate head;
  auto requests = options.requests;
  if (requests.empty()) requests.emplace_back(options.cpu, options.memory);
  for (const auto& [cpu, memory] : requests) {
    head.cpu_request += cpu;
    head.memory_request += memory;
  }
  head.grace_s = options.grace_s;
  const bool any = head.cpu_request != 0 || head.memory_request != 0;
  head.qos = any ? QosClass::kBurstable : QosClass::kBestEffort;
  head.node_name = options.node_name.empty() ? 0 : Str(options.node_name);
  head.labels = blob.Add(Pairs(*this, options.labels));
  head.node_selector = blob.Add(Pairs(*this, options.node_selector));
  head.tolerations = blob.Add(options.tolerations);
  ContainerSpec container;
  container.image = Str(options.image);
  container.refs = blob.Add(options.refs);
  container.ports = blob.Add(std::vector<u16>{options.port});
  if (!options.port_name.empty()) {
    container.port_names = blob.Add(std::vector<StrId>{Str(options.port_name)});
  }
  container.probes[kStartupProbe] = options.startup;
  container.probes[kLivenessProbe] = options.liveness;
  container.probes[kReadinessProbe] = options.readiness;
  std::vector<ContainerSpec> containers;
  for (const auto& [cpu, memory] : requests) {
    container.name = Str("c" + std::to_string(containers.size()));
    container.cpu_request = cpu;
    container.memory_request = memory;
    containers.push_back(container);
  }
  head.containers = blob.Add(containers);
  return AddRevision(RevKind::kTemplate, blob.Finish(head));
}

RevId TestWorld::DeploymentDoc(const DeploymentOptions& options) {
  Blob<DeploymentSpec> blob;
  DeploymentSpec head;
  head.selector.terms = blob.Add(
      std::vector<SelectorTerm>{{Str("app"), Str(options.app), SelectorOp::kIn, 0, 0}});
  head.max_surge = options.max_surge;
  head.max_unavailable = options.max_unavailable;
  head.min_ready_s = options.min_ready_s;
  head.progress_deadline_s = options.progress_deadline_s;
  head.history_limit = options.history_limit;
  head.strategy = options.strategy;
  return AddRevision(RevKind::kDeployment, blob.Finish(head));
}

RevId TestWorld::ServiceDoc(const Labels& selector, u16 port, u16 target_port,
                            const std::string& target_name) {
  Blob<ServiceSpec> blob;
  ServiceSpec head;
  head.selector = blob.Add(Pairs(*this, selector));
  ServicePort first;
  first.port = port;
  first.target_port = target_port;
  first.target_name = target_name.empty() ? 0 : Str(target_name);
  head.ports = blob.Add(std::vector<ServicePort>{first});
  return AddRevision(RevKind::kService, blob.Finish(head));
}

RevId TestWorld::NodeDoc(const NodeOptions& options) {
  Blob<NodeSpec> blob;
  NodeSpec head;
  head.cpu_allocatable = options.cpu;
  head.memory_allocatable = options.memory;
  head.pods_allocatable = options.pods;
  head.labels = blob.Add(Pairs(*this, options.labels));
  head.taints = blob.Add(options.taints);
  head.zone = options.zone.empty() ? 0 : Str(options.zone);
  return AddRevision(RevKind::kNode, blob.Finish(head));
}

RevId TestWorld::ConfigDoc(const std::vector<std::string>& keys) {
  Blob<ConfigData> blob;
  ConfigData head;
  std::vector<ConfigData::Entry> entries;
  for (const std::string& key : keys) entries.push_back({Str(key), 1});
  head.entries = blob.Add(entries);
  return AddRevision(RevKind::kConfig, blob.Finish(head));
}

void TestWorld::AddImage(const std::string& name) {
  Image image;
  image.name = Str(name);
  image.repo = Str(name.substr(0, name.find(':')));
  image.bytes = 50'000'000;
  image.executables = {0};
  blueprint.images.push_back(image);
}

Sim& TestWorld::Start(u64 key) {
  world_ = pool.Create(blueprint, {key});
  sim_ = std::make_unique<Sim>(Sim{blueprint, world_, pool});
  sim_->check_invariants = true;
  return *sim_;
}

void TestWorld::Run(f64 seconds) {
  RunWorld(*sim_, sim_->now() + static_cast<SimTime>(seconds * 1e9));
  ASSERT_EQ(CheckInvariants(*sim_), "");
}

u32 TestWorld::AddNode(const std::string& name, RevId doc) {
  EnsureHeadroom(*sim_);
  return CreateNode(*sim_, Str(name), doc);
}

u32 TestWorld::AddDeployment(const std::string& name, RevId doc, RevId tmpl, i32 replicas) {
  EnsureHeadroom(*sim_);
  return CreateDeployment(*sim_, ns, Str(name), doc, tmpl, replicas, kLoaded);
}

u32 TestWorld::AddService(const std::string& name, RevId doc) {
  EnsureHeadroom(*sim_);
  return CreateService(*sim_, ns, Str(name), doc, kLoaded);
}

std::vector<u32> TestWorld::Pods() const {
  std::vector<u32> pods;
  for (u32 p = 1; p < world_.Used<Pod>(); ++p) {
    if (world_.At<Pod>(p).born != 0) pods.push_back(p);
  }
  return pods;
}

std::vector<u32> TestWorld::PodsOf(u32 replica_set) const {
  std::vector<u32> pods;
  for (u32 p = world_.At<ReplicaSet>(replica_set).first_pod; p != 0;
       p = world_.At<Pod>(p).next_in_owner) {
    pods.push_back(p);
  }
  return pods;
}

std::vector<u32> TestWorld::ReplicaSetsOf(u32 deployment) const {
  std::vector<u32> rows;
  for (u32 rs = world_.At<Deployment>(deployment).first_rs; rs != 0;
       rs = world_.At<ReplicaSet>(rs).next) {
    if (!world_.At<ReplicaSet>(rs).deleting) rows.push_back(rs);
  }
  return rows;
}

u32 TestWorld::ReplicaSetWith(u32 deployment, RevId tmpl) const {
  for (const u32 rs : ReplicaSetsOf(deployment)) {
    if (world_.At<ReplicaSet>(rs).tmpl == tmpl) return rs;
  }
  return 0;
}

i32 TestWorld::ReadyPods(u32 deployment) const {
  i32 ready = 0;
  for (const u32 rs : ReplicaSetsOf(deployment)) ready += world_.At<ReplicaSet>(rs).ready;
  return ready;
}

std::vector<std::string> TestWorld::Messages(EventReason reason) const {
  std::vector<std::string> messages;
  for (u32 e = 1; e < world_.Used<ClusterEvent>(); ++e) {
    const ClusterEvent& event = world_.At<ClusterEvent>(e);
    if (event.reason == static_cast<u16>(reason)) {
      messages.push_back(Render(*sim_, event).message);
    }
  }
  return messages;
}

}  // namespace wt
