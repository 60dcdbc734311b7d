// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/load_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wt::service {
namespace {

const char* Word(Ending ending) {
  switch (ending) {
    case Ending::kAnswered:
      return "";
    case Ending::kTimeout:
      return "timeout";
    case Ending::kRefused:
      return "refused";
    case Ending::kReset:
      return "reset";
    case Ending::kNoSuchHost:
      return "no such host";
    case Ending::kLookupFailed:
      return "lookup failed";
    case Ending::kUnreachable:
      return "unreachable";
    case Ending::kMalformed:
      return "malformed";
  }
  return "";
}

}  // namespace

void Quantiles::Add(double ms) {
  const double doublings = std::log2(std::max(ms * 1000, 1.0));
  const auto bucket = static_cast<std::size_t>(doublings * static_cast<double>(kPerDoubling));
  ++counts_[std::min(bucket, counts_.size() - 1)];
  ++count_;
  sum_ms_ += ms;
}

double Quantiles::Mean() const { return count_ == 0 ? 0 : sum_ms_ / static_cast<double>(count_); }

void Quantiles::Add(const Quantiles& other) {
  sum_ms_ += other.sum_ms_;
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

double Quantiles::Middle(std::size_t bucket) {
  const double middle = (static_cast<double>(bucket) + 0.5) / static_cast<double>(kPerDoubling);
  return std::exp2(middle) / 1000;
}

std::string Quantiles::Text() const {
  std::string text;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    text += fmt::format("{}[{:.3f},{}]", text.empty() ? "" : ",", Middle(i), counts_[i]);
  }
  return "[" + text + "]";
}

double Quantiles::At(double share) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1));
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (below + counts_[bucket] <= rank) below += counts_[bucket++];
  return Middle(bucket);
}

void LoadCounts::Add(const LoadCounts& other) {
  sent += other.sent;
  ok += other.ok;
  not_sent += other.not_sent;
  for (const auto& [kind, n] : other.failed) failed[kind] += n;
  for (const auto& [name, ends] : other.operations) {
    operations[name].ok += ends.ok;
    operations[name].failed += ends.failed;
  }
  times.Add(other.times);
}

std::string FailureOf(const HttpAnswer& answer) {
  if (answer.ending != Ending::kAnswered) return Word(answer.ending);
  if (answer.status >= 200 && answer.status < 300) return "";
  return fmt::format("status {}", answer.status);
}

std::string RequestLine(double at_s, const std::string& op, double ms, const HttpAnswer& answer) {
  const std::string head = fmt::format("{{\"t\":{:.6f},\"op\":\"{}\",\"ms\":{:.3f},", at_s, op, ms);
  if (answer.ending == Ending::kAnswered) {
    return head + fmt::format("\"status\":{}}}", answer.status);
  }
  return head + fmt::format("\"error\":\"{}\"}}", Word(answer.ending));
}

std::string NotSentLine(double at_s, const std::string& op) {
  return fmt::format("{{\"t\":{:.6f},\"op\":\"{}\",\"error\":\"not sent\"}}", at_s, op);
}

std::string PlanLine(double at_s, const std::string& op) {
  return fmt::format("{{\"t\":{:.6f},\"op\":\"{}\"}}", at_s, op);
}

std::string SummaryLine(const char* kind, double at_s, const LoadCounts& counts,
                        std::size_t in_flight) {
  std::string failed;
  for (const auto& [name, n] : counts.failed) {
    failed += fmt::format("{}\"{}\":{}", failed.empty() ? "" : ",", name, n);
  }
  std::string operations;
  for (const auto& [name, ends] : counts.operations) {
    operations += fmt::format("{}\"{}\":[{},{}]", operations.empty() ? "" : ",", name, ends.ok,
                              ends.failed);
  }
  return fmt::format(
      "{{\"summary\":\"{}\",\"t\":{:.3f},\"sent\":{},\"ok\":{},\"not_sent\":{},\"failed\":{{{}}},"
      "\"in_flight\":{},\"p50_ms\":{:.3f},\"p90_ms\":{:.3f},\"p99_ms\":{:.3f},"
      "\"mean_ms\":{:.3f},\"operations\":{{{}}},\"times_ms\":{}}}",
      kind, at_s, counts.sent, counts.ok, counts.not_sent, failed, in_flight, counts.times.At(0.5),
      counts.times.At(0.9), counts.times.At(0.99), counts.times.Mean(), operations,
      counts.times.Text());
}

}  // namespace wt::service
