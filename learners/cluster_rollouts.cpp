// SPDX-License-Identifier: Apache-2.0
#include "learners/cluster_rollouts.h"

#include <algorithm>
#include <atomic>
#include <ctime>

#include "agents/hash_draw.h"
#include "episodes/ground_truth.h"
#include "episodes/run_segments.h"
#include "learners/run_folder.h"

namespace wt {
namespace {

constexpr u32 kLessonSteps = 16;

f64 ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<f64>(now.tv_sec) + static_cast<f64>(now.tv_nsec) * 1e-9;
}

// Adds the CPU time of its decisions to `seconds`.
class TimedPolicy final : public Policy {
 public:
  TimedPolicy(std::unique_ptr<Policy> inner, std::atomic<f64>& seconds)
      : inner_(std::move(inner)), seconds_(seconds) {}
  std::string Name() const override { return inner_->Name(); }
  void Act(std::span<PolicySlot> slots) override {
    const f64 start = ThreadSeconds();
    inner_->Act(slots);
    seconds_ += ThreadSeconds() - start;
  }

 private:
  std::unique_ptr<Policy> inner_;
  std::atomic<f64>& seconds_;
};

// One decision as it was taken.
struct Decision {
  std::vector<f32> features;
  std::vector<u32> masks;
  std::vector<u16> service_workload;
  u32 chosen = 0;
  f32 log_prob = 0;
  f32 reward = 0;
};
struct Recorded {
  bool gone = false;      // the cause, after the last decision
  u32 disturbed = 0;
  u64 looked = 0;         // bits of cause entities looked at (slot modulo 32 per kind)
  ObservationShape shape;
  std::vector<u16> edges;
  std::vector<Decision> decisions;
};

u32 FlatIndex(const ObservationShape& shape, const Action& action) {
  u32 at = 0;
  for (int k = 0; k < static_cast<int>(action.kind); ++k) {
    at += shape.slots[static_cast<std::size_t>(k)] *
          static_cast<u32>(MovesOf(static_cast<EntityKind>(k)).size());
  }
  return at + action.slot * static_cast<u32>(MovesOf(action.kind).size()) + action.move;
}

// What the decision earned, the verdict left out.
f32 StepReward(const StepView& step, const RewardShape& shape, Recorded& to) {
  const Sim sim = step.cluster->View();
  const Action& action = step.slot->chosen;
  f32 reward = shape.step;
  const bool faulty = HasFault(step.cluster->world());
  const bool gone = faulty && AllCausesGone(sim);
  if (gone != to.gone) reward += gone ? shape.cause_gone : -shape.cause_gone;
  to.gone = gone;
  u32 disturbed = 0;
  for (const WrittenObject& written : step.cluster->Written()) {
    if (!IsPartOfCause(sim, written.kind, written.row, written.born)) disturbed += written.writes;
  }
  if (disturbed > to.disturbed) {
    reward += shape.disturbed * static_cast<f32>(disturbed - to.disturbed);
  }
  to.disturbed = disturbed;
  if (faulty && IsInvestigation(MoveOf(action).verb) && step.cluster->Now() > FirstFaultAt(
                                                                                  sim.world)) {
    const u32 row = step.cluster->RowOf(action.kind, action.slot);
    const u64 bit = 1ULL << ((action.kind == EntityKind::kService ? 32 : 0) + action.slot % 32);
    if (row != 0 && IsCauseEntity(sim, action.kind, row) && (to.looked & bit) == 0) {
      to.looked |= bit;
      reward += shape.looked;
    }
  }
  return reward;
}

f32 EndReward(const EpisodeResult& result, const RewardShape& shape) {
  if (result.verdict == 1) {
    return shape.verdict + (result.parts.localized ? shape.localized : 0.0f);
  }
  f32 reward = result.verdict == -1 ? shape.harm : 0.0f;
  if (result.terminated) reward += shape.gave_up;
  return reward;
}

void Record(const StepView& step, const RewardShape& shape, Recorded& to) {
  const ObservationView& view = step.slot->observation;
  if (to.decisions.empty()) {
    to.shape = view.shape;
    to.edges.assign(view.edge_from.begin(), view.edge_from.end());
    to.edges.insert(to.edges.end(), view.edge_to.begin(), view.edge_to.end());
  }
  Decision d;
  d.features.assign(view.features.begin(), view.features.end());
  d.masks.assign(view.masks.begin(), view.masks.end());
  d.service_workload.assign(view.service_workload.begin(), view.service_workload.end());
  d.chosen = FlatIndex(view.shape, step.slot->chosen);
  d.log_prob = step.slot->log_prob;
  d.reward = StepReward(step, shape, to);
  to.decisions.push_back(std::move(d));
}

void Append(Recorded& recorded, const EpisodeResult& result, u32 group,
            const RewardShape& shape, RolloutBatch& batch) {
  if (recorded.decisions.empty()) return;
  if (batch.episodes.empty()) batch.shape = recorded.shape;
  WT_CHECK(batch.shape == recorded.shape, "all episodes of a batch have one shape");
  RolloutBatch::Episode episode;
  episode.group = group;
  episode.first = batch.decisions;
  episode.count = static_cast<u32>(recorded.decisions.size());
  recorded.decisions.back().reward += EndReward(result, shape);
  for (const Decision& d : recorded.decisions) episode.reward += d.reward;
  episode.verdict = result.verdict;
  episode.faulty = result.faulty;
  episode.wrote = result.parts.wrote;
  episode.truncated = result.truncated;
  episode.scenario = result.scenario;
  batch.edges.insert(batch.edges.end(), recorded.edges.begin(), recorded.edges.end());
  for (const Decision& d : recorded.decisions) {
    batch.features.insert(batch.features.end(), d.features.begin(), d.features.end());
    batch.masks.insert(batch.masks.end(), d.masks.begin(), d.masks.end());
    batch.service_workload.insert(batch.service_workload.end(), d.service_workload.begin(),
                                  d.service_workload.end());
    batch.chosen.push_back(d.chosen);
    batch.log_prob.push_back(d.log_prob);
    batch.reward.push_back(d.reward);
    batch.episode.push_back(static_cast<u32>(batch.episodes.size()));
  }
  batch.decisions += episode.count;
  batch.episodes.push_back(episode);
}

// The fault of (setup, seed) lies in an entity that no training episode may have it in.
bool IsHeldOut(const ScenarioSetup& setup, u64 seed, const std::vector<std::string>& names) {
  static thread_local WorldPool pool;
  const Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
  return started && std::ranges::find(names, CauseName(started->cluster.View())) != names.end();
}

}  // namespace

