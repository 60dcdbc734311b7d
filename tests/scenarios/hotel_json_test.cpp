// SPDX-License-Identifier: Apache-2.0
// Claims about the shipped app "hotel", from its files alone.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/behaviour.h"

namespace wt {
namespace {

using nlohmann::json;

const App& Hotel() {
  static const App kApp = [] {
    auto app = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
    EXPECT_TRUE(app.ok()) << (app.ok() ? "" : app.error().Text());
    return app.ok() ? std::move(*app) : App{};
  }();
  return kApp;
}

const json& DeploymentOf(const AppService& service) {
  return Hotel().manifests.Find("Deployment", "hotel", service.workload)->object();
}

// Pods that a rollout leaves running when no new pod ever becomes ready.
int PodsLeftByABadRollout(const json& deployment) {
  const int replicas = deployment["spec"]["replicas"];
  const json strategy = deployment["spec"].value("strategy", json::object());
  if (strategy.value("type", "") == "Recreate") return 0;
  const json text =
      strategy.value("rollingUpdate", json::object()).value("maxUnavailable", json("25%"));
  const int unavailable =
      text.is_string() ? replicas * std::stoi(text.get<std::string>()) / 100 : text.get<int>();
  return std::max(0, replicas - unavailable);
}

// Requests per second that arrive at each service for `rps` at the entry points.
std::vector<f64> Arrivals(const std::string& mix, f64 rps) {
  const Behaviour& behaviour = Hotel().behaviour;
  std::vector<f64> arrivals(behaviour.services.size());
  const auto add = [&](auto&& self, u32 service, u32 operation, f64 rate) -> void {
    arrivals[service] += rate;
    const AppService& spec = behaviour.services[service];
    for (const CallSpec& call : spec.operations[operation].calls) {
      const f64 share = call.on_miss ? 1 - spec.cache_hit_ratio : call.probability;
      self(self, call.service, call.operation, rate * share);
    }
  };
  for (const MixEntry& entry : behaviour.mixes.at(mix)) {
    add(add, entry.service, entry.operation, rps * entry.share);
  }
  return arrivals;
}

// Requests per second that one pod can serve by its CPU limit.
f64 CapacityOfAPod(const AppService& service) {
  const json limit = DeploymentOf(
      service)["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"];
  const std::string text = limit.is_string() ? limit.get<std::string>() : limit.dump();
  return QuantityNumber(text).value() / (static_cast<f64>(service.cpu_per_request) * 1e-9);
}

TEST(Hotel, LoadsWithoutAWarning) {
  for (const std::string& warning : Hotel().manifests.warnings) ADD_FAILURE() << warning;
  for (const std::string& warning : Hotel().behaviour.warnings) ADD_FAILURE() << warning;
}

TEST(Hotel, HasTheServicesAndPortsOfHotelReservation) {
  const std::map<std::string, i32> expected = {{"frontend", 5000},
                                               {"profile", 8081},
                                               {"search", 8082},
                                               {"geo", 8083},
                                               {"rate", 8084},
                                               {"recommendation", 8085},
                                               {"user", 8086},
                                               {"reservation", 8087},
                                               {"mongodb-geo", 27017},
                                               {"mongodb-profile", 27017},
                                               {"mongodb-rate", 27017},
                                               {"mongodb-recommendation", 27017},
                                               {"mongodb-reservation", 27017},
                                               {"mongodb-user", 27017},
                                               {"memcached-rate", 11211},
                                               {"memcached-profile", 11211},
                                               {"memcached-reserve", 11211},
                                               {"consul", 8500},
                                               {"jaeger", 6831}};
  std::map<std::string, i32> found;
  for (const AppService& service : Hotel().behaviour.services) {
    found[service.name] = service.port;
    EXPECT_EQ(service.called_port, service.port) << service.name;
    EXPECT_FALSE(service.inferred) << service.name;
  }
  EXPECT_EQ(found, expected);
}

TEST(Hotel, RunsAboutFortyPodsWithProbesRequestsAndLimits) {
  int pods = 0;
  for (const AppService& service : Hotel().behaviour.services) {
    const json& deployment = DeploymentOf(service);
    pods += deployment["spec"]["replicas"].get<int>();
    const json& container = deployment["spec"]["template"]["spec"]["containers"][0];
    EXPECT_TRUE(container.contains("readinessProbe")) << service.name;
    EXPECT_TRUE(container.contains("livenessProbe")) << service.name;
    for (const char* group : {"requests", "limits"}) {
      for (const char* resource : {"cpu", "memory"}) {
        EXPECT_TRUE(container["resources"][group].contains(resource)) << service.name;
      }
    }
    const f64 limit =
        QuantityNumber(container["resources"]["limits"]["memory"].get<std::string>()).value();
    EXPECT_LT(service.memory_base + 300 * service.memory_per_request, limit) << service.name;
  }
  EXPECT_EQ(pods, 39);
}

TEST(Hotel, EveryPodIsBusyButNotOverloadedInEveryMix) {
  for (const auto& [name, mix] : Hotel().behaviour.mixes) {
    const std::vector<f64> arrivals = Arrivals(name, 140);
    for (size_t i = 0; i < arrivals.size(); ++i) {
      const AppService& service = Hotel().behaviour.services[i];
      const int replicas = DeploymentOf(service)["spec"]["replicas"];
      EXPECT_LT(arrivals[i] / (replicas * CapacityOfAPod(service)), 0.75) << name << service.name;
    }
  }
}

TEST(Hotel, ABadRolloutTakesAwayMoreThanAServiceCanSpareButAtTheFrontend) {
  const std::vector<f64> arrivals = Arrivals("booking", 110);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    const AppService& service = Hotel().behaviour.services[i];
    if (!service.on_request_path) continue;
    const f64 left = PodsLeftByABadRollout(DeploymentOf(service)) * CapacityOfAPod(service);
    if (service.name == "frontend") {
      EXPECT_LT(arrivals[i] / left, 0.7);
    } else {
      EXPECT_GT(arrivals[i], 1.1 * left) << service.name;
    }
  }
}

TEST(Hotel, RequestsReachAllButTheRegistryAndTracing) {
  for (const AppService& service : Hotel().behaviour.services) {
    const bool platform = service.name == "consul" || service.name == "jaeger";
    EXPECT_EQ(service.on_request_path, !platform) << service.name;
  }
  const Behaviour& behaviour = Hotel().behaviour;
  EXPECT_EQ(behaviour.services[behaviour.Find("geo")->startup_needs.at(0)].name, "consul");
}

TEST(Hotel, WhatItNeedsIsInItsConfigMaps) {
  int with_keys = 0;
  for (const AppService& service : Hotel().behaviour.services) {
    if (!service.needs.config_keys.empty()) ++with_keys;
    for (const ConfigKey& key : service.needs.config_keys) {
      const Manifest* config = Hotel().manifests.Find("ConfigMap", "hotel", key.config_map);
      ASSERT_NE(config, nullptr) << key.config_map;
      EXPECT_TRUE(config->object()["data"].contains(key.key)) << key.key;
    }
  }
  EXPECT_EQ(with_keys, 8);
}

TEST(Hotel, WithoutItsBehaviourFileTheSameGraphIsInferred) {
  const auto inferred = ResolveBehaviour(Hotel().manifests, nullptr);
  ASSERT_TRUE(inferred.ok()) << inferred.error().Text();
  const auto edges = [](const Behaviour& behaviour) {
    std::set<std::string> names;
    for (const AppService& caller : behaviour.services) {
      for (const OperationSpec& operation : caller.operations) {
        for (const CallSpec& call : operation.calls) {
          const std::string& callee = behaviour.services[call.service].name;
          const bool platform = callee == "consul" || callee == "jaeger";
          if (!platform && caller.role == ServiceRole::kApp)
            names.insert(caller.name + ">" + callee);
        }
      }
    }
    return names;
  };
  std::set<std::string> expected = edges(Hotel().behaviour);
  // Behind a cache by behaviour.yaml, called directly by what the addresses say.
  expected.insert({"rate>mongodb-rate", "profile>mongodb-profile"});
  EXPECT_EQ(edges(*inferred), expected);
  ASSERT_EQ(inferred->mixes.at("default").size(), 1u);
  EXPECT_EQ(inferred->services[inferred->mixes.at("default")[0].service].name, "frontend");
}

}  // namespace
}  // namespace wt
