// SPDX-License-Identifier: Apache-2.0
// One service as a running program: a request is let in (or refused), works, calls, answers; as
// the simulator's (docs/traffic.md, tests/traffic/reference_des.cpp Serve, Handle).
#pragma once

#include "realcluster/service/app.h"
#include "realcluster/service/burn.h"
#include "realcluster/service/caller.h"
#include "realcluster/service/memory.h"

namespace wt::service {

class Engine {
 public:
  // REQUIRES: app and self outlive it.
  Engine(asio::io_context& loop, const App& app, const Service& self, Random& random);

  // GET or POST /op/NAME, health paths, /metrics, /wavetank/plays; 404 for what is none of them.
  Task<HttpResponse> Answer(HttpRequest request);

  // The cache begins to warm, memory to leak, the cost of serving to be measured.
  void Begin();
  Caller& caller() { return caller_; }

 private:
  Task<HttpResponse> Operate(HttpRequest request, const std::string& name);
  Task<unsigned> Serve(const Operation& operation);
  Task<void> Work(const Operation& operation);
  Task<HttpResponse> Health();
  Task<void> EverySecond();
  const Operation* FindOperation(const std::string& service, const std::string& name) const;
  bool Plays(const std::string& service) const;
  double HitRatio() const;

  asio::io_context& loop_;
  const App& app_;
  const Service& self_;
  Random& random_;
  Metrics metrics_;
  Caller caller_;
  Burner& burner_;
  Station slots_;
  Ballast leaked_;
  Clock::time_point serving_since_{};
  // CPU that a request costs beside what it burns: reading, calling, answering. Taken off what is
  // burnt, so that a request costs what the behaviour says.
  Nanos overhead_{0};
  Nanos loop_cpu_{0};
  std::uint64_t done_ = 0;
  // The last answer of the health check, kept shortly: checks from outside are no load.
  Clock::time_point health_until_{};
  bool healthy_ = true;
};

}  // namespace wt::service
