// SPDX-License-Identifier: Apache-2.0
#include "bench/report/incident.h"

#include <algorithm>

namespace wt {
namespace {

// An agent that names no cause may still say that there is one; the move cannot.
std::string OptionOf(const StepView& step) {
  const PolicySlot& slot = *step.slot;
  const bool told = slot.context != nullptr && slot.context->words->answered;
  if (told && slot.chosen.kind == EntityKind::kCluster && slot.context->words->answer.detected &&
      MoveOf(slot.chosen).verb == Verb::kSubmit) {
    return "something is wrong, no cause named";
  }
  return step.option;
}

}  // namespace

void RecordStep(const StepView& step, Incident& incident) {
  const Action& action = step.slot->chosen;
  const Verb verb = MoveOf(action).verb;
  const std::string option = OptionOf(step);
  std::string text = verb == Verb::kWait ? option : std::string(VerbName(verb));
  if (!step.target.empty()) text += " " + step.target;
  if (verb != Verb::kWait && !option.empty()) text += " -> " + option;
  incident.steps.push_back({ToSeconds(step.began), verb, std::move(text), step.outcome.accepted});
  incident.end_s = ToSeconds(step.cluster->Now());
  if (incident.complaint.empty() && !step.complaint.empty()) {
    incident.complaint = std::string(step.complaint);
    incident.complaint_s = incident.end_s;
  }
}

void RecordSample(const SimCluster& cluster, Incident& incident) {
  incident.errors.push_back(
      {ToSeconds(cluster.Now()), static_cast<f64>(cluster.world().header().client.error)});
}

void RecordEnd(const ScenarioLabel& label, const EpisodeResult& result, Incident& incident) {
  incident.scenario = label.name;
  incident.causes = label.fault_kinds;
  incident.seed = result.seed;
  incident.verdict = static_cast<int>(result.verdict);
  incident.end_s = ToSeconds(result.end);
  incident.injected_s = result.injected_at <= result.end ? ToSeconds(result.injected_at) : 0;
  incident.repaired_s = ToSeconds(result.repaired_at);
  if (!incident.errors.empty()) {
    incident.end_s = std::max(incident.end_s, incident.errors.back().at_s);
  }
}

std::string_view VerdictText(int verdict) {
  if (verdict == 1) return "1: solved";
  return verdict == 0 ? "0: not solved" : "-1: made worse";
}

char VerbMark(Verb verb) {
  if (IsInvestigation(verb)) return '?';
  if (IsRepair(verb)) return 'R';
  return verb == Verb::kSubmit ? '!' : '.';
}

}  // namespace wt
