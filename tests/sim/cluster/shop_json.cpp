// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/cluster/shop.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "sim/cluster/baseline.h"
#include "sim/event_queue.h"
#include "sim/objects/load.h"
#include "sim/traffic/build_graph.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr const char* kNamespace = "shop";
constexpr SimTime kSettleTime = 600 * kSecond;

struct Part {
  const char* name;
  i32 replicas;
  u16 port;
  const char* env;  // JSON of a container's env
};
constexpr Part kParts[] = {{"web", 2, 8080, "[]"},
                           {"catalog", 2, 8081, "[]"},
                           {"catalog-db", 1, 27017, "[]"},
                           {"cart", 2, 8082,
                            R"([{"name": "CURRENCY", "valueFrom": {"configMapKeyRef":
                                {"name": "shop-config", "key": "Currency"}}}])"}};

Json DeploymentJson(const Part& part, int revision) {
  return Json::parse(fmt::format(
      R"({{"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {{"name": "{0}", "namespace": "shop", "labels": {{"app": "{0}"}}}},
        "spec": {{"replicas": {1}, "selector": {{"matchLabels": {{"app": "{0}"}}}},
          "strategy": {{"type": "RollingUpdate",
                        "rollingUpdate": {{"maxSurge": 0, "maxUnavailable": {1}}}}},
          "template": {{"metadata": {{"labels": {{"app": "{0}"}}}}, "spec": {{"containers": [
            {{"name": "main", "image": "shop/{0}:{3}", "env": {4},
              "ports": [{{"containerPort": {2}, "name": "main"}}],
              "readinessProbe": {{"httpGet": {{"path": "/healthz", "port": {2}}},
                                  "periodSeconds": 5}},
              "livenessProbe": {{"httpGet": {{"path": "/healthz", "port": {2}}},
                                 "initialDelaySeconds": 5, "periodSeconds": 5}},
              "resources": {{"requests": {{"cpu": "100m", "memory": "64Mi"}},
                             "limits": {{"cpu": "1", "memory": "128Mi"}}}}}}]}}}}}}}})",
      part.name, part.replicas, part.port, revision, part.env));
}

Json ServiceJson(const Part& part) {
  return Json::parse(fmt::format(
      R"({{"apiVersion": "v1", "kind": "Service",
        "metadata": {{"name": "{0}", "namespace": "shop"}},
        "spec": {{"selector": {{"app": "{0}"}},
                  "ports": [{{"name": "main", "port": {1}, "targetPort": {1}}}]}}}})",
      part.name, part.port));
}

void Load(Blueprint& blueprint, const Json& manifest, std::vector<Json> older = {}) {
  const Result<LoadedObject> object = LoadObject(blueprint, manifest, older);
  WT_CHECK(object.ok(), "the shop's manifests are valid");
  blueprint.objects.push_back(*object);
}

void LoadAll(Blueprint& blueprint) {
  for (int n = 1; n <= 3; ++n) {
    Load(blueprint, Json::parse(fmt::format(
                        R"({{"apiVersion": "v1", "kind": "Node", "metadata": {{"name": "node-{0}",
                          "labels": {{"kubernetes.io/hostname": "node-{0}"}}}},
                          "status": {{"allocatable": {{"cpu": "4", "memory": "8Gi",
                                                       "pods": "110"}}}}}})",
                        n)));
  }
  Load(blueprint, Json::parse(R"({"apiVersion": "v1", "kind": "ConfigMap",
      "metadata": {"name": "shop-config", "namespace": "shop"},
      "data": {"CartStore": "memory", "Currency": "EUR"}})"));
  for (const Part& part : kParts) {
    Load(blueprint, ServiceJson(part));
    Load(blueprint, DeploymentJson(part, 2), {DeploymentJson(part, 1)});
  }
}

// One operation a service; calls as (from, to).
void BuildGraph(Blueprint& blueprint) {
  ServiceGraph& graph = blueprint.graph;
  const std::vector<std::vector<u32>> callees{{1, 3}, {2}, {}, {}};
  for (u32 s = 0; s < std::size(kParts); ++s) {
    const Part& part = kParts[s];
    GraphService service;
    service.name = service.workload = service.kube_service = blueprint.strings.Add(part.name);
    service.ns = blueprint.strings.Add(kNamespace);
    service.called_port = service.listen_port = part.port;
    service.first_operation = s;
    service.operations = 1;
    service.is_store = s == 2;
    service.memory_base_bytes = 60.0f * (1 << 20);
    service.startup = {2000, 4000};
    graph.services.push_back(service);
    GraphOperation operation;
    operation.service = s;
    operation.name = blueprint.strings.Add("get");
    operation.first_call = static_cast<u32>(graph.calls.size());
    operation.calls = static_cast<u32>(callees[s].size());
    for (const u32 callee : callees[s]) {
      GraphCall call;
      call.callee = callee;
      graph.calls.push_back(call);
    }
    graph.operations.push_back(operation);
    ServiceRuntime runtime;
    runtime.ports = {part.port};
    runtime.paths = {blueprint.strings.Add("/healthz")};
    runtime.image_repo = blueprint.strings.Add(fmt::format("shop/{}", part.name));
    if (s == 3) {
      ConfigRef need;
      need.name = blueprint.strings.Add("shop-config");
      need.key = blueprint.strings.Add("CartStore");
      need.use = RefUse::kVolume;
      runtime.needs.push_back(need);
    }
    blueprint.runtime.push_back(runtime);
    for (const char* tag : {"1", "2"}) {
      Image image;
      image.name = blueprint.strings.Add(fmt::format("shop/{}:{}", part.name, tag));
      image.repo = runtime.image_repo;
      image.bytes = 50 << 20;
      image.executables = {0, blueprint.strings.Add("/bin/server")};
      blueprint.images.push_back(image);
    }
  }
  graph.entries.push_back({0, 1.0f});
  const auto order = OrderOperations(graph, [](u32 id) { return std::to_string(id); });
  WT_CHECK(order.ok(), "the shop's calls have no circle");
  graph.order = *order;
}

