// SPDX-License-Identifier: Apache-2.0
// What wavetank-load is asked to do, and when its requests go out: an open loop. Times, order and
// operations follow from the options and the seed alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "realcluster/service/law.h"

namespace wt::service {

struct Target {
  std::string host;
  int port = 80;
};

struct MixPart {
  std::string name;     // as given: SERVICE.OPERATION, OPERATION or /PATH
  std::string service;  // empty: not said
  std::string path;
  double share = 0;  // of the requests; the shares sum to 1
};

struct RatePoint {
  double at_s = 0, rps = 0;
};

struct LoadOptions {
  std::map<std::string, Target> targets;  // by service; "" is for those without one of their own
  std::vector<MixPart> mix;
  std::vector<RatePoint> rate;  // linear between points; the first holds before, the last after
  double for_s = 0;
  Nanos timeout = std::chrono::seconds(10);  // the simulator's client: sim/traffic/flow.h
  std::uint64_t seed = 1;
  bool even = false;   // else Poisson, as the simulator's load
  double every_s = 0;  // > 0: summaries instead of requests
  std::size_t in_flight_max = 4096;
  bool plan = false;  // print what would be sent when, and send nothing
};

// Bounds: rates to 1e6/s, 1000 operations, 1e5 points, 30 days. False: `error` says what is wrong.
bool ReadLoadOptions(const std::vector<std::string>& arguments, LoadOptions& options,
                     std::string& error);
// "OP=SHARE,..." or lines of that form; # starts a comment. Shares are made to sum to 1.
bool ReadMix(const std::string& text, std::vector<MixPart>& mix, std::string& error);
// Lines "t_s,rate_rps" with growing t_s; a first line that is not numeric is a header.
bool ReadRates(const std::string& text, std::vector<RatePoint>& points, std::string& error);

extern const char* const kLoadUsage;

// The requests in their order.
class Schedule {
 public:
  explicit Schedule(const LoadOptions& options);
  struct Request {
    double at_s = 0;
    std::size_t part = 0;  // of the mix
  };
  // False: none before the end. A Poisson process by time change: the expected number of requests
  // until the next one is exponential (even: 1). Source: Cinlar 1975, 7.4.
  bool Next(Request& request);

 private:
  double Rate(double at_s) const;

  const LoadOptions& options_;
  Random arrivals_, choices_;
  double at_s_ = 0;
  std::size_t segment_ = 0;
};

}  // namespace wt::service
