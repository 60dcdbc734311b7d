// SPDX-License-Identifier: Apache-2.0
// Traffic of a simulated cluster as a load generator and the services' own counters would report
// it: means of the time between two reports.
#pragma once

#include <vector>

#include "episodes/trace/trace.h"
#include "episodes/trace/trace_words.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// The mean of a row over samples: of its error share and times weighted with its rate, of all else
// plain. Equal samples give exactly that row: sums of f32 products are exact in f64 for up to 32 of
// them.
template <class Row, std::size_t kCount>
class RowMean {
 public:
  using Members = std::array<f32 Row::*, kCount>;

  void Add(const Row& row, const Members& members) {
    const f64 rate = static_cast<f64>(row.rate);
    for (std::size_t i = 0; i < kCount; ++i) {
      const f64 value = static_cast<f64>(row.*members[i]);
      plain_[i] += value;
      by_rate_[i] += value * rate;
    }
    ++samples_;
  }

  // And begins anew. REQUIRES: a sample; members[0] is the rate.
  Row Take(const Members& members) {
    Row out;
    for (std::size_t i = 0; i < kCount; ++i) {
      const bool weighted = IsWeightedNumber(i) && plain_[0] > 0;
      out.*members[i] = static_cast<f32>(weighted ? by_rate_[i] / plain_[0]
                                                  : plain_[i] / static_cast<f64>(samples_));
    }
    *this = {};
    return out;
  }

 private:
  std::array<f64, kCount> plain_{}, by_rate_{};
  u32 samples_ = 0;
};

class TrafficMeans {
 public:
  // The time of the first report begins here.
  void Begin(const SimCluster& cluster);
  // Rows and latencies are means of what they were at these instants.
  void Sample(const SimCluster& cluster);
  // Since the report before, or Begin. The client's rate and errors are those of the World's
  // counters, so that the reports of an episode add up to them. Rows as they were told before are
  // left out. Without a sample since: what the World says now counts for all of the time.
  TraceTraffic Report(const SimCluster& cluster);
  SimTime reported() const { return reported_; }

 private:
  RowMean<FlowClient, kClientNumbers.size()> client_;
  std::vector<RowMean<FlowServiceRow, kServiceNumbers.size()>> service_means_;
  std::vector<RowMean<FlowOperationRow, kOperationNumbers.size()>> operation_means_;
  u32 samples_ = 0;
  SimTime reported_ = 0;
  f64 requests_ = 0, errors_ = 0;  // the World's counters then
  std::vector<FlowServiceRow> services_;  // as told
  std::vector<FlowOperationRow> operations_;
};

}  // namespace wt
