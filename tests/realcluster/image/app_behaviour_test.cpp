// SPDX-License-Identifier: Apache-2.0
// What is written into images is what the program reads, for each service of the hotel app.
#include <gtest/gtest.h>

#include "realcluster/image/app_behaviour.h"
#include "realcluster/service/app.h"
#include "realcluster/service/role.h"

namespace wt {
namespace {

struct Both {
  App app;
  service::App read;
};

const Both& Hotel() {
  static const Both both = [] {
    Both out;
    Result<App> app = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
    EXPECT_TRUE(app.ok());
    out.app = std::move(*app);
    std::string error;
    EXPECT_TRUE(service::ReadAppText(AppBehaviourText(out.app), out.read, error)) << error;
    return out;
  }();
  return both;
}

const service::Need* NeedOf(const std::string& service, const std::string& name) {
  for (const service::Need& need : Hotel().read.Find(service)->needs) {
    if (need.name == name) return &need;
  }
  return nullptr;
}

TEST(AppBehaviour, EveryFigureArrives) {
  const auto& [app, read] = Hotel();
  ASSERT_EQ(read.services.size(), app.behaviour.services.size());
  for (const AppService& spec : app.behaviour.services) {
    const service::Service* got = read.Find(spec.name);
    ASSERT_NE(got, nullptr) << spec.name;
    EXPECT_EQ(got->workload, spec.workload);
    EXPECT_EQ(got->host, spec.kube_service);
    EXPECT_EQ(got->called_port, spec.called_port);
    EXPECT_EQ(got->event_loop, spec.concurrency.event_loop);
    if (!got->event_loop) {
      EXPECT_EQ(got->threads, spec.concurrency.size);
    }
    EXPECT_EQ(got->queue, spec.concurrency.queue);
    EXPECT_EQ(got->cpu.count(), spec.cpu_per_request);
    EXPECT_EQ(got->memory_base, spec.memory_base);
    EXPECT_EQ(got->memory_per_request, spec.memory_per_request);
    EXPECT_EQ(got->cache_hit_ratio, spec.cache_hit_ratio);
    EXPECT_EQ(got->connections, spec.store_connections);
    EXPECT_EQ(got->health_paths, spec.health_paths);
    EXPECT_EQ(got->startup_needs.size(), spec.startup_needs.size());
    EXPECT_NEAR(service::Mean(got->startup), Mean(spec.startup_time), 1.0);
    ASSERT_EQ(got->operations.size(), spec.operations.size());
    for (std::size_t i = 0; i < spec.operations.size(); ++i) {
      EXPECT_EQ(got->operations[i].name, spec.operations[i].name);
      EXPECT_NEAR(service::Mean(got->operations[i].work), Mean(spec.operations[i].work), 1.0);
      EXPECT_EQ(got->operations[i].calls.size(), spec.operations[i].calls.size());
    }
  }
}

TEST(AppBehaviour, CallsKeepTheirTimeoutsRetriesAndPorts) {
  const service::CallSpec& call = Hotel().read.Find("frontend")->FindOperation("search")->calls[1];
  EXPECT_EQ(call.service, "reservation");
  EXPECT_EQ(call.operation, "check_availability");
  EXPECT_EQ(call.host, "reservation");
  EXPECT_EQ(call.port, 8087);
  EXPECT_EQ(call.timeout, std::chrono::seconds(1));
  EXPECT_EQ(call.retries, 1u);
  EXPECT_EQ(call.backoff, std::chrono::milliseconds(20));
  EXPECT_DOUBLE_EQ(call.budget, 0.1);
}

TEST(AppBehaviour, APortOfProtocolUdpIsCalledOverUdp) {
  const service::CallSpec& call = Hotel().read.Find("frontend")->FindOperation("search")->calls[3];
  EXPECT_EQ(call.service, "jaeger");
  EXPECT_TRUE(call.udp);
  for (const service::Port& port : Hotel().read.Find("jaeger")->ports) {
    EXPECT_EQ(port.udp, port.number == 6831) << port.number;
  }
}

TEST(AppBehaviour, ANeedIsFoundWhereTheManifestPutsIt) {
  const service::Need* env = NeedOf("frontend", "SEARCH_ADDRESS");
  ASSERT_NE(env, nullptr);
  EXPECT_EQ(env->env, std::vector<std::string>{"SEARCH_ADDRESS"});
  const service::Need* key = NeedOf("geo", "GeoMongoAddress");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->setting);
  EXPECT_EQ(key->env, std::vector<std::string>{"GEO_MONGO_ADDRESS"});
  const service::Need* file = NeedOf("profile", "profile.json");
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(file->files.size(), 1u);
  EXPECT_TRUE(file->files[0].ends_with("/profile.json")) << file->files[0];
  const service::Need* secret = NeedOf("geo", "mongo-credentials");
  ASSERT_NE(secret, nullptr);
  EXPECT_FALSE(secret->setting);
  EXPECT_EQ(secret->env, (std::vector<std::string>{"MONGO_USER", "MONGO_PASSWORD"}));
}

service::Role RoleOf(const std::string& hostname, const std::string& image,
                     std::vector<std::string> argv) {
  return service::FindRole(Hotel().read, {"", "hotel", hostname, image, std::move(argv)});
}

TEST(Role, APodIsOfTheWorkloadWithTheLongestNameInItsOwn) {
  using Kind = service::Role::Kind;
  const auto rate = RoleOf("memcached-rate-6d9f7c-x2x4z", "memcached",
                           {"/wavetank-service", "-m", "64"});
  EXPECT_EQ(rate.kind, Kind::kService);
  EXPECT_EQ(rate.service->name, "memcached-rate");
  const auto geo = RoleOf("geo-75c6-abcde", "wavetank/hotel-geo", {"/app/geo"});
  EXPECT_EQ(geo.kind, Kind::kService);
  EXPECT_EQ(geo.service->name, "geo");
  EXPECT_EQ(RoleOf("somebody-1-2", "wavetank/hotel-geo", {"/app/geo"}).kind, Kind::kIdle);
}

TEST(Role, AnotherImageOrCommandIsAnotherProgram) {
  using Kind = service::Role::Kind;
  EXPECT_EQ(RoleOf("geo-75c6-abcde", "wavetank/hotel-rate", {"/app/geo"}).kind, Kind::kOther);
  const auto shell = RoleOf("geo-75c6-abcde", "wavetank/hotel-geo", {"sh", "-c", "sleep 1"});
  EXPECT_EQ(shell.kind, Kind::kOther);
  ASSERT_EQ(shell.ports.size(), 1u);
  EXPECT_EQ(shell.ports[0].number, 8083);
}

TEST(Role, ExecProbesAndInitContainersAreKnownByTheirCommands) {
  using Kind = service::Role::Kind;
  const auto manifests = ReadManifestText(R"(
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  initContainers: [{name: prepare, image: "busybox:1", command: [sh, -c, "chown x y"]}]
  containers:
    - name: db
      image: postgres:16
      ports: [{containerPort: 5432}]
      livenessProbe: {exec: {command: [pg_isready, -U, x]}}
    - {name: side, image: "exporter:2", args: ["--web"], ports: [{containerPort: 9187}]}
)",
                                          "pod.yaml");
  ASSERT_TRUE(manifests.ok());
  App app;
  app.path = "pod.yaml";
  app.manifests = *manifests;
  const auto behaviour = ResolveBehaviour(app.manifests, nullptr);
  ASSERT_TRUE(behaviour.ok());
  app.behaviour = *behaviour;
  service::App read;
  std::string error;
  ASSERT_TRUE(service::ReadAppText(AppBehaviourText(app), read, error)) << error;
  const auto role = [&read](const std::string& image, std::vector<std::string> argv) {
    return service::FindRole(read, {"", "default", "db", image, std::move(argv)}).kind;
  };
  EXPECT_EQ(role("postgres", {"/wavetank-service"}), Kind::kService);
  EXPECT_EQ(role("postgres", {"pg_isready", "-U", "x"}), Kind::kProbe);
  EXPECT_EQ(role("busybox", {"sh", "-c", "chown x y"}), Kind::kInit);
  EXPECT_EQ(role("exporter", {"/wavetank-service", "--web"}), Kind::kOther);
}

TEST(AppBehaviour, EqualAppsGiveEqualBytes) {
  const Result<App> again = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(AppBehaviourText(*again), AppBehaviourText(Hotel().app));
}

}  // namespace
}  // namespace wt
