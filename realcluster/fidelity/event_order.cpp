// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/event_order.h"

#include <algorithm>
#include <map>
#include <set>

namespace wt {
namespace {

struct Noise {
  std::string_view kind, reason, message;  // message: part of it; empty: any
};
constexpr Noise kNoise[] = {
    {"Pod", "FailedMount", "kube-api-access-"},
    {"Pod", "FailedMount", "failed to sync"},
    {"Service", "FailedToUpdateEndpointSlices", ""},
    {"Endpoints", "FailedToUpdateEndpoint", ""},
    {"Node", "Starting", ""},
    {"Node", "CgroupV1", ""},
    {"Node", "NodeHasSufficient", ""},
    {"Node", "NodeHasNoDiskPressure", ""},
    {"Node", "NodeAllocatableEnforced", ""},
};

bool IsNoise(const EventSight& event) {
  return std::any_of(std::begin(kNoise), std::end(kNoise), [&](const Noise& noise) {
    return event.kind == noise.kind && event.reason.starts_with(noise.reason) &&
           event.message.find(noise.message) != std::string::npos;
  });
}

// Entries by (kind, name), then label: the earliest of each.
using Firsts = std::map<std::pair<std::string, std::string>, std::map<std::string, OrderEntry>>;

void AddFirst(Firsts& firsts, const std::string& kind, const std::string& name, OrderEntry entry) {
  auto& labels = firsts[{kind, name}];
  const auto [known, is_new] = labels.emplace(entry.label, entry);
  if (is_new) return;
  known->second.held = std::max(known->second.held, entry.held);
  if (entry.at < known->second.at) {
    known->second.at = entry.at;
    known->second.source = entry.source;
  }
}

void AddStatuses(const PodSights& pod, SimTime fault, Firsts& firsts) {
  const std::vector<PodSight>& sights = pod.sights;
  for (std::size_t i = 0; i < sights.size();) {
    std::size_t next = i + 1;
    while (next < sights.size() && sights[next].status == sights[i].status) ++next;
    if (sights[i].at >= fault) {
      const SimTime held = next < sights.size() ? sights[next].at - sights[i].at : kForever;
      AddFirst(firsts, "Pod", pod.group,
               {"STATUS " + sights[i].status, "status", sights[i].at, held});
    }
    i = next;
  }
}

bool IsPassing(const OrderEntry& entry) { return entry.held < kSameInstant; }

bool Holds(std::span<const OrderEntry> entries, const std::string& label) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const OrderEntry& entry) { return entry.label == label; });
}

bool IsFree(const OrderEntry& a, const OrderEntry& b) {
  const SimTime apart = a.at < b.at ? b.at - a.at : a.at - b.at;
  return a.source != b.source && apart < kSameInstant;
}

// The most vertices of `left` without an edge between two of them: those of degree 0 and 1 are
// taken, else the one of largest degree is taken or left out.
u32 LargestIndependent(u64 left, std::span<const u64> edges) {
  u32 taken = 0;
  while (left != 0) {
    int widest = -1, widest_degree = 0, easy = -1;
    for (u64 rest = left; rest != 0; rest &= rest - 1) {
      const int v = __builtin_ctzll(rest);
      const int degree = __builtin_popcountll(edges[static_cast<std::size_t>(v)] & left);
      if (degree <= 1) easy = v;
      if (degree > widest_degree) {
        widest = v;
        widest_degree = degree;
      }
    }
    if (easy >= 0) {
      ++taken;
      left &= ~(edges[static_cast<std::size_t>(easy)] | (u64{1} << easy));
      continue;
    }
    const u64 without = left & ~(u64{1} << widest);
    const u32 with_it =
        1 + LargestIndependent(without & ~edges[static_cast<std::size_t>(widest)], edges);
    return taken + std::max(with_it, LargestIndependent(without, edges));
  }
  return taken;
}

u64 EntriesThatCount(std::span<const OrderEntry> entries, std::span<const OrderEntry> other) {
  u64 n = 0;
  for (const OrderEntry& entry : entries) n += !IsPassing(entry) || Holds(other, entry.label);
  return n;
}

struct Presence {
  u32 real = 0, simulated = 0;
  bool passing = true;
};

}  // namespace

