// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

namespace wt::service {
namespace {

constexpr unsigned kOk = 200, kNotFound = 404, kUnavailable = 503;
constexpr auto kHealthKept = std::chrono::milliseconds(250);
constexpr std::uint64_t kMeasuredRequests = 20;  // fewer in a second say little about the overhead

HttpResponse Error(unsigned status, const char* what) {
  return {status, fmt::format("{{\"error\":\"{}\"}}\n", what), "application/json"};
}

// Of a service with several cores, as many requests work side by side; a CPU limit below is the
// kernel's to enforce.
std::size_t SlotsOf(const Service& self) {
  if (!self.event_loop) return self.threads;
  return static_cast<std::size_t>(std::max(1.0, self.cores));
}

unsigned BurnThreads(const Service& self) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(cores, static_cast<unsigned>(SlotsOf(self)));
}

}  // namespace

Engine::Engine(asio::io_context& loop, const App& app, const Service& self, Random& random)
    : loop_(loop),
      app_(app),
      self_(self),
      random_(random),
      caller_(loop, self, random, metrics_),
      burner_(*new Burner(loop, BurnThreads(self))),  // its threads end with the process
      slots_(loop, SlotsOf(self), self.queue) {
  metrics_.service = self.name;
  for (const Operation& operation : self.operations) metrics_.operations[operation.name];
}

void Engine::Begin() {
  serving_since_ = Clock::now();
  loop_cpu_ = ThreadCpu() - burner_.burnt_here();
  asio::co_spawn(loop_, EverySecond(), asio::detached);
}

Task<void> Engine::EverySecond() {
  for (;;) {
    co_await Pause(loop_, std::chrono::seconds(1));
    leaked_.Grow(self_.memory_leak_per_hour / 3600);
    if (done_ < kMeasuredRequests) continue;
    const Nanos now = ThreadCpu() - burner_.burnt_here();
    const Nanos each = (now - loop_cpu_) / done_;
    overhead_ = overhead_.count() == 0 ? each : (overhead_ * 3 + each) / 4;
    loop_cpu_ = now;
    done_ = 0;
  }
}

bool Engine::Plays(const std::string& service) const {
  if (service.empty() || service == self_.name) return true;
  const Service* named = app_.Find(service);
  return named != nullptr && SameToCallers(*named, self_);
}

const Operation* Engine::FindOperation(const std::string& service, const std::string& name) const {
  if (!Plays(service)) return nullptr;
  const Service* named = service.empty() ? &self_ : app_.Find(service);
  return named->FindOperation(name);
}

Task<HttpResponse> Engine::Answer(HttpRequest request) {
  const auto& paths = self_.health_paths;
  if (std::find(paths.begin(), paths.end(), request.path) != paths.end()) {
    co_return co_await Health();
  }
  if (request.path.starts_with("/op/")) {
    const std::string name = request.path.substr(4);
    co_return co_await Operate(std::move(request), name);
  }
  if (request.path == "/metrics") {
    metrics_.waiting = slots_.waiting();
    metrics_.working = slots_.busy();
    co_return HttpResponse{kOk, metrics_.Text(), "text/plain; version=0.0.4"};
  }
  if (request.path == "/wavetank/plays") {
    if (!Plays(request.service)) co_return Error(kNotFound, "another service");
    co_return HttpResponse{kOk, fmt::format("{{\"service\":\"{}\"}}\n", self_.name)};
  }
  if (paths.empty()) co_return co_await Health();
  co_return Error(kNotFound, "no such path");
}

Task<HttpResponse> Engine::Health() {
  if (!self_.health_depends.empty() && Clock::now() >= health_until_) {
    bool healthy = true;
    for (const std::string& name : self_.health_depends) {
      const Service* needed = app_.Find(name);
      std::string error;
      if (needed != nullptr) healthy = co_await caller_.Answers(*needed, error);
      if (!healthy) break;
    }
    healthy_ = healthy;
    health_until_ = Clock::now() + kHealthKept;
  }
  if (!healthy_) co_return Error(kUnavailable, "a dependency does not answer");
  co_return HttpResponse{kOk, "{\"status\":\"ok\"}\n"};
}

Task<HttpResponse> Engine::Operate(HttpRequest request, const std::string& name) {
  if (request.method != "GET" && request.method != "POST") co_return Error(405, "GET or POST");
  const Operation* operation = FindOperation(request.service, name);
  if (operation == nullptr) co_return Error(kNotFound, "no such operation");
  const Clock::time_point began = Clock::now();
  ++metrics_.in_flight;
  unsigned status = kUnavailable;
  if (self_.connections > 0 && metrics_.in_flight > self_.connections) {
    ++metrics_.refused;
  } else {
    status = co_await Serve(*operation);
  }
  --metrics_.in_flight;
  ++done_;
  const Nanos took = Clock::now() - began;
  metrics_.Count(operation->name, status, took);
  if (status == kUnavailable) co_return Error(status, "too many requests");
  if (status != kOk) co_return Error(status, "a call failed");
  const double ms = static_cast<double>(took.count()) / 1e6;
  std::string body = fmt::format("{{\"service\":\"{}\",\"operation\":\"{}\",\"ms\":{:.3f}}}\n",
                                 self_.name, operation->name, ms);
  co_return HttpResponse{kOk, std::move(body)};
}

// A thread is held until its calls are answered, a loop only for its own work.
Task<unsigned> Engine::Serve(const Operation& operation) {
  const Held memory(static_cast<std::size_t>(self_.memory_per_request));
  if (!co_await slots_.Enter(Clock::time_point::max())) {
    ++metrics_.refused;
    co_return kUnavailable;
  }
  co_await Work(operation);
  if (self_.event_loop) slots_.Leave();
  unsigned status = kOk;
  bool hit = false;
  if (self_.cache_hit_ratio >= 0) {
    hit = random_.Uniform() < HitRatio();
    ++(hit ? metrics_.cache_hits : metrics_.cache_misses);
  }
  if (!hit) status = co_await caller_.MakeCalls(operation);
  if (!self_.event_loop) slots_.Leave();
  co_return status;
}

// A drawn service time: the share of it that is CPU is burnt, the rest slept. Never less than the
// CPU per request in the mean.
Task<void> Engine::Work(const Operation& operation) {
  const double mean = std::max(Mean(operation.work), 1.0);
  const double cpu = static_cast<double>(self_.cpu.count());
  const double drawn = Draw(operation.work, random_) * std::max(1.0, cpu / mean);
  const double share = std::min(1.0, cpu / mean);
  const Nanos burnt(static_cast<std::int64_t>(drawn * share));
  co_await burner_.Burn(burnt > overhead_ ? burnt - overhead_ : Nanos(0));
  const Nanos rest(static_cast<std::int64_t>(drawn * (1 - share)));
  if (rest.count() > 0) co_await Pause(loop_, rest);
}

// Empty at its start, warm after warm_up, in a line between. The simulator's caches are warm from
// the start (sim/traffic/inputs.cpp).
double Engine::HitRatio() const {
  if (self_.cache_warm_up.count() <= 0) return self_.cache_hit_ratio;
  const Nanos age = Clock::now() - serving_since_;
  const auto warm_up = static_cast<double>(self_.cache_warm_up.count());
  const double warm = static_cast<double>(age.count()) / warm_up;
  return self_.cache_hit_ratio * std::min(1.0, warm);
}

}  // namespace wt::service
