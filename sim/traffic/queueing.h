// SPDX-License-Identifier: Apache-2.0
// Waiting time of a stationary queue with c servers, Poisson arrivals and general service times.
#pragma once

#include "sim/api/ints.h"
#include "sim/traffic/distribution.h"
#include "sim/traffic/outcome.h"

namespace wt {

// Above this utilisation the stationary formulas are not used: a queue would need minutes to get
// there, and what really happens is growth of the fluid backlog.
inline constexpr f32 kStationaryRhoMax = 0.98f;
// Up to this many servers by Erlang's recursion, above by Sakasegawa's approximation.
inline constexpr f32 kErlangServersMax = 32.0f;
// A queue this many times longer than 1 / (1 - rho) is never full (e^-15).
inline constexpr f32 kNeverFull = 15.0f;
// A large pool below this makes nobody wait: Wq < 4e-5 service times at 33 servers.
inline constexpr f32 kIdlePoolRho = 0.35f;
inline bool NobodyWaits(f32 load, f32 servers) {
  return servers > kErlangServersMax && load < kIdlePoolRho * servers;
}
// Below this probability of waiting there is no wait.
inline constexpr f32 kNobodyWaits = 1e-9f;

struct Station {
  f32 servers = 1;       // >= 1, may be fractional
  f32 load = 0;          // offered work, arrivals per second x mean service time, in servers
  f32 service_s = 0;     // mean service time
  f32 service_cv2 = 1;   // squared coefficient of variation
  f32 queue_limit = 0;   // requests that may wait
};
struct StationWait {
  Moments wait;
  f32 refuse = 0;  // share of arrivals that find the queue full
};

// Probability that an arrival waits (Erlang C), REQUIRES 0 <= load < servers.
// Recursion of the Erlang B formula, O(servers) up to kErlangServersMax; beyond, the power of rho
// in H. Sakasegawa, "An approximation formula L_q = alpha rho^beta / (1 - rho)", Ann. Inst.
// Statist. Math. 29 (1977).
f32 WaitProbability(f32 load, f32 servers);

// How much wider than exponential, in the second moment, the wait of those who wait is in light
// traffic: 2/3 E[S^3] E[S] / E[S^2]^2, from the second moment of the M/G/1 wait (Takacs, 1962). 1
// for exponential service, service as gamma up to cv2 = 1, as log-normal from 1.5 on
// (distribution.h).
// Not below 1: the tail of constant service times would fit no gamma distribution.
inline f32 WaitSpread(f32 cv2) {
  const f32 gamma = (2.0f / 3.0f) * (1.0f + 2.0f * cv2) / (1.0f + cv2);
  const f32 log_normal = (2.0f / 3.0f) * (1.0f + cv2);
  const f32 spread = gamma + (log_normal - gamma) * LogNormalShare(cv2);
  return spread > 1.0f ? spread : 1.0f;
}

// Mean by Allen & Cunneen (A. O. Allen, "Probability, Statistics and Queueing Theory", 1990,
// section 5.3), exact for M/M/c and M/G/1; second moment from an exponential tail of the wait,
// widened by WaitSpread as rho falls;
// short queues cut off as in M/M/c/K.
StationWait WaitAt(const Station& station);

}  // namespace wt
