// SPDX-License-Identifier: Apache-2.0
#include "scenarios/behaviour.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wt {
namespace {

// A Deployment with one container and a Service of the same name.
std::string Part(const std::string& name, const std::string& container, int port, int service_port,
                 const std::string& service_extra = "") {
  return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         "}\nspec:\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec:\n      containers:\n      - {name: main, ports: [{containerPort: " +
         std::to_string(port) + "}], " + container + "}\n---\napiVersion: v1\nkind: Service\n" +
         "metadata: {name: " + name + "}\nspec: {selector: {app: " + name +
         "}, ports: [{port: " + std::to_string(service_port) +
         ", targetPort: " + std::to_string(port) + "}]" + service_extra + "}\n";
}

Behaviour Resolve(const std::string& manifests, const std::string& behaviour = "") {
  const auto set = ReadManifestText(manifests, "m.yaml");
  EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().Text());
  if (!set.ok()) return {};
  const auto documents = ReadYaml(behaviour, "b.yaml");
  EXPECT_TRUE(documents.ok()) << (documents.ok() ? "" : documents.error().Text());
  const auto resolved = ResolveBehaviour(*set, documents->empty() ? nullptr : &documents->front());
  EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().Text());
  return resolved.ok() ? *resolved : Behaviour{};
}

std::string ErrorOf(const std::string& manifests, const std::string& behaviour) {
  const auto set = ReadManifestText(manifests, "m.yaml");
  const auto documents = ReadYaml(behaviour, "b.yaml");
  const auto resolved = ResolveBehaviour(*set, &documents->front());
  EXPECT_FALSE(resolved.ok());
  return resolved.ok() ? "" : resolved.error().Text();
}

// "callee:port" of every call of every operation, sorted.
std::vector<std::string> Calls(const Behaviour& behaviour, const char* name) {
  std::vector<std::string> calls;
  const AppService* service = behaviour.Find(name);
  EXPECT_NE(service, nullptr) << name;
  if (service == nullptr) return calls;
  for (const OperationSpec& operation : service->operations) {
    for (const CallSpec& call : operation.calls) {
      calls.push_back(behaviour.services[call.service].name + ":" + std::to_string(call.port));
    }
  }
  std::sort(calls.begin(), calls.end());
  return calls;
}

using Names = std::vector<std::string>;

TEST(Inference, CallsComeFromAddressesInEnvironmentAndArguments) {
  const std::string text =
      Part("frontend",
           "image: shop/web, env: [{name: API_URL, value: \"http://api:8080/v1\"}, "
           "{name: CACHE, value: cache}, {name: DB_USER, value: user}, "
           "{name: SERVICE_NAME, value: quiet}], args: [\"--search-addr\", \"search\", "
           "\"--peer=grpc://rates.default.svc.cluster.local:9000\", \"quiet\"]",
           3000, 80) +
      Part("api", "image: shop/api", 8080, 8080) + Part("cache", "image: redis:7", 6379, 6379) +
      Part("search", "image: shop/search", 8082, 82) +
      Part("rates", "image: shop/rates", 9000, 9000) + Part("user", "image: shop/user", 1, 1) +
      Part("quiet", "image: shop/quiet", 1, 1);
  const Behaviour behaviour = Resolve(text);
  EXPECT_EQ(Calls(behaviour, "frontend"),
            (Names{"api:8080", "cache:6379", "rates:9000", "search:82"}));
  EXPECT_EQ(behaviour.Find("cache")->role, ServiceRole::kCache);
}

