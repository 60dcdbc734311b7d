// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/queueing.h"

#include <algorithm>
#include <cmath>

#include "sim/math.h"

namespace wt {
namespace {

// M/M/c/K is M/M/c without the states above K. Who finds j waiting, j < limit, waits for j + 1
// departures; sums of (j + 1) rho^j and (j + 1) (j + 2) rho^j, in f64 because they cancel.
StationWait CutQueue(f32 waits, f32 rho, f32 queue_limit, f32 slot_s, f32 variability) {
  const f64 c = static_cast<f64>(waits), r = static_cast<f64>(rho);
  const f64 l = static_cast<f64>(queue_limit), idle = 1.0 - r;
  const f64 last = Pow(r, l);
  const f64 ones = 1.0 - last * (1.0 + l * idle);
  const f64 twos = 1.0 - last * (1.0 + l * idle * (1.0 + 0.5 * (l + 1.0) * idle));
  const f64 accepted = 1.0 - c * last;
  const f64 unit = static_cast<f64>(slot_s * variability);
  StationWait result;
  result.refuse = static_cast<f32>(c * idle * last / (1.0 - c * r * last));
  if (queue_limit < 0.5f) return result;
  result.wait.first = static_cast<f32>(std::max(c * ones / idle / accepted * unit, 0.0));
  result.wait.second =
      static_cast<f32>(std::max(2.0 * c * twos / (idle * idle) / accepted * unit * unit, 0.0));
  return result;
}

}  // namespace

f32 WaitProbability(f32 load, f32 servers) {
  if (load < 1e-12f) return 0.0f;
  const f32 rho = load / servers;
  if (NobodyWaits(load, servers)) return 0.0f;
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
  const f32 waits = WaitProbability(load, c);
  if (waits <= kNobodyWaits) return {};
  const f32 variability = 0.5f * (1.0f + station.service_cv2);
  const f32 idle = 1.0f - rho;
  const f32 slot_s = station.service_s / c;  // between departures of a busy station
  if (station.queue_limit * idle < kNeverFull) {
    return CutQueue(waits, rho, station.queue_limit, slot_s, variability);
  }
  const f32 mean = variability * waits * slot_s / idle;
  const f32 spread = rho + idle * WaitSpread(station.service_cv2);
  return {{mean, 2.0f * mean * mean * spread / waits}, 0.0f};
}

}  // namespace wt