std::vector<ObjectOrder> OrdersFrom(const Sights& sights, SimTime fault) {
  Firsts firsts;
  for (const PodSights& pod : sights.pods) AddStatuses(pod, fault, firsts);
  for (const EventSight& event : sights.events) {
    if (event.at < fault || IsNoise(event)) continue;
    const std::string label =
        event.detail.empty() ? event.reason : event.reason + " " + event.detail;
    AddFirst(firsts, event.kind, event.name, {label, event.source, event.at, kForever});
  }
  std::vector<ObjectOrder> out;
  for (auto& [object, labels] : firsts) {
    ObjectOrder order{object.first, object.second, {}};
    for (auto& [label, entry] : labels) order.entries.push_back(std::move(entry));
    std::stable_sort(order.entries.begin(), order.entries.end(),
                     [](const OrderEntry& a, const OrderEntry& b) { return a.at < b.at; });
    if (order.entries.size() > kEntriesMax) order.entries.resize(kEntriesMax);
    out.push_back(std::move(order));
  }
  return out;
}

u32 CommonInOrder(std::span<const OrderEntry> a, std::span<const OrderEntry> b) {
  std::vector<std::pair<std::size_t, std::size_t>> shared;  // in a, in b
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (a[i].label == b[j].label) shared.push_back({i, j});
    }
  }
  if (shared.empty()) return 0;
  std::vector<u64> edges(shared.size(), 0);
  for (std::size_t p = 0; p < shared.size(); ++p) {
    for (std::size_t q = p + 1; q < shared.size(); ++q) {
      if (shared[q].second > shared[p].second) continue;
      if (IsFree(a[shared[p].first], a[shared[q].first])) continue;
      if (IsFree(b[shared[p].second], b[shared[q].second])) continue;
      edges[p] |= u64{1} << q;
      edges[q] |= u64{1} << p;
    }
  }
  const u64 all = shared.size() == 64 ? ~u64{0} : (u64{1} << shared.size()) - 1;
  return LargestIndependent(all, edges);
}

void OrderAgreement::Add(const OrderAgreement& other) {
  common += other.common;
  entries += other.entries;
}

OrderAgreement CompareOrders(std::span<const ObjectOrder> a, std::span<const ObjectOrder> b) {
  OrderAgreement out;
  const auto key = [](const ObjectOrder& order) { return std::tie(order.kind, order.name); };
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool in_a = j == b.size() || (i < a.size() && key(a[i]) <= key(b[j]));
    const bool in_b = i == a.size() || (j < b.size() && key(b[j]) <= key(a[i]));
    std::span<const OrderEntry> of_a, of_b;
    if (in_a) of_a = a[i].entries;
    if (in_b) of_b = b[j].entries;
    out.common += CommonInOrder(of_a, of_b);
    out.entries += EntriesThatCount(of_a, of_b) + EntriesThatCount(of_b, of_a);
    i += in_a;
    j += in_b;
  }
  return out;
}

std::vector<OneSided> OneSidedEntries(std::span<const std::vector<ObjectOrder>* const> real,
                                      std::span<const std::vector<ObjectOrder>* const> simulated) {
  // By (kind, label), then name.
  std::map<std::pair<std::string, std::string>, std::map<std::string, Presence>> found;
  const auto count = [&](const std::vector<ObjectOrder>& orders, u32 Presence::*side) {
    for (const ObjectOrder& order : orders) {
      for (const OrderEntry& entry : order.entries) {
        Presence& presence = found[{order.kind, entry.label}][order.name];
        ++(presence.*side);
        presence.passing = presence.passing && IsPassing(entry);
      }
    }
  };
  for (const auto* orders : real) count(*orders, &Presence::real);
  for (const auto* orders : simulated) count(*orders, &Presence::simulated);
  std::vector<OneSided> out;
  for (const auto& [entry, objects] : found) {
    OneSided here{entry.first, entry.second, {}, 0, 0};
    OneSided there = here;
    const auto add = [](OneSided& row, const std::string& name, const Presence& presence) {
      row.objects.push_back(name);
      row.real = std::max(row.real, presence.real);
      row.simulated = std::max(row.simulated, presence.simulated);
    };
    for (const auto& [name, presence] : objects) {
      const bool mostly_real = 2 * presence.real > real.size();
      const bool mostly_simulated = 2 * presence.simulated > simulated.size();
      if (presence.passing || mostly_real == mostly_simulated) continue;
      add(mostly_real ? here : there, name, presence);
    }
    if (!here.objects.empty()) out.push_back(std::move(here));
    if (!there.objects.empty()) out.push_back(std::move(there));
  }
  return out;
}

}  // namespace wt
