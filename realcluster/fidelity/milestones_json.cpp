// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/fidelity/client_lines.h"
#include "realcluster/fidelity/json_members.h"
#include "realcluster/fidelity/milestones.h"
#include "sim/api/action.h"

namespace wt {
namespace {

constexpr MilestoneName kNames[] = {
    {"fault_to_symptom", "fault -> first symptom in objects"},
    {"fault_to_warning", "fault -> first Warning Event"},
    {"fault_to_client_error", "fault -> first client error"},
    {"fault_to_look", "fault -> agent looks at the cause"},
    {"fault_to_repair", "fault -> repair"},
    {"fault_to_answer", "fault -> answer"},
    {"repair_to_cause_gone", "repair -> cause gone"},
    {"repair_to_objects_healthy", "repair -> objects healthy"},
    {"repair_to_clients_healthy", "repair -> clients healthy"},
};
static_assert(std::size(kNames) == kMilestones);

std::optional<f64> NumberAt(const Json& object, const char* key) {
  const Json& member = MemberOf(object, key);
  return member.is_number() ? std::optional(member.get<f64>()) : std::nullopt;
}

bool IsRepairName(const std::string& verb) {
  for (int i = 0; i < static_cast<int>(Verb::kCount); ++i) {
    if (IsRepair(static_cast<Verb>(i)) && VerbName(static_cast<Verb>(i)) == verb) return true;
  }
  return false;
}

struct AgentTimes {
  std::optional<f64> repair, answer;  // from the fault on
  std::vector<f64> writes;            // accepted ones, at any time
};
AgentTimes AgentTimesOf(const Trace& trace, std::optional<f64> fault) {
  AgentTimes out;
  for (const TraceAction& action : trace.actions) {
    const Json words = Json::parse(action.action, nullptr, false);
    const std::string verb = TextAt(words, "verb");
    const f64 at = ToSeconds(action.at);
    const bool meets_it = !fault || at >= *fault;
    if (action.accepted && IsRepairName(verb)) {
      out.writes.push_back(at);
      if (!out.repair && meets_it) out.repair = at;
    }
    if (!out.answer && verb == "submit" && meets_it) out.answer = at;
  }
  return out;
}

// The first sight from the fault on that differs from what was there by being bad.
std::optional<SimTime> SymptomOf(const PodSights& pod, SimTime fault) {
  bool ready = false, failing = false;
  i64 exits = 0;
  for (const PodSight& sight : pod.sights) {
    const bool worse = (ready && !sight.ready && !sight.deleting && !sight.finished) ||
                       (!failing && sight.failing) || sight.failed_exits > exits;
    if (sight.at >= fault && worse) return sight.at;
    ready = sight.ready;
    failing = sight.failing;
    exits = sight.deleting ? exits : sight.failed_exits;
  }
  return {};
}

std::optional<SimTime> SymptomOf(const WorkloadSights& workload, SimTime fault) {
  bool is_new = true;  // its first pods are still to come
  for (const WorkloadSight& sight : workload.sights) {
    const bool is_short = sight.available < sight.wanted;
    if (sight.at >= fault && is_short && !is_new) return sight.at;
    is_new = is_new && is_short;
  }
  return {};
}

std::optional<SimTime> FirstSymptom(const Sights& sights, SimTime fault) {
  std::optional<SimTime> first;
  const auto take = [&](std::optional<SimTime> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const PodSights& pod : sights.pods) take(SymptomOf(pod, fault));
  for (const WorkloadSights& workload : sights.workloads) take(SymptomOf(workload, fault));
  return first;
}

// From when to when anything was short: a pod not Ready, a workload with too few of them.
struct Shortage {
  SimTime from = 0, to = kForever;  // kForever: to the end
};
template <class Sight, class IsShort>
void AddShortages(const std::vector<Sight>& sights, IsShort is_short,
                  std::vector<Shortage>& out) {
  bool before = false;
  for (const Sight& sight : sights) {
    const bool now = is_short(sight);
    if (now && !before) out.push_back({sight.at, kForever});
    if (before && !now) out.back().to = sight.at;
    before = now;
  }
}

std::vector<Shortage> ShortagesOf(const Sights& sights) {
  std::vector<Shortage> out;
  for (const PodSights& pod : sights.pods) {
    AddShortages(pod.sights, [](const PodSight& s) {
      return !s.ready && !s.deleting && !s.finished;
    }, out);
  }
  for (const WorkloadSights& workload : sights.workloads) {
    AddShortages(workload.sights, [](const WorkloadSight& s) { return s.available < s.wanted; },
                 out);
  }
  return out;
}

// The end of the last shortage that began before `to` and reaches beyond `from`. None: there is
// no such, or it is not over by then.
std::optional<SimTime> ShortageOver(const std::vector<Shortage>& shortages, SimTime from,
                                    SimTime to) {
  std::optional<SimTime> last;
  for (const Shortage& shortage : shortages) {
    if (shortage.from >= to || shortage.to < from) continue;
    if (shortage.to >= to) return {};
    last = std::max(shortage.to, last.value_or(shortage.to));
  }
  return last;
}

SimTime TimeOf(f64 seconds) { return static_cast<SimTime>(seconds * static_cast<f64>(kSecond)); }

std::vector<f64> SettleTimes(const std::vector<Shortage>& shortages,
                             const std::vector<f64>& writes) {
  std::vector<f64> out;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const SimTime next = i + 1 < writes.size() ? TimeOf(writes[i + 1]) : kForever;
    const auto over = ShortageOver(shortages, TimeOf(writes[i]), next);
    if (over) out.push_back(ToSeconds(*over) - writes[i]);
  }
  return out;
}

LostRequests LostOf(const Trace& trace, const Sights& sights, std::optional<f64> fault,
                    std::optional<f64> repair) {
  const std::vector<ClientLine> lines = ClientLinesOf(trace.traffic);
  const f64 end = lines.empty() ? 0 : lines.back().to_s;
  LostRequests out;
  out.total = LostBetween(lines, 0, end);
  if (fault) out.before_repair = LostBetween(lines, *fault, repair.value_or(end));
  if (repair) out.after_repair = LostBetween(lines, *repair, end);
  std::vector<f64> exits;
  for (const PodSights& pod : sights.pods) {
    for (const PodSight& sight : pod.sights) {
      if (!sight.deleting) continue;
      if (sight.at > 0) exits.push_back(ToSeconds(sight.at));
      break;
    }
  }
  std::sort(exits.begin(), exits.end());
  out.exits = static_cast<u32>(exits.size());
  f64 counted_to = 0;
  for (const f64 exit : exits) {
    out.at_exits += LostBetween(lines, std::max(exit, counted_to), exit + kExitWindowS);
    counted_to = exit + kExitWindowS;
  }
  return out;
}

}  // namespace