TEST(Inference, ReferencesToConfigMapsSecretsAndVariablesAreFollowed) {
  const std::string text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {db: "
      "\"mysql://u:p@store:3306/x\","
      " conf: \"upstream { server files:90; }\"}\n---\n"
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {url: aHR0cDovL2F1dGg6ODA=}\n" +
      Part("web",
           "image: x, env: [{name: DB, valueFrom: {configMapKeyRef: {name: c, key: db}}}, "
           "{name: AUTH, valueFrom: {secretKeyRef: {name: s, key: url}}}, "
           "{name: QUEUE_HOST, value: jobs}, {name: QUEUE, value: \"$(QUEUE_HOST):5672\"}, "
           "{name: MAIL, value: \"$(MAIL_OUT_SERVICE_HOST)\"}]",
           80, 80) +
      Part("store", "image: mysql:8", 3306, 3306) + Part("auth", "image: a", 80, 80) +
      Part("jobs", "image: j", 5672, 5672) + Part("mail-out", "image: m", 25, 25) +
      Part("u", "image: u", 1, 1);
  const Behaviour behaviour = Resolve(text);
  EXPECT_EQ(Calls(behaviour, "web"), (Names{"auth:80", "jobs:5672", "mail-out:25", "store:3306"}));
  const AppService& web = *behaviour.Find("web");
  EXPECT_EQ(web.needs.config_keys, (std::vector<ConfigKey>{{"c", "db"}}));
  EXPECT_EQ(web.needs.secrets, Names{"s"});
  EXPECT_EQ(behaviour.Find("store")->role, ServiceRole::kStore);
}

TEST(Inference, EntryPointsAreWhatNobodyCallsPreferringWellKnownNames) {
  const std::string api = Part("api", "image: a, env: [{name: DB_HOST, value: db}]", 80, 80);
  const std::string db = Part("db", "image: postgres", 5432, 5432);
  const std::string lone = Part("lone", "image: l", 80, 80);
  const auto entries = [](const Behaviour& behaviour) {
    Names names;
    for (const MixEntry& entry : behaviour.mixes.at("default")) {
      names.push_back(behaviour.services[entry.service].name);
    }
    return names;
  };
  EXPECT_EQ(entries(Resolve(api + db + lone)), (Names{"api", "lone"}));
  EXPECT_EQ(
      entries(Resolve(api + db + lone +
                      Part("gateway", "image: g, env: [{name: A, value: \"api:80\"}]", 1, 1))),
      Names{"gateway"});
  EXPECT_EQ(entries(Resolve(api + db + Part("edge", "image: e", 80, 80, ", type: LoadBalancer"))),
            Names{"edge"});
  EXPECT_EQ(entries(Resolve(api + db + lone +
                            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress"
                            "\nmetadata: {name: i}\nspec: {rules: [{http: {paths: [{path: /, "
                            "pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}"
                            "}]}}]}\n")),
            Names{"api"});
}

TEST(Inference, BackReferencesAreLeftOutWithAWarning) {
  const Behaviour behaviour = Resolve(
      Part("backend", "image: b, env: [{name: CORS_URL, value: \"http://frontend\"}]", 80, 80) +
      Part("frontend", "image: f, env: [{name: API_URL, value: \"http://backend\"}]", 80, 80));
  EXPECT_EQ(Calls(behaviour, "frontend"), Names{"backend:80"});
  EXPECT_EQ(Calls(behaviour, "backend"), Names{});
  ASSERT_EQ(behaviour.warnings.size(), 1u);
  EXPECT_NE(behaviour.warnings[0].find("closes a cycle; it is left out"), std::string::npos);
}

TEST(Inference, FiguresHaveDefaults) {
  const Behaviour behaviour =
      Resolve(Part("web",
                   "image: x, resources: {requests: {memory: 100Mi}, limits: {memory: 300Mi}},"
                   " livenessProbe: {httpGet: {path: /live, port: 8081}}",
                   8080, 80) +
              Part("api", "image: y, resources: {requests: {memory: 100Mi}}", 80, 80) +
              Part("job", "image: z", 80, 80));
  const AppService& web = *behaviour.Find("web");
  EXPECT_EQ(web.memory_base, 150 * 0x1p20);
  EXPECT_EQ(behaviour.Find("api")->memory_base, 50 * 0x1p20);
  EXPECT_EQ(behaviour.Find("job")->memory_base, 64 * 0x1p20);
  EXPECT_EQ(web.port, 8080);
  EXPECT_EQ(web.called_port, 80);
  EXPECT_EQ(web.listen_ports, (std::vector<i32>{8080, 8081}));
  EXPECT_EQ(web.health_paths, Names{"/live"});
  EXPECT_NEAR(Mean(web.operations[0].work), 5e6, 1.0);
  EXPECT_NEAR(SquaredVariation(web.operations[0].work), 1.0, 1e-9);
  EXPECT_TRUE(web.on_request_path);
}

TEST(Inference, WorkloadsOfAllSimulatedKindsCountAndOthersAreNamed) {
  const Behaviour behaviour = Resolve(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: solo, labels: {app: solo}}\nspec: {containers: "
      "[{name: c, image: i, ports: [{containerPort: 80}], env: [{name: DB_HOST, value: "
      "db}]}]}\n---\n"
      "apiVersion: v1\nkind: Service\nmetadata: {name: solo}\nspec: {selector: {app: solo}, ports: "
      "[{port: 80}]}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\n---\n"
      "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: "
      "[{port: 5432}]}\n");
  ASSERT_EQ(behaviour.services.size(), 1u);
  EXPECT_EQ(behaviour.services[0].workload_kind, "Pod");
  ASSERT_EQ(behaviour.warnings.size(), 1u);
  EXPECT_NE(behaviour.warnings[0].find("leads to no simulated pod"), std::string::npos);
}

const char* const kBehaviour = R"(apiVersion: wavetank.dev/v1
kind: Behaviour
services:
  front:
    workload: deployment/web
    port: 5000
    concurrency: {model: event-loop, cores: 1}
    startup: {time: {lognormal: {median: 2s, p99: 6s}}, needs: [registry]}
    needs: {env: [RATIO], config_keys: [], secrets: [], volumes: []}
    cpu_per_request: 1.2ms
    memory: {base: 60Mi, per_request: 20Ki, leak_per_hour: 0}
    health: {path: /healthz, depends_on: [cache]}
    operations:
      search:
        work: {lognormal: {median: 3ms, p99: 12ms}}
        calls:
          - {to: rate.get, timeout: 1s, retries: {max: 2, backoff: 50ms, budget: 0.1}}
          - parallel: [{to: cache.get}, {to: db.read, probability: 0.5}]
          - {to: registry, optional: true}
      user: {}
  rate:
    operations: {get: {calls: [cache.get]}}
  cache:
    cache: {hit_ratio: 0.9, warm_up: 60s, miss: db.read}
  db:
    store: {connections: 100, needs: {secrets: [credentials]}, volume: rate-pvc}
load:
  mixes: {default: {front.search: 3, front.user: 1}}
)";

