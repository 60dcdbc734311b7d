// SPDX-License-Identifier: Apache-2.0
// The calls of operations: one after the other or side by side, each with its timeout, retries
// within a budget, breaker and pool. Meaning of the fields as in the simulator: docs/traffic.md,
// tests/traffic/reference_des.cpp (Calls, Call, Attempt).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "realcluster/service/app.h"
#include "realcluster/service/log.h"
#include "realcluster/service/metrics.h"
#include "realcluster/service/resolve.h"

namespace wt::service {

// Extra attempts against calls, both forgotten with a time constant of 10 s: over any longer while
// at most `share` extra attempts a call.
class RetryBudget {
 public:
  void CountCall(Clock::time_point now);
  bool Allow(double share, Clock::time_point now);  // and counts the extra attempt

 private:
  void Forget(Clock::time_point now);
  double calls_ = 0, extra_ = 0;
  Clock::time_point at_{};
};

// Opens after `failures` in a row; once `open` has passed, one attempt tries.
class Breaker {
 public:
  bool Allow(unsigned failures, Clock::time_point now);
  void Count(bool ok, unsigned failures, Nanos open, Clock::time_point now);

 private:
  unsigned in_row_ = 0;
  Clock::time_point until_{};
  bool trying_ = false;
};

class Caller {
 public:
  Caller(asio::io_context& loop, const Service& self, Random& random, Metrics& metrics)
      : loop_(loop), self_(self), random_(random), metrics_(metrics), resolver_(loop) {}

  // All calls of an operation; 200, else what to answer: 502, 504 after a timeout. A failed
  // required call stops those after its group.
  Task<unsigned> MakeCalls(const Operation& operation);

  // Whether some endpoint of the service plays it; else what connecting says. Both for what a
  // program needs before it serves and for its health checks.
  Task<bool> Answers(const Service& service, std::string& error);

 private:
  struct CallState {
    RetryBudget budget;
    Breaker breaker;
    std::unique_ptr<Station> pool;
  };
  struct Attempted {
    bool ok = false;
    bool late = false;
    std::string error;   // in the log's words
    const char* ending;  // in the metrics' words
  };

  Task<unsigned> MakeCall(const Operation& operation, const CallSpec& call);
  Task<Attempted> Attempt(const CallSpec& call, CallState& state);
  Task<HttpAnswer> Ask(const CallSpec& call, Clock::time_point deadline);
  CallState& StateOf(const CallSpec& call);

  asio::io_context& loop_;
  const Service& self_;
  Random& random_;
  Metrics& metrics_;
  Resolver resolver_;
  QuietLog log_;
  std::map<const CallSpec*, CallState> states_;
};

// What the log says of an attempt that ended so.
std::string ErrorText(const HttpAnswer& answer, const std::string& host, int port);

}  // namespace wt::service
