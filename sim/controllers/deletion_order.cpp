// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/deletion_order.h"

#include <bit>

namespace wt {
namespace {

// LogarithmicScaleDown: ages compare by floor(log2) of their nanoseconds; 0 and less sort first.
i32 AgeBucket(i32 since_ms, i32 now_ms) {
  const i64 age_ns = (static_cast<i64>(now_ms) - since_ms) * kMillisecond;
  if (age_ns <= 0) return -1;
  return 63 - std::countl_zero(static_cast<u64>(age_ns));
}

}  // namespace

bool GoesBefore(const DeletionRank& a, const DeletionRank& b, i32 now_ms) {
  if (a.assigned != b.assigned) return !a.assigned;
  if (a.running != b.running) return !a.running;
  if (a.ready != b.ready) return !a.ready;
  if (a.related_on_node != b.related_on_node) return a.related_on_node > b.related_on_node;
  if (a.ready && a.ready_ms != b.ready_ms) {
    const i32 x = AgeBucket(a.ready_ms, now_ms), y = AgeBucket(b.ready_ms, now_ms);
    if (x != y) return x < y;
    return a.uid != b.uid ? a.uid < b.uid : a.born < b.born;
  }
  if (a.restarts != b.restarts) return a.restarts > b.restarts;
  if (a.created_ms != b.created_ms) {
    const i32 x = AgeBucket(a.created_ms, now_ms), y = AgeBucket(b.created_ms, now_ms);
    if (x != y) return x < y;
  }
  return a.uid != b.uid ? a.uid < b.uid : a.born < b.born;
}

}  // namespace wt
