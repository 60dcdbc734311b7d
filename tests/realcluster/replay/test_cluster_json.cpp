// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/mirror/written_part.h"
#include "realcluster/replay/steps.h"
#include "scenarios/build_world.h"
#include "sim/api/check.h"
#include "sim/objects/access.h"
#include "tests/realcluster/replay/test_cluster.h"

namespace wt {
namespace {

constexpr const char* kSmallApp = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {cart: "cart:8080", far: "http://cart.shop.svc.cluster.local:8080/", other: cart.shop.example}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
stringData: {password: swordfish}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: shop/web:1
        args: ["--cart=cart.shop:8080"]
        env: [{name: CART, value: "cart.shop.svc:8080"}]
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 2}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "shop/cart:1", ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 8080}]}
)";

// What stands in every cluster of a test. The simulated API serves these kinds once there is one,
// and takes objects into namespace mine as one has lived there.
constexpr const char* kStanding = R"(
---
apiVersion: v1
kind: ConfigMap
metadata: {name: gone, namespace: mine}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: kube-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: standing, namespace: kube-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: standing, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: standing}
)";

// Owners first, so that what is deleted takes the rest with it.
constexpr const char* kCollections[] = {"/apis/apps/v1/deployments",
                                        "/apis/apps/v1/replicasets",
                                        "/api/v1/pods",
                                        "/api/v1/services",
                                        "/api/v1/configmaps",
                                        "/api/v1/secrets",
                                        "/api/v1/serviceaccounts",
                                        "/apis/rbac.authorization.k8s.io/v1/roles",
                                        "/apis/rbac.authorization.k8s.io/v1/rolebindings"};
constexpr const char* kNamespaces = "/api/v1/namespaces";

// "/api/v1/pods", {"shop", "web"} -> "/api/v1/namespaces/shop/pods/web".
std::string PathIn(const std::string& collection, const Json& object) {
  const Json& metadata = Map(object, "metadata");
  const size_t slash = collection.rfind('/');
  return fmt::format("{}/namespaces/{}{}/{}", collection.substr(0, slash),
                     Text(metadata, "namespace"), collection.substr(slash), Text(metadata, "name"));
}

// Empty, too, for kinds that nobody has made an object of.
std::vector<Json> ItemsOf(KubeApi& api, const std::string& collection) {
  const auto items = GetItems(api, collection);
  return items ? *items : std::vector<Json>();
}

ApiReply StatusReply(int code, const char* reason, const std::string& message) {
  const Json status = {{"kind", "Status"},   {"apiVersion", "v1"}, {"status", "Failure"},
                       {"message", message}, {"reason", reason},   {"code", code}};
  return {code, status.dump()};
}

struct Settled {
  Blueprint blueprint;
  std::vector<std::byte> world;
};

// Once per set of manifests: settling is what takes time.
const Settled& SettledWith(const App& app) {
  static std::map<std::string, std::unique_ptr<Settled>> known;
  std::unique_ptr<Settled>& settled = known[app.path + ManifestText(app.manifests)];
  if (settled) return *settled;
  settled = std::make_unique<Settled>();
  auto blueprint = BuildBlueprint(app, {});
  WT_CHECK(blueprint.ok(), "the app of a test can be simulated");
  settled->blueprint = std::move(*blueprint);
  FinishBlueprint(settled->blueprint);
  WorldPool pool;
  const auto world = BuildWorld(settled->blueprint, pool, RandomKey{7}, 10);
  WT_CHECK(world.ok(), "the app of a test settles");
  settled->world = SaveWorld(*world);
  return *settled;
}

}  // namespace

App SmallApp(const std::string& with) {
  App app;
  app.path = "small";
  auto manifests = ReadManifestText(kSmallApp + with, "small.yaml");
  WT_CHECK(manifests.ok(), "the manifests of a test are read");
  app.manifests = std::move(*manifests);
  auto behaviour = ResolveBehaviour(app.manifests, nullptr);
  WT_CHECK(behaviour.ok(), "the manifests of a test have a behaviour");
  app.behaviour = std::move(*behaviour);
  return app;
}

struct TestCluster::Inside {
  explicit Inside(const Settled& settled)
      : cluster(settled.blueprint, pool, pool.Load(settled.world), {}), api(cluster.View()) {
    cluster.Attach(&api);
  }
  WorldPool pool;
  SimCluster cluster;
  SimKubeApi api;
  struct Namespace {
    std::string uid;
    std::string manager;  // of its managed fields
    bool terminating = false;
  };
  std::map<std::string, Namespace> namespaces;
  int made = 0;
};

TestCluster::TestCluster(const std::string& with)
    : inside_(std::make_unique<Inside>(SettledWith(SmallApp(with + kStanding)))) {
  inside_->namespaces["kube-system"] = {"uid-kube-system", "", false};
  for (const char* collection : kCollections) {
    for (const Json& item : ItemsOf(inside_->api, collection)) {
      const Json& metadata = Map(item, "metadata");
      const bool stays = Text(metadata, "namespace") == "kube-system";
      if (stays || metadata.contains("ownerReferences")) continue;
      const auto reply = inside_->api.Call({.method = "DELETE", .path = PathIn(collection, item)});
      WT_CHECK(reply->status == 200, "objects of the app can be deleted");
    }
  }
  Pass(120);
  WT_CHECK(ItemsOf(inside_->api, "/api/v1/pods").empty(), "the cluster is empty");
  passed_s = 0;
}

TestCluster::~TestCluster() = default;

