// SPDX-License-Identifier: Apache-2.0
// The loop of an episode, for a chunk of them side by side: observe all, decide all in one call of
// the policy, act and let time pass, each to its own end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/policy.h"
#include "episodes/advance.h"
#include "episodes/episode_result.h"
#include "episodes/scenario_setup.h"

namespace wt {

struct EpisodeRequest {
  const ScenarioSetup* setup = nullptr;
  u32 scenario = 0;   // index into the suite, copied into the result
  u64 seed = 0;
  // Of the policy's own sampling, beside the seed and the scenario's name; members of a group
  // differ in nothing else.
  u64 policy_key = 0;
  // A curriculum's head start: the policy takes over this long after the first fault (healthy:
  // after a time a fault might have come); negative = from the beginning.
  SimTime head_start = -1;
  // A curriculum's first lessons: submit is not legal, the episode ends by itself once the cause
  // is gone, or after `max_steps` (0 = the scenario's limit).
  bool ends_itself = false;
  u32 max_steps = 0;
  // A curriculum's reach: moves are legal on this share of the entities only, drawn by the seed,
  // the cause's among them.
  f32 reach = 1;
};

// Told of each decision after it was carried out; for play and for learners. Optional.
struct StepView {
  u32 index = 0;                    // of the request in its chunk
  const SimCluster* cluster = nullptr;
  const PolicySlot* slot = nullptr; // observation before the action, the action, its log_prob
  SimTime began = 0;                // when the action was taken; the two names are of that instant
  std::string target, option;       // Cluster::EntityName, Cluster::OptionText
  ActionOutcome outcome;
  bool last = false;
  std::string_view complaint;             // of the user, "" = none so far
  const ExternalWords* patched = nullptr; // a patch was carried out in place of the action
};
// A step that is about to be carried out: what an option stands for moves with the cluster. The
// outcome and what comes after it are left open. Allocates.
StepView BeginStep(u32 index, const SimCluster& cluster, const PolicySlot& slot);
using StepListener = std::function<void(const StepView&)>;

struct ChunkOptions {
  bool keep_actions = true;
  bool texts = false;
  bool check_invariants = false;
  StepListener on_step;
  ClusterSampler sampler;  // while time passes, the hold included
  // The cluster is the image of another one from its start, driven by what this returns; an error
  // is the episode's. Empty: it is simulated.
  std::function<Result<std::unique_ptr<ClusterDriver>>(SimCluster&)> drive;
  // Asked before each step is decided and before it is carried out. Once true: none is any more,
  // and the episode is errored as it stands, without a verdict. Optional.
  std::function<bool()> cut_off;
  // After the verdict, with the World after the hold; the cluster may be run on.
  std::function<void(SimCluster&, const EpisodeLimits&)> on_judged;
};

// Runs every request of the chunk to its end and judges it. Results in request order; an episode
// that could not start is errored and says why. One thread; worlds live in `pool`.
// Requests with equal (setup, seed) are forks of one World and share its no-op twin.
// The order of chunks and their size do not change any result.
std::vector<EpisodeResult> RunChunk(std::span<const EpisodeRequest> requests, Policy& policy,
                                    WorldPool& pool, const ChunkOptions& options);

// "service/profile"; "cluster" for moves of the whole.
std::string TargetName(const Cluster& cluster, const Action& action);

// One step more among those of its sort. `patched`: a patch was carried out in its place.
void CountStep(const TakenAction& taken, bool patched, EpisodeResult& result);

// What an external agent said beside its move, as part of the action.
void SayWords(const ExternalWords& words, TakenAction& taken);

// Carries out `taken.action`, or the patch of `words` in its place, and completes `taken`.
ActionOutcome CarryOut(SimCluster& cluster, Observer& observer, const ExternalWords& words,
                       TakenAction& taken);

// The answer that a submit move stands for.
Answer AnswerOf(const Action& action);

}  // namespace wt
