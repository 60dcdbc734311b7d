// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "realcluster/fidelity/client_lines.h"
#include "realcluster/fidelity/milestones.h"

namespace wt {

std::vector<ClientLine> ClientLinesOf(std::span<const TraceTraffic> traffic) {
  std::vector<ClientLine> out;
  f64 from = 0;
  for (const TraceTraffic& line : traffic) {
    if (!line.client_known) continue;
    const f64 to = ToSeconds(line.at);
    const f64 offered = static_cast<f64>(line.client.rate) * std::max(0.0, to - from);
    out.push_back({from, to, offered, offered * static_cast<f64>(line.client.error)});
    from = std::max(from, to);
  }
  return out;
}

f64 LostBetween(std::span<const ClientLine> lines, f64 from_s, f64 to_s) {
  f64 lost = 0;
  for (const ClientLine& line : lines) {
    const f64 overlap = std::min(line.to_s, to_s) - std::max(line.from_s, from_s);
    if (overlap <= 0) continue;
    lost += line.lost * overlap / (line.to_s - line.from_s);
  }
  return lost;
}

ClientErrors ClientErrorsOf(std::span<const TraceTraffic> traffic, f64 fault_s, f64 end_s) {
  const std::vector<ClientLine> lines = ClientLinesOf(traffic);
  f64 offered = 0, lost = 0;
  for (const ClientLine& line : lines) {
    if (line.to_s > fault_s) break;
    offered += line.offered;
    lost += line.lost;
  }
  const f64 usual = offered > 0 ? lost / offered : 0;
  const auto beyond = [&](const ClientLine& line) { return line.lost - usual * line.offered; };
  ClientErrors out;
  f64 sum = 0, most_before = 0;
  for (const ClientLine& line : lines) {
    // What ended before the fault is not its doing: the sum begins anew there.
    if (line.from_s < fault_s && line.to_s > fault_s) sum = 0;
    sum = std::max(0.0, sum + beyond(line));
    if (line.to_s <= fault_s) {
      most_before = std::max(most_before, sum);
    } else if (sum > most_before + kLostToTell) {
      out.first_s = line.to_s;
      break;
    }
  }
  if (!out.first_s) return out;
  f64 last = *out.first_s;
  sum = 0;
  for (auto line = lines.rbegin(); line != lines.rend() && line->to_s > last; ++line) {
    sum = std::max(0.0, sum + beyond(*line));
    if (sum > most_before + kLostToTell) last = line->to_s;
  }
  if (last + kQuietS <= end_s) out.last_s = last;
  return out;
}

}  // namespace wt