MilestoneName NameOf(Milestone milestone) { return kNames[static_cast<std::size_t>(milestone)]; }

std::optional<f64> FaultTime(const Trace& trace, std::optional<f64> otherwise_s) {
  for (const TraceRequest& request : trace.requests) {
    if (!request.by_agent && request.method != "GET") return ToSeconds(request.at);
  }
  const Json result = Json::parse(trace.result, nullptr, false);
  const std::optional<f64> injected = NumberAt(result, "injected_s");
  if (injected && *injected > 0) return injected;
  return otherwise_s;
}

EpisodeFacts FactsOf(const Trace& trace, const Sights& sights,
                     std::optional<f64> otherwise_fault_s) {
  const Json result = Json::parse(trace.result, nullptr, false);
  EpisodeFacts out;
  out.fault_s = FaultTime(trace, otherwise_fault_s);
  const AgentTimes agent = AgentTimesOf(trace, out.fault_s);
  out.verdict = static_cast<int>(std::clamp<i64>(IntegerAt(result, "verdict"), -1, 1));
  out.errored = FlagAt(result, "errored");
  out.steps = static_cast<u32>(std::max<i64>(0, IntegerAt(result, "steps")));
  out.lost = LostOf(trace, sights, out.fault_s, agent.repair);
  out.repaired = agent.repair.has_value();
  out.met_fault = out.fault_s && (agent.repair || agent.answer);
  const std::vector<Shortage> shortages = ShortagesOf(sights);
  out.settle_s = SettleTimes(shortages, agent.writes);
  const auto set = [&](Milestone milestone, std::optional<f64> at, std::optional<f64> since) {
    if (at && since) out.times[static_cast<std::size_t>(milestone)] = *at - *since;
  };
  const auto seconds = [](std::optional<SimTime> at) {
    return at ? std::optional(ToSeconds(*at)) : std::nullopt;
  };
  // What there is to recover from begins with the fault; without one with what the agent did.
  const std::optional<f64> from = out.fault_s ? out.fault_s : agent.repair;
  if (!from) return out;
  const ClientErrors errors = ClientErrorsOf(trace.traffic, *from, ToSeconds(trace.end));
  set(Milestone::kClientsHealthy, errors.last_s, agent.repair);
  set(Milestone::kObjectsHealthy, seconds(ShortageOver(shortages, TimeOf(*from), kForever)),
      agent.repair);
  if (!out.fault_s) return out;
  const f64 fault = *out.fault_s;
  const SimTime fault_at = TimeOf(fault);
  set(Milestone::kSymptom, seconds(FirstSymptom(sights, fault_at)), fault);
  const auto warning = std::find_if(sights.events.begin(), sights.events.end(), [&](const auto& e) {
    return e.warning && e.at >= fault_at;
  });
  if (warning != sights.events.end()) set(Milestone::kWarning, ToSeconds(warning->at), fault);
  set(Milestone::kClientError, errors.first_s, fault);
  set(Milestone::kRepair, agent.repair, fault);
  set(Milestone::kAnswer, agent.answer, fault);
  // The result counts from when it took the fault to be injected.
  const f64 injected = NumberAt(result, "injected_s").value_or(fault);
  if (const auto look = NumberAt(result, "ttd_s")) set(Milestone::kLook, injected + *look, fault);
  if (const auto gone = NumberAt(result, "ttr_s")) {
    set(Milestone::kCauseGone, injected + *gone, agent.repair);
  }
  return out;
}

}  // namespace wt
