// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "sim/invariants.h"

namespace wt {
namespace {

struct TimerCheck {
  const Sim& sim;
  std::vector<PendingEvent> live;  // by seq
  u32 timers_set = 0;

  // The timer of (kind, row) has its event. Empty when it does.
  std::string Check(SimEvent kind, u32 row, u32 timer) {
    if (timer == 0) return {};
    ++timers_set;
    const auto found =
        std::lower_bound(live.begin(), live.end(), timer,
                         [](const PendingEvent& e, u32 seq) { return e.seq < seq; });
    const u32 what = static_cast<u32>(kind) << 26 | row;
    if (found != live.end() && found->seq == timer && found->what == what) return {};
    return fmt::format("timer {} of event kind {} row {} has no pending event", timer,
                       static_cast<int>(kind), row);
  }
};

template <class Row, class Visit>
std::string EachRow(const Sim& sim, Visit visit) {
  for (u32 i = 1; i < sim.world.Used<Row>(); ++i) {
    if (sim.At<Row>(i).born == 0) continue;
    if (std::string bad = visit(i, sim.At<Row>(i)); !bad.empty()) return bad;
  }
  return {};
}

std::string CheckRowTimers(const Sim& sim, TimerCheck& check) {
  std::string bad = EachRow<Deployment>(sim, [&](u32 i, const Deployment& d) {
    std::string text = check.Check(SimEvent::kDeploymentSync, i, d.timer);
    return text.empty() ? check.Check(SimEvent::kDeploymentDeadline, i, d.deadline_timer) : text;
  });
  if (bad.empty()) {
    bad = EachRow<ReplicaSet>(sim, [&](u32 i, const ReplicaSet& r) {
      return check.Check(SimEvent::kReplicaSetSync, i, r.timer);
    });
  }
  if (bad.empty()) {
    bad = EachRow<Pod>(sim, [&](u32 i, const Pod& p) {
      return check.Check(SimEvent::kPodSync, i, p.timer);
    });
  }
  if (bad.empty()) {
    bad = EachRow<Node>(sim, [&](u32 i, const Node& n) {
      return check.Check(SimEvent::kNode, i, n.timer);
    });
  }
  if (bad.empty()) {
    bad = EachRow<Fault>(sim, [&](u32 i, const Fault& f) {
      return check.Check(SimEvent::kFault, i, f.timer);
    });
  }
  if (bad.empty()) {
    bad = EachRow<Service>(sim, [&](u32 i, const Service& s) {
      std::string text = check.Check(SimEvent::kEndpointsSync, i, s.timer);
      return text.empty() ? check.Check(SimEvent::kProxySync, i, s.proxy_timer) : text;
    });
  }
  if (!bad.empty()) return bad;
  return EachRow<Container>(sim, [&](u32 i, const Container& c) {
    std::string text = check.Check(SimEvent::kContainer, i, c.timer);
    constexpr SimEvent kProbes[kProbeTypes] = {SimEvent::kStartupProbe, SimEvent::kLivenessProbe,
                                               SimEvent::kReadinessProbe};
    for (int p = 0; p < kProbeTypes && text.empty(); ++p) {
      text = check.Check(kProbes[p], i, c.probe_timer[p]);
    }
    return text;
  });
}

template <class Row>
std::string CheckFree(const Sim& sim, const char* table) {
  const TableRef& ref = sim.world.header().tables[static_cast<int>(TableOf<Row>::kId)];
  constexpr std::byte kNothing[sizeof(Row)] = {};
  u32 free_rows = 0;
  for (u32 i = 1; i < ref.used; ++i) {
    if (sim.At<Row>(i).born != 0) continue;
    ++free_rows;
    Row row = sim.At<Row>(i);
    row.rv = 0;
    if (__builtin_memcmp(&row, kNothing, sizeof(Row)) != 0) {
      return fmt::format("free row {} of {} is not zero", i, table);
    }
  }
  u32 listed = 0;
  for (u32 i = ref.free_head; i != 0; i = sim.At<Row>(i).rv) {
    if (i >= ref.used || sim.At<Row>(i).born != 0 || ++listed > free_rows) {
      return fmt::format("free list of {} is broken at row {}", table, i);
    }
  }
  if (listed == free_rows) return {};
  return fmt::format("{} rows of {} are free, {} of them listed", free_rows, table, listed);
}

}  // namespace

std::string CheckTimers(const Sim& sim) {
  TimerCheck check{sim, {}, 0};
  const WorldHeader& header = sim.world.header();
  for (u32 i = 0; i < header.queue_size; ++i) {
    const PendingEvent& event = sim.world.Rows<PendingEvent>()[i];
    const auto kind = static_cast<SimEvent>(event.what >> 26);
    if (TimerOf(sim.world, kind, event.what & 0x3ffffffu) != event.seq) continue;
    if (event.at_ns < header.now_ns) {
      return fmt::format("event kind {} lies in the past", static_cast<int>(kind));
    }
    check.live.push_back(event);
  }
  std::sort(check.live.begin(), check.live.end(),
            [](const PendingEvent& a, const PendingEvent& b) { return a.seq < b.seq; });
  if (std::string bad = CheckRowTimers(sim, check); !bad.empty()) return bad;
  constexpr std::pair<SimEvent, HeaderTimer> kOfHeader[] = {
      {SimEvent::kSchedule, kSchedulerTimer}, {SimEvent::kFlow, kFlowTimer},
      {SimEvent::kBacklog, kBacklogTimer},    {SimEvent::kLoad, kLoadTimer},
      {SimEvent::kNoise, kNoiseTimer},        {SimEvent::kPodGc, kPodGcTimer}};
  for (const auto& [kind, timer] : kOfHeader) {
    if (std::string bad = check.Check(kind, 0, header.timers[timer]); !bad.empty()) return bad;
  }
  if (check.timers_set == check.live.size()) return {};
  return fmt::format("{} timers are set, {} live events are pending", check.timers_set,
                     check.live.size());
}

std::string CheckFreeRows(const Sim& sim) {
  for (const std::string& bad :
       {CheckFree<Node>(sim, "nodes"), CheckFree<Deployment>(sim, "deployments"),
        CheckFree<ReplicaSet>(sim, "replica sets"), CheckFree<Pod>(sim, "pods"),
        CheckFree<Container>(sim, "containers"), CheckFree<Service>(sim, "services"),
        CheckFree<Endpoint>(sim, "endpoints"), CheckFree<Object>(sim, "objects"),
        CheckFree<Fault>(sim, "faults")}) {
    if (!bad.empty()) return bad;
  }
  return {};
}

}  // namespace wt