u16 GraphIndex(const Blueprint& blueprint, StrId workload) {
  for (u16 g = 0; g < blueprint.graph.services.size(); ++g) {
    if (blueprint.graph.services[g].workload == workload) return static_cast<u16>(g + 1);
  }
  return 0;
}

void Settle(Shop& shop) {
  World world = shop.pool.Create(shop.blueprint, {1});
  Sim sim{shop.blueprint, world, shop.pool};
  world.header().now_ns = world.header().flow_since_ns = -kSettleTime;
  world.header().load_scale = 50;
  std::vector<ObjectRef> made;
  for (const LoadedObject& object : shop.blueprint.objects) {
    if (!object.at_start) continue;
    const ObjectRef ref = CreateLoaded(sim, object, kLoaded, true);
    if (ref.kind != ObjectKind::kDeployment) continue;
    world.At<Deployment>(ref.row).service = GraphIndex(shop.blueprint, object.name);
    made.push_back(ref);
  }
  Arm(world, SimEvent::kLoad, 0, world.header().now_ns);
  RunWorld(sim, -300 * kSecond);
  for (const LoadedObject& object : shop.blueprint.objects) {
    if (!object.at_start || object.older.empty()) continue;
    const u32 row = FindDeployment(sim, object.ns, object.name);
    SetDeploymentTemplate(sim, row, object.tmpl, 0, kLoaded);
  }
  RunWorld(sim, 0);
  world.header().client_requests = world.header().client_errors = 0;
  shop.settled = SaveWorld(world);
  shop.blueprint.settled.push_back(shop.settled);
}

}  // namespace

Shop::Shop() {
  blueprint.content_hash = 1;
  blueprint.app_namespace = blueprint.strings.Add(kNamespace);
  LoadAll(blueprint);
  BuildGraph(blueprint);
  WT_CHECK(PrepareFaults(blueprint).ok(), "the fault kinds' own manifests are valid");
  blueprint.layout.capacity.assign(kTableCount, 96);
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kQueue)] = 512;
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kClusterEvents)] = 512;
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kSegments)] = 256;
  blueprint.layout.capacity[static_cast<std::size_t>(Table::kOverlay)] = 16384;
  Settle(*this);
  ComputeBaseline(blueprint);
}

World Shop::Start(u64 seed) {
  World world = pool.Load(settled);
  world.header().key = seed;
  return world;
}

SimCluster Shop::StartCluster(u64 seed, SimCluster::Options options) {
  options.faults = &kFaultHooks;
  options.check_invariants = true;
  return SimCluster(blueprint, pool, Start(seed), options);
}

Shop& TheShop() {
  static Shop shop;
  return shop;
}

Observed::Observed(const SimCluster& cluster) {
  view.shape = cluster.Shape();
  features.resize(view.shape.Floats());
  masks.resize(view.shape.Masks());
  edges.resize(2u * view.shape.edges);
  service_workload.resize(view.shape.slots[static_cast<u32>(EntityKind::kService)]);
  view.features = features;
  view.masks = masks;
  view.edge_from = {edges.data(), view.shape.edges};
  view.edge_to = {edges.data() + view.shape.edges, view.shape.edges};
  view.service_workload = service_workload;
  cluster.Observe(view);
}

f32 Observed::At(EntityKind kind, std::string_view feature, u16 slot) const {
  const auto all = FeaturesOf(kind);
  for (u32 f = 0; f < all.size(); ++f) {
    if (all[f].name == feature) return view.Plane(kind, f)[slot];
  }
  WT_CHECK(false, "a test asks for a feature that exists");
}

u16 SlotNamed(const SimCluster& cluster, EntityKind kind, std::string_view name) {
  const u16 slots = cluster.Shape().slots[static_cast<u32>(kind)];
  for (u16 s = 0; s < slots; ++s) {
    if (cluster.EntityName(kind, s) == name) return s;
  }
  WT_CHECK(false, "a test names an entity that exists");
}

u32 RowNamed(const SimCluster& cluster, EntityKind kind, std::string_view name) {
  return cluster.RowOf(kind, SlotNamed(cluster, kind, name));
}

Action MoveOn(const SimCluster& cluster, EntityKind kind, std::string_view name, Verb verb,
              u8 option) {
  const auto moves = MovesOf(kind);
  for (u8 m = 0; m < moves.size(); ++m) {
    if (moves[m].verb != verb || moves[m].option != option) continue;
    return {kind, m, kind == EntityKind::kCluster ? u16{0} : SlotNamed(cluster, kind, name)};
  }
  WT_CHECK(false, "a test asks for a move that exists");
}

}  // namespace wt
