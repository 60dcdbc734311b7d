// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/queueing.h"

#include <algorithm>
#include <cmath>

#include "sim/math.h"

namespace wt {
namespace {

// A queue this many times longer than 1 / (1 - rho) is never full (e^-15).
constexpr f32 kNeverFull = 15.0f;

// A large pool below this makes nobody wait: Wq < 4e-5 service times at 33 servers.
constexpr f32 kIdlePoolRho = 0.35f;

}  // namespace

f32 WaitProbability(f32 load, f32 servers) {
  if (load < 1e-12f) return 0.0f;
  const f32 rho = load / servers;
  if (servers > kErlangServersMax) {
    return FastExp2((std::sqrt(2.0f * (servers + 1.0f)) - 1.0f) * FastLog2(rho));
  }
  const f32 per_load = 1.0f / load;
  f32 inverse = 1.0f;  // 1 / B; overflows to infinity for light load, which means B = 0
  for (f32 k = 1.0f; k <= servers; k += 1.0f) inverse = 1.0f + inverse * (k * per_load);
  const f32 blocked = 1.0f / inverse;
  return blocked / (1.0f - rho * (1.0f - blocked));
}

StationWait WaitAt(const Station& station) {
  const f32 c = station.servers;
  const f32 load = std::min(station.load, kStationaryRhoMax * c);
  const f32 rho = load / c;
  if (c > kErlangServersMax && rho < kIdlePoolRho) return {};
  const f32 waits = WaitProbability(load, c);
  if (waits < 1e-9f) return {};
  const f32 variability = 0.5f * (1.0f + station.service_cv2);
  const f32 idle = 1.0f - rho;
  StationWait result;
  f32 mean = waits * station.service_s / (c * idle);
  if (station.queue_limit * idle < kNeverFull) {
    // M/M/c/K is M/M/c without the states above K: the waiting ones are geometric.
    const f32 limit = station.queue_limit;
    const f32 last = FastExp2(limit * FastLog2(rho));
    const f32 kept = 1.0f - waits * rho * last;
    result.refuse = waits * idle * last / kept;
    const f32 queue = waits * std::max(0.0f, rho * (1.0f - last) / idle - limit * rho * last) / kept;
    mean = queue * station.service_s / (load * (1.0f - result.refuse));
  }
  mean *= variability;
  result.wait = {mean, 2.0f * mean * mean / waits};
  return result;
}

}  // namespace wt
