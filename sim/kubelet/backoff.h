// SPDX-License-Identifier: Apache-2.0
// Back-off of crash-looping containers and of failing pulls: pure arithmetic on milliseconds.
// Source: Kubernetes v1.35 client-go/util/flowcontrol/backoff.go (Next, IsInBackOffSince,
// IsInBackOffSinceUpdate, hasExpired) with the kubelet's constants (pkg/kubelet/kubelet.go).
#pragma once

#include "sim/api/ints.h"

namespace wt {

inline constexpr i32 kBackoffFirstMs = 10'000;
inline constexpr i32 kBackoffMaxMs = 300'000;
// A container that is held back is looked at again after 1 to 1.5 times what is left of its
// back-off, of this much at most (syncFrequency). Seen in a recorded crash loop of v1.35.4: a
// back-off of 80 s was looked at after 77 s, the restart came after 80.
inline constexpr i32 kResyncMs = 60'000;

struct Backoff {
  i32 delay_ms = 0;    // in force; 0 = none yet
  i32 updated_ms = 0;  // when it was last raised
};

// Does the container that ended at `event_ms` still have to wait at now?
bool InBackoffSince(Backoff backoff, i32 event_ms, i32 now_ms);
// Does the image whose pull failed at the last update still have to wait at now?
bool InBackoffSinceUpdate(Backoff backoff, i32 now_ms);
// After another failure: 10 s, doubled up to 300 s; anew when the last one is long past.
Backoff NextBackoff(Backoff backoff, i32 event_ms, i32 now_ms);

}  // namespace wt