void TestCluster::Pass(double seconds) {
  passed_s += seconds;
  inside_->cluster.Advance(static_cast<SimTime>(seconds * 1e9));
  // A namespace is gone once nothing is in it.
  for (auto it = inside_->namespaces.begin(); it != inside_->namespaces.end();) {
    bool empty = true;
    for (const char* collection : kCollections) {
      for (const Json& item : ItemsOf(inside_->api, collection)) {
        empty = empty && Text(Map(item, "metadata"), "namespace") != it->first;
      }
    }
    if (it->second.terminating && empty)
      it = inside_->namespaces.erase(it);
    else
      ++it;
  }
}

ApplyOptions TestCluster::Options() {
  return {.progress = [this](const std::string& line) { lines.push_back(line); },
          .interrupted = {},
          .wait = [this](double seconds) { Pass(seconds); }};
}

ApiReply TestCluster::AnswerNamespace(const ApiRequest& request, const std::string& name) {
  const auto known = inside_->namespaces.find(name);
  if (request.method == "POST") {
    if (known != inside_->namespaces.end()) {
      return StatusReply(409, "AlreadyExists", "namespaces \"" + name + "\" already exists");
    }
    inside_->namespaces[name] = {fmt::format("uid-of-namespace-{}", ++inside_->made), "", false};
    const Json account = {
        {"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "default"}}}};
    const auto made = inside_->api.Call({.method = "POST",
                                         .path = "/api/v1/namespaces/" + name + "/serviceaccounts",
                                         .body = account.dump()});
    WT_CHECK(made->status == 201, "a namespace gets its account");
    return AnswerNamespace({.path = request.path}, name);
  }
  if (known == inside_->namespaces.end()) {
    return StatusReply(404, "NotFound", "namespaces \"" + name + "\" not found");
  }
  if (request.method == "DELETE") {
    const Json options = Json::parse(request.body);
    const Json& conditions = Map(options, "preconditions");
    if (conditions.contains("uid") && conditions["uid"] != known->second.uid) {
      return StatusReply(409, "Conflict", "the UID in the precondition does not match");
    }
    known->second.terminating = true;
    for (const char* collection : kCollections) {
      for (const Json& item : ItemsOf(inside_->api, collection)) {
        if (Text(Map(item, "metadata"), "namespace") != name) continue;
        (void)inside_->api.Call({.method = "DELETE", .path = PathIn(collection, item)});
      }
    }
  }
  Json object = {{"apiVersion", "v1"},
                 {"kind", "Namespace"},
                 {"metadata", {{"name", name}, {"uid", known->second.uid}}}};
  if (known->second.terminating) object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  return {200, object.dump()};
}

Result<ApiReply> TestCluster::Answer(const ApiRequest& request) {
  if (request.path == kNamespaces && request.method == "POST") {
    const Json body = Json::parse(request.body);
    ApiReply reply = AnswerNamespace(request, std::string(Text(Map(body, "metadata"), "name")));
    if (reply.status == 200) reply.status = 201;
    return reply;
  }
  if (CollectionOfPath(request.path) == kNamespaces) {
    return AnswerNamespace(request, request.path.substr(request.path.rfind('/') + 1));
  }
  const std::string name_space = NamespaceOfPath(request.path);
  const auto known = inside_->namespaces.find(name_space);
  if (request.method == "POST" && !name_space.empty()) {
    if (known == inside_->namespaces.end()) {
      return StatusReply(404, "NotFound", "namespaces \"" + name_space + "\" not found");
    }
    if (known->second.terminating) {
      return StatusReply(403, "Forbidden", "namespace " + name_space + " is being terminated");
    }
  }
  return inside_->api.Call(request);
}

Result<ApiReply> TestCluster::Call(const ApiRequest& request) {
  const int number = calls++;
  if (unreachable_from >= 0 && number >= unreachable_from) {
    return Error{ErrorCode::kEnvironment, "", "connection refused"};
  }
  const bool dies = number == die_at;
  if (dies && !die_after) throw Died{};
  if (request.method != "GET") writes.push_back(request.method + " " + request.path);
  auto reply = Answer(request);
  if (dies) throw Died{};
  return reply;
}

Result<std::unique_ptr<ApiWatch>> TestCluster::Watch(const ApiRequest& request) {
  return inside_->api.Watch(request);
}

void TestCluster::MarkAsTestbed() {
  Post("/api/v1/namespaces/kube-system/configmaps",
       R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"wavetank-testbed"}})");
}

std::string TestCluster::Post(const std::string& collection, const std::string& object) {
  const auto reply = Answer({.method = "POST", .path = collection, .body = object});
  WT_CHECK(reply && reply->status == 201, "an object of a test can be created");
  const Json made = Json::parse(reply->body);
  return collection + "/" + std::string(Text(Map(made, "metadata"), "name"));
}

std::string TestCluster::Get(const std::string& path) {
  const auto reply = Answer({.path = path});
  return reply && reply->status == 200 ? reply->body : "";
}

std::map<std::string, std::string> TestCluster::Objects() {
  std::map<std::string, std::string> out;
  for (const auto& [name, state] : inside_->namespaces) {
    out[kNamespaces + ("/" + name)] = state.uid + (state.terminating ? " terminating" : "");
  }
  for (const char* collection : kCollections) {
    for (const Json& item : ItemsOf(inside_->api, collection)) {
      out[PathIn(collection, item)] = UidOf(item) + " " + WrittenPart(item).dump();
    }
  }
  return out;
}

}  // namespace wt
