// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/metrics.h"

#include <fmt/format.h>

#include "realcluster/service/burn.h"
#include "realcluster/service/memory.h"

namespace wt::service {
namespace {

double Seconds(Nanos time) { return static_cast<double>(time.count()) / 1e9; }

void AddHead(std::string& out, const char* name, const char* type) {
  out += fmt::format("# TYPE {} {}\n", name, type);
}

void AddValue(std::string& out, const char* name, const char* type, double value) {
  AddHead(out, name, type);
  out += fmt::format("{} {}\n", name, value);
}

std::string Histogram(const Metrics& metrics) {
  std::string out;
  for (const auto& [name, count] : metrics.operations) {
    const std::string labels =
        fmt::format("service=\"{}\",operation=\"{}\"", metrics.service, name);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count.buckets.size(); ++i) {
      sum += count.buckets[i];
      const std::string bound = i < kBuckets.size() ? fmt::format("{}", kBuckets[i]) : "+Inf";
      out += fmt::format("wavetank_request_duration_seconds_bucket{{{},le=\"{}\"}} {}\n", labels,
                         bound, sum);
    }
    out += fmt::format("wavetank_request_duration_seconds_sum{{{}}} {}\n", labels, count.seconds);
    out += fmt::format("wavetank_request_duration_seconds_count{{{}}} {}\n", labels, sum);
  }
  return out;
}

}  // namespace

void Metrics::Count(const std::string& operation, unsigned status, Nanos took) {
  OperationCount& count = operations[operation];
  ++count.by_status[status];
  const double seconds = Seconds(took);
  count.seconds += seconds;
  std::size_t bucket = 0;
  while (bucket < kBuckets.size() && seconds > kBuckets[bucket]) ++bucket;
  ++count.buckets[bucket];
}

std::string Metrics::Text() const {
  std::string out;
  AddHead(out, "wavetank_requests_total", "counter");
  for (const auto& [name, count] : operations) {
    for (const auto& [status, n] : count.by_status) {
      out += fmt::format(
          "wavetank_requests_total{{service=\"{}\",operation=\"{}\",code=\"{}\"}} {}\n", service,
          name, status, n);
    }
  }
  AddHead(out, "wavetank_request_duration_seconds", "histogram");
  out += Histogram(*this);
  AddHead(out, "wavetank_calls_total", "counter");
  for (const auto& [labels, n] : calls) {
    out += fmt::format(
        "wavetank_calls_total{{service=\"{}\",operation=\"{}\",callee=\"{}\",ending=\"{}\"}} {}\n",
        service, labels[0], labels[1], labels[2], n);
  }
  AddValue(out, "wavetank_requests_refused_total", "counter", static_cast<double>(refused));
  AddValue(out, "wavetank_cache_hits_total", "counter", static_cast<double>(cache_hits));
  AddValue(out, "wavetank_cache_misses_total", "counter", static_cast<double>(cache_misses));
  AddValue(out, "wavetank_requests_in_flight", "gauge", static_cast<double>(in_flight));
  AddValue(out, "wavetank_requests_waiting", "gauge", static_cast<double>(waiting));
  AddValue(out, "wavetank_slots_busy", "gauge", static_cast<double>(working));
  AddValue(out, "process_resident_memory_bytes", "gauge", static_cast<double>(ResidentBytes()));
  AddValue(out, "process_cpu_seconds_total", "counter", Seconds(ProcessCpu()));
  return out;
}

}  // namespace wt::service
