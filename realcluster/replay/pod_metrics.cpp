// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/pod_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace wt {
namespace {

struct Sample {
  std::string_view name, labels;
  double value = 0;

  std::string_view Label(std::string_view label) const {
    for (std::size_t at = 0; at < labels.size();) {
      const std::size_t equals = labels.find("=\"", at);
      if (equals == labels.npos) return {};
      const std::size_t end = labels.find('"', equals + 2);
      if (end == labels.npos) return {};
      if (labels.substr(at, equals - at) == label) {
        return labels.substr(equals + 2, end - equals - 2);
      }
      at = end + 2;
    }
    return {};
  }
};

// "+Inf", "0.25"; NaN when it is no number.
double NumberOf(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  return copy.empty() || *end != '\0' ? std::nan("") : value;
}

bool ReadSample(std::string_view line, Sample& sample) {
  const std::size_t space = line.rfind(' ');
  if (line.empty() || line[0] == '#' || space == line.npos) return false;
  const std::string_view head = line.substr(0, space);
  const std::size_t brace = head.find('{');
  sample.name = head.substr(0, brace);
  sample.labels = {};
  if (brace != head.npos && head.back() == '}') {
    sample.labels = head.substr(brace + 1, head.size() - brace - 2);
  }
  sample.value = NumberOf(line.substr(space + 1));
  return sample.value >= 0;
}

void AddDuration(const Sample& sample, PodMetrics& out) {
  constexpr std::string_view kHead = "wavetank_request_duration_seconds_";
  const std::string_view what = sample.name.substr(kHead.size());
  out.service = sample.Label("service");
  DurationCount& count = out.operations[std::string(sample.Label("operation"))];
  if (what == "bucket") {
    const double bound = NumberOf(sample.Label("le"));
    if (bound > 0) count.upto[bound] = sample.value;
  }
  if (what == "sum") count.sum_s = sample.value;
  if (what == "count") count.count = sample.value;
}

void AddSample(const Sample& sample, PodMetrics& out) {
  if (sample.name.starts_with("wavetank_request_duration_seconds_")) AddDuration(sample, out);
  if (sample.name == "wavetank_calls_total") {
    CallCount& calls = out.calls[std::string(sample.Label("callee"))];
    calls.attempts += sample.value;
    if (sample.Label("ending") != "ok") calls.failed += sample.value;
  }
  if (sample.name == "wavetank_requests_in_flight") out.in_flight = sample.value;
  if (sample.name == "wavetank_requests_waiting") out.waiting = sample.value;
  if (sample.name == "wavetank_slots_busy") out.working = sample.value;
  if (sample.name == "process_cpu_seconds_total") out.cpu_s = sample.value;
}

// Some counter of `before` is larger in `now`, or not there.
bool WentBack(const PodMetrics& before, const PodMetrics& now) {
  if (before.service != now.service || now.cpu_s < before.cpu_s) return true;
  for (const auto& [name, count] : before.operations) {
    const auto found = now.operations.find(name);
    if (found == now.operations.end() || found->second.count < count.count) return true;
  }
  for (const auto& [name, count] : before.calls) {
    const auto found = now.calls.find(name);
    if (found == now.calls.end() || found->second.attempts < count.attempts) return true;
  }
  return false;
}

}  // namespace

void DurationCount::Add(const DurationCount& other) {
  for (const auto& [bound, n] : other.upto) upto[bound] += n;
  count += other.count;
  sum_s += other.sum_s;
}

double DurationCount::Mean() const { return count > 0 ? sum_s / count : 0; }

double DurationCount::Quantile(double share) const {
  if (upto.empty() || upto.rbegin()->second <= 0) return 0;
  const double rank = share * upto.rbegin()->second;
  double low = 0, below = 0;
  for (const auto& [bound, n] : upto) {
    if (n >= rank && n > below) {
      if (std::isinf(bound)) return low;
      return low + (bound - low) * (rank - below) / (n - below);
    }
    if (!std::isinf(bound)) low = bound;
    below = n;
  }
  return low;
}

double DurationCount::Variance() const {
  if (count <= 0 || upto.empty()) return 0;
  double low = 0, below = 0, sum = 0, squares = 0, all = 0;
  for (const auto& [bound, n] : upto) {
    const double high = std::isinf(bound) ? low : bound, in = std::max(0.0, n - below);
    sum += in * (low + high) / 2;
    squares += in * (low * low + low * high + high * high) / 3;
    all += in;
    low = high;
    below = n;
  }
  if (all <= 0) return 0;
  const double mean = sum / all;
  return std::max(0.0, squares / all - mean * mean);
}

PodMetrics ReadPodMetrics(std::string_view text) {
  PodMetrics out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Sample sample;
    if (ReadSample(text.substr(at, end - at), sample)) AddSample(sample, out);
    at = end + 1;
  }
  return out;
}

PodMetrics Growth(const PodMetrics& before, const PodMetrics& now) {
  if (WentBack(before, now)) return now;
  PodMetrics out = now;
  out.cpu_s -= before.cpu_s;
  for (const auto& [name, count] : before.operations) {
    DurationCount& grown = out.operations[name];
    grown.count -= count.count;
    grown.sum_s = std::max(0.0, grown.sum_s - count.sum_s);
    for (const auto& [bound, n] : count.upto) grown.upto[bound] -= n;
  }
  for (const auto& [name, count] : before.calls) {
    CallCount& grown = out.calls[name];
    grown.attempts -= count.attempts;
    grown.failed = std::max(0.0, grown.failed - count.failed);
  }
  return out;
}

}  // namespace wt