std::vector<EpisodeRequest> DrawRequests(std::span<const ScenarioSetup> setups,
                                         const CollectOptions& options) {
  constexpr u64 kSeedsOfAGroup = 64;  // tried until the target is not held out
  std::vector<EpisodeRequest> requests;
  const u64 run = kFirstTrainingSeed + Mix(options.seed) % 1'000'000 * 1'000'000'000;
  for (u32 g = 0; g < options.groups; ++g) {
    const u64 number = options.update * options.groups + g;
    const u32 which = static_cast<u32>(number);
    u32 scenario = 0;
    u64 seed = 0;
    for (u64 t = 0; t < kSeedsOfAGroup; ++t) {
      scenario = static_cast<u32>(HashDraw(options.seed + t, 7, which) % setups.size());
      seed = run + number * kSeedsOfAGroup + t;
      if (options.hold_out.empty() || !IsHeldOut(setups[scenario], seed, options.hold_out)) break;
    }
    const bool late = HashUniform(options.seed, 8, which) < options.head_start_share;
    const SimTime after = static_cast<SimTime>(15 + HashDraw(options.seed, 9, which) % 45);
    const bool lesson = HashUniform(options.seed, 10, which) < options.lessons_share;
    const bool faulty = !setups[scenario].scenario.Healthy();  // else only submit can be right
    for (u32 m = 0; m < options.group_size; ++m) {
      requests.push_back({&setups[scenario], scenario, seed, m + 1, late ? after * kSecond : -1,
                          lesson && faulty, lesson ? kLessonSteps : 0, options.reach});
    }
  }
  return requests;
}

RolloutBatch CollectRollouts(std::span<const ScenarioSetup> setups,
                             std::shared_ptr<const NetworkWeights> weights,
                             const CollectOptions& options) {
  const std::vector<EpisodeRequest> requests = DrawRequests(setups, options);
  RewardShape shape = options.reward;
  shape.harm *= options.penalties;
  shape.disturbed *= options.penalties;
  std::vector<Recorded> recorded(requests.size());
  std::atomic<f64> infer_s = 0;
  const f64 start = CpuSeconds();
  SegmentOptions segments;
  segments.threads = options.threads;
  segments.chunk_options.keep_actions = false;
  segments.chunk_options.on_step = [&](const StepView& step) {
    Record(step, shape, recorded[step.index]);
  };
  const std::vector<EpisodeResult> results = RunSegments(
      requests,
      [&] {
        return std::make_unique<TimedPolicy>(MakeNetworkPolicy(weights, false, "train"), infer_s);
      },
      segments);

  RolloutBatch batch;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (results[i].errored) {  // the members of a group share a start: all of them or none
      if (batch.errored++ == 0) batch.first_error = results[i].error;
      continue;
    }
    Append(recorded[i], results[i], static_cast<u32>(i / options.group_size), shape, batch);
  }
  batch.infer_s = infer_s;
  batch.simulate_s = CpuSeconds() - start - batch.infer_s;
  return batch;
}

}  // namespace wt
