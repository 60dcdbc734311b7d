// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/replay/load_lines.h"
#include "realcluster/replay/load_process.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

double Number(const Json& value) { return value.is_number() ? value.get<double>() : 0; }

double Number(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value == nullptr ? 0 : Number(*value);
}

u64 Count(const Json& value) {
  return value.is_number_unsigned() ? value.get<u64>() : 0;
}

u64 Count(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value == nullptr ? 0 : Count(*value);
}

}  // namespace

Result<LoadLine> ReadLoadLine(std::string_view text) {
  auto read = ParseJson(text, "load", {.bytes_max = kLineBytesMax});
  const Json* given = read ? &*read : nullptr;
  const std::string_view kind = given != nullptr ? Text(*given, "summary") : "";
  if (kind != "period" && kind != "total") {
    return Error{ErrorCode::kEnvironment, "load",
                 "not a summary of wavetank-load: " + std::string(text.substr(0, 200))};
  }
  LoadLine line;
  line.total = kind == "total";
  line.t_s = Number(*given, "t");
  line.ok = Count(*given, "ok");
  line.not_sent = Count(*given, "not_sent");
  for (const auto& [why, n] : Map(*given, "failed").items()) line.failed += Count(n);
  const auto ended = static_cast<double>(line.ok + line.failed);
  line.latency_s = Number(*given, "mean_ms") / 1000 * ended;
  for (const auto& [name, ends] : Map(*given, "operations").items()) {
    if (!ends.is_array() || ends.size() != 2) continue;
    line.operations[name] = {Count(ends[0]), Count(ends[1])};
  }
  for (const Json& time : List(*given, "times_ms")) {
    if (!time.is_array() || time.size() != 2) continue;
    line.times_s.emplace_back(Number(time[0]) / 1000, Count(time[1]));
  }
  return line;
}

void LoadSums::Add(const LoadLine& line) {
  if (line.total) *this = {};
  requests += line.ok + line.failed + line.not_sent;
  errors += line.failed + line.not_sent;
  ended += line.ok + line.failed;
  latency_s += line.latency_s;
  for (const auto& [name, count] : line.operations) {
    operations[name].ok += count.ok;
    operations[name].failed += count.failed;
  }
}

void RecentTimes::Add(const LoadLine& line) {
  if (line.total) return;
  lines_.push_back(line);
  while (lines_.front().t_s <= line.t_s - window_s_) lines_.pop_front();
  count_ = 0;
  for (const LoadLine& recent : lines_) {
    for (const auto& [time, n] : recent.times_s) count_ += n;
  }
}

double RecentTimes::Quantile(double share) const {
  std::vector<std::pair<double, u64>> times;
  for (const LoadLine& line : lines_) {
    times.insert(times.end(), line.times_s.begin(), line.times_s.end());
  }
  if (count_ == 0) return 0;
  std::sort(times.begin(), times.end());
  const auto rank = static_cast<u64>(share * static_cast<double>(count_ - 1));
  u64 upto = 0;
  for (const auto& [time, n] : times) {
    upto += n;
    if (upto > rank) return time;
  }
  return times.back().first;
}

}  // namespace wt