std::string FourParts() {
  return Part("web", "image: w", 5000, 80) + Part("rate", "image: r", 8084, 8084) +
         Part("cache", "image: memcached", 11211, 11211) +
         Part("db", "image: mongo", 27017, 27017) + Part("registry", "image: consul", 8500, 8500);
}

TEST(Behaviour, EveryFieldOfTheFormatIsRead) {
  const Behaviour behaviour = Resolve(FourParts(), kBehaviour);
  const AppService* front = behaviour.Find("front");
  ASSERT_NE(front, nullptr);
  EXPECT_EQ(front->workload, "web");
  EXPECT_EQ(front->kube_service, "web");
  EXPECT_TRUE(front->concurrency.event_loop);
  EXPECT_NEAR(static_cast<f64>(SampleDuration(front->startup_time, 0.5)), 2e9, 1e3);
  ASSERT_EQ(front->startup_needs.size(), 1u);
  EXPECT_EQ(behaviour.services[front->startup_needs[0]].name, "registry");
  EXPECT_EQ(front->needs.env, Names{"RATIO"});
  EXPECT_EQ(front->cpu_per_request, 1'200'000);
  EXPECT_EQ(front->memory_base, 60 * 0x1p20);
  EXPECT_EQ(front->memory_per_request, 20 * 1024.0);
  EXPECT_EQ(front->health_paths, Names{"/healthz"});
  EXPECT_EQ(behaviour.services[front->health_depends_on[0]].name, "cache");
  ASSERT_EQ(front->operations.size(), 2u);
  const auto& calls = front->operations[0].calls;
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0].timeout, kSecond);
  EXPECT_EQ(calls[0].retries_max, 2u);
  EXPECT_EQ(calls[0].retry_budget, 0.1);
  EXPECT_EQ(calls[1].parallel_group, 1u);
  EXPECT_EQ(calls[2].probability, 0.5);
  EXPECT_TRUE(calls[3].optional);
  const AppService* cache = behaviour.Find("cache");
  EXPECT_EQ(cache->role, ServiceRole::kCache);
  EXPECT_EQ(cache->cache_hit_ratio, 0.9);
  ASSERT_EQ(cache->operations[0].calls.size(), 1u);
  EXPECT_TRUE(cache->operations[0].calls[0].on_miss);
  const AppService* db = behaviour.Find("db");
  EXPECT_EQ(db->store_connections, 100u);
  EXPECT_EQ(db->store_volume, "rate-pvc");
  EXPECT_EQ(db->needs.secrets, Names{"credentials"});
  EXPECT_EQ(behaviour.mixes.at("default")[0].share, 0.75);
  EXPECT_FALSE(behaviour.Find("registry")->on_request_path);
  EXPECT_TRUE(db->on_request_path);
}

