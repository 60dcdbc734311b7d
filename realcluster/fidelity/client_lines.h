// SPDX-License-Identifier: Apache-2.0
// What clients saw, as stretches of time with counts of requests.
#pragma once

#include <span>
#include <vector>

#include "episodes/trace/trace.h"

namespace wt {

struct ClientLine {
  f64 from_s = 0, to_s = 0;
  f64 offered = 0, lost = 0;  // requests in that time
};

// The lines in which the client is known; each stands for the time since the one before.
std::vector<ClientLine> ClientLinesOf(std::span<const TraceTraffic> traffic);

// Lost requests of a time; of lines that reach beyond it their share.
f64 LostBetween(std::span<const ClientLine> lines, f64 from_s, f64 to_s);

}  // namespace wt
