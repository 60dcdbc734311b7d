// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/objects/small_cluster.h"

#include "sim/objects/load.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr const char* kManifests[] = {
    R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1",
        "labels": {"kubernetes.io/hostname": "node-1"}},
        "spec": {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24"],
                 "providerID": "small://node-1"},
        "status": {"allocatable": {"cpu": "8", "memory": "16Gi", "pods": "110"}}})",
    R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings",
        "namespace": "shop"}, "data": {"mode": "fast", "level": "3"}})",
    R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80,
                                                        "targetPort": 8080}]}})",
    R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web",
        "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
          "template": {"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": {
            "volumes": [{"name": "v", "configMap": {"name": "settings"}},
                        {"name": "w", "secret": {"secretName": "s", "optional": true}}],
            "initContainers": [{"name": "init", "image": "shop/init:1"}],
            "containers": [
            {"name": "web", "image": "shop/web:2", "command": ["/bin/web", "serve"],
             "ports": [{"containerPort": 8080, "name": "http"}],
             "env": [{"name": "LEVEL", "valueFrom": {"configMapKeyRef":
                      {"name": "settings", "key": "level"}}},
                     {"name": "TOKEN", "valueFrom": {"secretKeyRef":
                      {"name": "s", "key": "token", "optional": true}}},
                     {"name": "RETRIES", "value": "2"}],
             "envFrom": [{"configMapRef": {"name": "settings"}}],
             "startupProbe": {"tcpSocket": {"port": 8080}},
             "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
             "resources": {"requests": {"cpu": "100m", "memory": "64Mi"},
                           "limits": {"memory": "128Mi"}}}]}}}})"};

}  // namespace

std::vector<Json> SmallManifests() {
  std::vector<Json> manifests;
  for (const char* text : kManifests) manifests.push_back(Json::parse(text));
  return manifests;
}

SmallCluster::SmallCluster() : SmallCluster(SmallManifests()) {}

SmallCluster::SmallCluster(std::span<const Json> manifests)
    : blueprint_(std::make_unique<Blueprint>()) {
  for (const Json& manifest : manifests) {
    const auto object = LoadObject(*blueprint_, manifest);
    WT_CHECK(object.ok(), "the manifests of the small cluster are valid");
    blueprint_->objects.push_back(*object);
  }
  for (const char* text : {"shop/web:1", "/bin/nope", "mode", "node-1", "none", "web"}) {
    blueprint_->strings.Add(text);
  }
  blueprint_->layout.capacity.assign(kTableCount, 128);
  blueprint_->layout.capacity[static_cast<std::size_t>(Table::kQueue)] = 512;
  blueprint_->content_hash = 1;
  world_ = pool_.Create(*blueprint_, {7});
  sim_.reset(new Sim{*blueprint_, world_, pool_});
  for (const LoadedObject& object : blueprint_->objects) {
    const ObjectRef made = CreateLoaded(*sim_, object, kLoaded);
    if (made.kind == ObjectKind::kNode) node = made;
    if (made.kind == ObjectKind::kConfigMap) config = made;
    if (made.kind == ObjectKind::kService) service = made;
    if (made.kind == ObjectKind::kDeployment) deployment = made;
  }
}

Json SmallCluster::Get(ObjectRef object) { return Json::parse(RenderObject(*sim_, object)); }

ObjectRef SmallCluster::Target(std::string_view kind) {
  if (kind == "Deployment") return deployment;
  if (kind == "Service") return service;
  if (kind == "ConfigMap") return config;
  if (kind == "Node") return node;
  return AddPod();
}

ObjectRef SmallCluster::AddPod() {
  const Deployment owner = sim_->At<Deployment>(deployment.row);
  const u32 set = CreateReplicaSet(*sim_, deployment.row, owner.tmpl, 0, 1);
  return {ObjectKind::kPod, CreatePod(*sim_, set, owner.tmpl, owner.ns)};
}

}  // namespace wt
