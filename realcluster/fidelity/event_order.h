// SPDX-License-Identifier: Apache-2.0
// In which order things happened to each object, and how far two traces agree on it: causality,
// not the clock.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "realcluster/fidelity/sights.h"

namespace wt {

// The first time that something was seen of an object: an Event's reason, or a pod's new STATUS.
struct OrderEntry {
  std::string label;   // "Scheduled", "ScalingReplicaSet up geo-<hash-2>", "STATUS Running"
  std::string source;  // "kubelet"; of a STATUS "status": Events are written beside the status
  SimTime at = 0;
  SimTime held = kForever;  // of a STATUS: the longest that a pod showed it
};

struct ObjectOrder {
  std::string kind, name;           // "Pod", "hotel/geo-<hash-2>-<rand>"
  std::vector<OrderEntry> entries;  // labels are distinct; by time
};

// Everything from the fault on, by (kind, name). Pods of one ReplicaSet make one object; of what
// repeats the first time counts. What pods showed before the fault is no change. Left out are
// Events that say more of the machine than of the cluster: "failed to sync ... cache" of a kubelet
// under load, a kubelet's own start, slices that could not be updated. At most kEntriesMax an
// object, the later ones are left out.
inline constexpr std::size_t kEntriesMax = 64;
std::vector<ObjectOrder> OrdersFrom(const Sights& sights, SimTime fault);

// Arrivals from different sources closer than this say nothing about order: Events are written
// asynchronously, often after the status that they report.
inline constexpr SimTime kSameInstant = 1'500 * kMillisecond;

// The most entries that both have in an order that is nowhere contradicted. Two entries contradict
// when their order differs, unless they are of different sources and less than kSameInstant apart
// in one of the two traces. Without that exception it is the length of the longest common
// subsequence. Symmetric. REQUIRES: distinct labels, at most kEntriesMax each.
u32 CommonInOrder(std::span<const OrderEntry> a, std::span<const OrderEntry> b);

// Sums over objects, so that the ratio is the mean of the objects' ratios weighted by n + m.
struct OrderAgreement {
  u64 common = 0;   // sum of CommonInOrder
  u64 entries = 0;  // sum of n + m

  bool known() const { return entries > 0; }
  f64 Ratio() const { return 2.0 * static_cast<f64>(common) / static_cast<f64>(entries); }
  void Add(const OrderAgreement& other);
};
// A STATUS that one trace has and the other has not is left out when it was passed in less than
// kSameInstant.
OrderAgreement CompareOrders(std::span<const ObjectOrder> a, std::span<const ObjectOrder> b);

// An entry that most traces of one world have and most of the other have not. A STATUS passed in
// less than kSameInstant is not listed.
struct OneSided {
  std::string kind, label;           // label as in OrderEntry
  std::vector<std::string> objects;  // names, sorted
  u32 real = 0, simulated = 0;       // traces that have it, of the object where most have it
};
// By (kind, label). REQUIRES: both hold a trace.
std::vector<OneSided> OneSidedEntries(std::span<const std::vector<ObjectOrder>* const> real,
                                      std::span<const std::vector<ObjectOrder>* const> simulated);

}  // namespace wt