TEST(Behaviour, MistakesNameThePlaceAndTheNearestWord) {
  struct Row {
    const char* from;
    const char* to;
    const char* expected;
  };
  const Row rows[] = {
      {"to: rate.get", "to: rat.get",
       "b.yaml:17:18: services.front.operations.search.calls[0].to: no "
       "service \"rat\"; expected cache, db, front, rate or "
       "registry; did you mean \"rate\"?"},
      {"to: rate.get", "to: rate.got",
       "no operation \"rate.got\"; expected rate.get; did you mean"},
      {"deployment/web", "deployment/wev", "did you mean \"deployment/web\"?"},
      {"concurrency:", "concurency:", "b.yaml:7:5: services.front.concurency: unknown field"},
      {"cores: 1", "size: 1", "unknown field; expected model, cores or queue"},
      {"median: 3ms", "median: 3", "expected a duration"},
      {"base: 60Mi", "base: 60MB", "expected a quantity"},
      {"hit_ratio: 0.9", "hit_ratio: 90", "expected a number from 0 to 1"},
      {"needs: [registry]", "needs: [registri]", "did you mean \"registry\"?"},
      {"front.search: 3", "front.serach: 3", "did you mean \"front.search\"?"},
      {"[cache.get]", "[front.search]",
       "closes a cycle; expected calls that lead back to no caller"},
      {"  rate:\n", "  rite:\n", "services.rite: no workload of this name; expected workload"},
      {"port: 5000", "port: 70000", "expected a whole number from 1 to 65535"},
  };
  for (const Row& row : rows) {
    std::string text = kBehaviour;
    const size_t at = text.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    text.replace(at, std::string(row.from).size(), row.to);
    EXPECT_NE(ErrorOf(FourParts(), text).find(row.expected), std::string::npos)
        << row.to << "\n"
        << ErrorOf(FourParts(), text);
  }
}

TEST(Behaviour, AServiceNobodyCanReachCannotBeCalled) {
  const std::string lonely =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: lonely}\nspec: {template: "
      "{metadata: {labels: {app: lonely}}, spec: {containers: [{name: c, image: i}]}}}\n";
  EXPECT_NE(ErrorOf(FourParts() + lonely,
                    "apiVersion: wavetank.dev/v1\nkind: Behaviour\nservices:\n  rate:\n    "
                    "operations: {get: {calls: [lonely]}}\n")
                .find("no Service leads to Deployment lonely"),
            std::string::npos);
}

}  // namespace
}  // namespace wt
