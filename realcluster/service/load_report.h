// SPDX-License-Identifier: Apache-2.0
// What wavetank-load prints: JSON lines, one a request or one a period.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "realcluster/service/http.h"

namespace wt::service {

// Quantiles of times from counts in buckets: 64 to each doubling from 1 us on, so that a quantile
// is right to 1.1 %.
class Quantiles {
 public:
  void Add(double ms);
  double At(double share) const;  // ms; 0 when nothing was added
  double Mean() const;            // ms; 0 when nothing was added
  void Add(const Quantiles& other);
  // [[1.254,3],...]: the middle of each bucket that has some, in ms, and how many.
  std::string Text() const;

 private:
  static double Middle(std::size_t bucket);
  static constexpr std::size_t kPerDoubling = 64, kDoublings = 28;  // to four minutes
  std::array<std::uint32_t, kPerDoubling * kDoublings> counts_{};
  std::uint64_t count_ = 0;
  double sum_ms_ = 0;
};

struct OperationEnds {
  std::uint64_t ok = 0, failed = 0;
};

struct LoadCounts {
  std::uint64_t sent = 0, ok = 0, not_sent = 0;
  std::map<std::string, std::uint64_t> failed;  // by kind: refused, timeout, ..., status 503
  std::map<std::string, OperationEnds> operations;  // by name in the mix, of those that ended
  Quantiles times;                                  // of all that ended, failed ones too

  void Add(const LoadCounts& other);
};

// "refused", "timeout", "reset", ...; for answers other than 2xx "status 503". Empty: it is well.
std::string FailureOf(const HttpAnswer& answer);

// {"t": 1.234567, "op": "frontend.search", "ms": 12.345, "status": 200}, or "error" for a status.
std::string RequestLine(double at_s, const std::string& op, double ms, const HttpAnswer& answer);
std::string NotSentLine(double at_s, const std::string& op);
std::string PlanLine(double at_s, const std::string& op);
// `kind` is "period" or "total". In "operations" SERVICE.OPERATION has [ok, failed].
std::string SummaryLine(const char* kind, double at_s, const LoadCounts& counts,
                        std::size_t in_flight);

}  // namespace wt::service
