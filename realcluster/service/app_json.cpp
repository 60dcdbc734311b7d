// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "realcluster/service/app.h"

namespace wt::service {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "wavetank.app/1";
constexpr std::size_t kLargest = 16 << 20;

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error(what); }

Law ReadLaw(const Json& json) {
  Law law;
  if (json.contains("constant")) {
    law.low = law.high = json.at("constant").get<double>();
  } else if (json.contains("uniform")) {
    law.form = Law::Form::kUniform;
    law.low = json.at("uniform").at(0).get<double>();
    law.high = json.at("uniform").at(1).get<double>();
  } else if (json.contains("lognormal")) {
    law.form = Law::Form::kLogNormal;
    law.low = json.at("lognormal").at(0).get<double>();
    law.high = json.at("lognormal").at(1).get<double>();
  } else {
    law.form = Law::Form::kChoice;
    law.values = json.at("choice").get<std::vector<double>>();
    law.upto = json.at("upto").get<std::vector<double>>();
    if (law.values.empty() || law.values.size() != law.upto.size()) Fail("a choice of nothing");
  }
  return law;
}

Nanos ReadNanos(const Json& json, const char* key) {
  return Nanos(json.value(key, std::int64_t{0}));
}

std::vector<std::string> ReadTexts(const Json& json, const char* key) {
  return json.value(key, std::vector<std::string>{});
}

std::vector<Port> ReadPorts(const Json& json) {
  std::vector<Port> ports;
  for (const Json& entry : json.value("ports", Json::array())) {
    const Port port{entry.at("port").get<int>(), entry.value("udp", false)};
    if (port.number < 1 || port.number > 65535) Fail("port out of range");
    ports.push_back(port);
  }
  return ports;
}

CallSpec ReadCall(const Json& json) {
  CallSpec call;
  call.service = json.at("service").get<std::string>();
  call.operation = json.at("operation").get<std::string>();
  call.host = json.at("host").get<std::string>();
  call.port = json.at("port").get<int>();
  call.udp = json.value("udp", false);
  call.timeout = ReadNanos(json, "timeout_ns");
  call.backoff = ReadNanos(json, "backoff_ns");
  call.retries = json.value("retries", 0u);
  call.budget = json.value("budget", 1.0);
  call.probability = json.value("probability", 1.0);
  call.optional = json.value("optional", false);
  call.group = json.value("group", 0u);
  call.breaker_failures = json.value("breaker_failures", 0u);
  call.breaker_open = ReadNanos(json, "breaker_open_ns");
  call.pool = json.value("pool", 0u);
  if (call.timeout.count() <= 0) Fail("a call without a timeout");
  return call;
}

Container ReadContainer(const Json& json) {
  Container container;
  const std::string kind = json.at("kind").get<std::string>();
  container.kind = kind == "main"   ? Container::Kind::kMain
                   : kind == "init" ? Container::Kind::kInit
                                    : Container::Kind::kOther;
  container.image = json.at("image").get<std::string>();
  container.argv = ReadTexts(json, "argv");
  container.ports = ReadPorts(json);
  container.probes = json.value("probes", std::vector<std::vector<std::string>>{});
  return container;
}

void ReadFigures(const Json& json, Service& service) {
  service.event_loop = json.at("concurrency").at("model") == "event-loop";
  service.cores = json.at("concurrency").value("cores", 1.0);
  service.threads = json.at("concurrency").value("threads", 64u);
  service.queue = json.at("concurrency").value("queue", 256u);
  service.startup = ReadLaw(json.at("startup"));
  service.cpu = ReadNanos(json, "cpu_ns");
  service.memory_base = json.value("memory_base", 0.0);
  service.memory_per_request = json.value("memory_per_request", 0.0);
  service.memory_leak_per_hour = json.value("memory_leak_per_hour", 0.0);
  service.connections = json.value("connections", 0u);
  if (!json.contains("cache")) return;
  service.cache_hit_ratio = json.at("cache").at("hit_ratio").get<double>();
  service.cache_warm_up = ReadNanos(json.at("cache"), "warm_up_ns");
}

Service ReadService(const Json& json) {
  Service service;
  service.name = json.at("name").get<std::string>();
  service.workload_kind = json.at("workload_kind").get<std::string>();
  service.workload = json.at("workload").get<std::string>();
  service.name_space = json.value("namespace", "");
  service.host = json.value("host", "");
  service.called_port = json.value("called_port", 0);
  service.called_udp = json.value("called_udp", false);
  service.port = json.value("port", 0);
  service.ports = ReadPorts(json);
  ReadFigures(json, service);
  service.startup_needs = ReadTexts(json, "startup_needs");
  service.health_depends = ReadTexts(json, "health_depends");
  service.health_paths = ReadTexts(json, "health_paths");
  for (const Json& need : json.value("needs", Json::array())) {
    service.needs.push_back({need.value("setting", true), need.at("name").get<std::string>(),
                             ReadTexts(need, "env"), ReadTexts(need, "files")});
  }
  for (const Json& entry : json.at("operations")) {
    Operation operation{entry.at("name").get<std::string>(), ReadLaw(entry.at("work")), {}};
    for (const Json& call : entry.value("calls", Json::array())) {
      operation.calls.push_back(ReadCall(call));
    }
    service.operations.push_back(std::move(operation));
  }
  for (const Json& container : json.value("containers", Json::array())) {
    service.containers.push_back(ReadContainer(container));
  }
  return service;
}

App ReadDocument(const Json& json) {
  const std::string schema = json.at("schema").get<std::string>();
  if (schema != kSchema) Fail("schema " + schema + "; expected " + kSchema);
  App app;
  app.name = json.value("app", "");
  app.crash = ReadLaw(json.at("timing").at("crash"));
  app.stop = ReadLaw(json.at("timing").at("stop"));
  for (const Json& service : json.at("services")) app.services.push_back(ReadService(service));
  for (const Service& service : app.services) {
    for (const Operation& operation : service.operations) {
      for (const CallSpec& call : operation.calls) {
        if (app.Find(call.service) == nullptr) Fail("a call to unknown " + call.service);
      }
    }
  }
  return app;
}

}  // namespace

bool ReadAppText(const std::string& text, App& app, std::string& error) {
  try {
    app = ReadDocument(Json::parse(text));
    return true;
  } catch (const std::exception& problem) {
    error = problem.what();
    return false;
  }
}

bool ReadApp(const std::string& path, App& app, std::string& error) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    error = "no such file or directory";
    return false;
  }
  std::string text;
  for (char part[65536]; file && text.size() < kLargest;) {
    file.read(part, sizeof(part));
    text.append(part, static_cast<std::size_t>(file.gcount()));
  }
  return ReadAppText(text, app, error);
}

const Operation* Service::FindOperation(std::string_view operation) const {
  for (const Operation& known : operations) {
    if (known.name == operation) return &known;
  }
  return nullptr;
}

const Service* App::Find(std::string_view service) const {
  for (const Service& known : services) {
    if (known.name == service) return &known;
  }
  return nullptr;
}

bool SameToCallers(const Service& a, const Service& b) {
  return !a.host.empty() && a.host == b.host && a.called_port == b.called_port &&
         a.name_space == b.name_space;
}

}  // namespace wt::service
