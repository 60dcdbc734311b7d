// SPDX-License-Identifier: Apache-2.0
#include "episodes/run_episode.h"

#include "episodes/live_episodes.h"
#include "episodes/observer.h"

namespace wt {

Answer AnswerOf(const Action& action) {
  Answer answer;
  answer.detected = action.kind != EntityKind::kCluster;
  answer.kind = action.kind;
  answer.slot = action.slot;
  return answer;
}

StepView BeginStep(u32 index, const SimCluster& cluster, const PolicySlot& slot) {
  StepView view;
  view.index = index;
  view.cluster = &cluster;
  view.slot = &slot;
  view.began = cluster.Now();
  view.target = cluster.EntityName(slot.chosen.kind, slot.chosen.slot);
  view.option = cluster.OptionText(slot.chosen);
  return view;
}

std::string TargetName(const Cluster& cluster, const Action& action) {
  if (action.kind == EntityKind::kCluster) return "cluster";
  return std::string(EntityKindName(action.kind)) + "/" +
         cluster.EntityName(action.kind, action.slot);
}

void CountStep(const TakenAction& taken, bool patched, EpisodeResult& result) {
  const Verb verb = patched ? Verb::kPatch : MoveOf(taken.action).verb;
  if (IsInvestigation(verb)) ++result.looks;
  if (IsRepair(verb)) ++(taken.accepted ? result.writes : result.refused_writes);
}

void SayWords(const ExternalWords& words, TakenAction& taken) {
  if (!words.patch_object.empty()) {
    taken.target = words.patch_object;
    taken.patch_type = words.patch_type;
    taken.patch = words.patch;
  }
  if (!words.answered) return;
  taken.fault_kind = words.answer.fault_kind;
  taken.field = words.answer.field;
  taken.object_kind = words.answer.object_kind;
  taken.object_name = words.answer.object_name;
  taken.object_namespace = words.answer.object_namespace;
}

ActionOutcome CarryOut(SimCluster& cluster, Observer& observer, const ExternalWords& words,
                       TakenAction& taken) {
  ActionOutcome outcome;
  if (words.patch_object.empty()) {
    observer.BeforeAction(cluster, taken.action);
    outcome = cluster.Apply(taken.action);
  } else {
    observer.BeforeAction(cluster, EntityKind::kCluster, 0, true);
    const Result<ActionOutcome> patched =
        cluster.ApplyPatch(words.patch_object, words.patch_type, words.patch);
    if (patched) outcome = *patched;
  }
  SayWords(words, taken);
  taken.accepted = outcome.accepted;
  return outcome;
}

std::vector<EpisodeResult> RunChunk(std::span<const EpisodeRequest> requests, Policy& policy,
                                    WorldPool& pool, const ChunkOptions& options) {
  std::vector<EpisodeResult> results(requests.size());
  LiveEpisodes live(requests, results, pool, options);
  for (u32 i = 0; i < requests.size(); ++i) live.Start(i, policy);
  while (live.size() > 0) live.Step(policy);
  return results;
}

}  // namespace wt
