// SPDX-License-Identifier: Apache-2.0
#include "sim/kubelet/backoff.h"

namespace wt {
namespace {

bool HasExpired(Backoff backoff, i32 event_ms) {
  return event_ms - backoff.updated_ms > 2 * kBackoffMaxMs;
}

}  // namespace

bool InBackoffSince(Backoff backoff, i32 event_ms, i32 now_ms) {
  if (backoff.delay_ms == 0 || HasExpired(backoff, event_ms)) return false;
  return now_ms - event_ms < backoff.delay_ms;
}

bool InBackoffSinceUpdate(Backoff backoff, i32 now_ms) {
  if (backoff.delay_ms == 0 || HasExpired(backoff, now_ms)) return false;
  return now_ms - backoff.updated_ms < backoff.delay_ms;
}

Backoff NextBackoff(Backoff backoff, i32 event_ms, i32 now_ms) {
  if (backoff.delay_ms == 0 || HasExpired(backoff, event_ms)) return {kBackoffFirstMs, now_ms};
  const i32 doubled = backoff.delay_ms * 2;
  return {doubled < kBackoffMaxMs ? doubled : kBackoffMaxMs, now_ms};
}

}  // namespace wt
