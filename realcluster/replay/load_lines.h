// SPDX-License-Identifier: Apache-2.0
// What wavetank-load prints every second (realcluster/service/load_report.h, SummaryLine), added
// up.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

struct LoadCount {
  u64 ok = 0, failed = 0;
};

struct LoadLine {
  bool total = false;  // of the whole run: the last line
  double t_s = 0;
  u64 ok = 0, failed = 0, not_sent = 0;
  double latency_s = 0;  // sum over those that ended
  std::map<std::string, LoadCount, std::less<>> operations;  // "frontend.search"
  std::vector<std::pair<double, u64>> times_s;               // of those that ended
};

// Error: kEnvironment: not such a line.
Result<LoadLine> ReadLoadLine(std::string_view text);

// Requests count when they end, as in the metrics of any service; one that the program could not
// send (not_sent) ends at once and failed.
struct LoadSums {
  u64 requests = 0, errors = 0;
  u64 ended = 0;  // with a time
  double latency_s = 0;
  std::map<std::string, LoadCount, std::less<>> operations;

  // A total takes the place of what the periods before summed to: it holds the last, unfinished
  // one too.
  void Add(const LoadLine& line);
};

// Times of the last while.
class RecentTimes {
 public:
  explicit RecentTimes(double window_s) : window_s_(window_s) {}
  void Add(const LoadLine& line);
  bool empty() const { return count_ == 0; }
  double Quantile(double share) const;  // seconds; 0 when there are none

 private:
  double window_s_;
  u64 count_ = 0;
  std::deque<LoadLine> lines_;
};

}  // namespace wt
