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
  std::optional<f64> repair, answer;
};
AgentTimes AgentTimesOf(const Trace& trace) {
  AgentTimes out;
  for (const TraceAction& action : trace.actions) {
    const Json words = Json::parse(action.action, nullptr, false);
    const std::string verb = TextAt(words, "verb");
    if (!out.repair && action.accepted && IsRepairName(verb)) out.repair = ToSeconds(action.at);
    if (!out.answer && verb == "submit") out.answer = ToSeconds(action.at);
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

// The last time that something was short became enough; nothing: it was not, or is short still.
struct Shortage {
  std::optional<SimTime> over;
  bool at_end = false;
};
template <class Sight, class IsShort>
void AddShortage(const std::vector<Sight>& sights, SimTime fault, IsShort is_short,
                 Shortage& out) {
  bool before = false;
  for (const Sight& sight : sights) {
    const bool now = is_short(sight);
    if (before && !now && sight.at >= fault && (!out.over || sight.at > *out.over)) {
      out.over = sight.at;
    }
    before = now;
  }
  out.at_end = out.at_end || before;
}

std::optional<SimTime> ObjectsHealthy(const Sights& sights, SimTime fault) {
  Shortage shortage;
  for (const PodSights& pod : sights.pods) {
    AddShortage(pod.sights, fault, [](const PodSight& s) {
      return !s.ready && !s.deleting && !s.finished;
    }, shortage);
  }
  for (const WorkloadSights& workload : sights.workloads) {
    AddShortage(workload.sights, fault,
                [](const WorkloadSight& s) { return s.available < s.wanted; }, shortage);
  }
  return shortage.at_end ? std::nullopt : shortage.over;
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
    if (!request.by_agent) return ToSeconds(request.at);
  }
  const Json result = Json::parse(trace.result, nullptr, false);
  const std::optional<f64> injected = NumberAt(result, "injected_s");
  if (injected && *injected > 0) return injected;
  return otherwise_s;
}

EpisodeFacts FactsOf(const Trace& trace, const Sights& sights,
                     std::optional<f64> otherwise_fault_s) {
  const Json result = Json::parse(trace.result, nullptr, false);
  const AgentTimes agent = AgentTimesOf(trace);
  EpisodeFacts out;
  out.fault_s = FaultTime(trace, otherwise_fault_s);
  out.verdict = static_cast<int>(std::clamp<i64>(IntegerAt(result, "verdict"), -1, 1));
  out.errored = FlagAt(result, "errored");
  out.steps = static_cast<u32>(std::max<i64>(0, IntegerAt(result, "steps")));
  out.lost = LostOf(trace, sights, out.fault_s, agent.repair);
  if (!out.fault_s) return out;
  const f64 fault = *out.fault_s;
  const SimTime fault_at = static_cast<SimTime>(fault * static_cast<f64>(kSecond));
  const auto set = [&](Milestone milestone, std::optional<f64> at, std::optional<f64> since) {
    if (at && since) out.times[static_cast<std::size_t>(milestone)] = *at - *since;
  };
  const auto seconds = [](std::optional<SimTime> at) {
    return at ? std::optional(ToSeconds(*at)) : std::nullopt;
  };
  set(Milestone::kSymptom, seconds(FirstSymptom(sights, fault_at)), fault);
  const auto warning = std::find_if(sights.events.begin(), sights.events.end(), [&](const auto& e) {
    return e.warning && e.at >= fault_at;
  });
  if (warning != sights.events.end()) set(Milestone::kWarning, ToSeconds(warning->at), fault);
  const ClientErrors errors = ClientErrorsOf(trace.traffic, fault, ToSeconds(trace.end));
  set(Milestone::kClientError, errors.first_s, fault);
  set(Milestone::kRepair, agent.repair, fault);
  set(Milestone::kAnswer, agent.answer, fault);
  // The result counts from when it took the fault to be injected.
  const f64 injected = NumberAt(result, "injected_s").value_or(fault);
  if (const auto look = NumberAt(result, "ttd_s")) set(Milestone::kLook, injected + *look, fault);
  if (const auto gone = NumberAt(result, "ttr_s")) {
    set(Milestone::kCauseGone, injected + *gone, agent.repair);
  }
  set(Milestone::kObjectsHealthy, seconds(ObjectsHealthy(sights, fault_at)), agent.repair);
  set(Milestone::kClientsHealthy, errors.last_s, agent.repair);
  return out;
}

}  // namespace wt
