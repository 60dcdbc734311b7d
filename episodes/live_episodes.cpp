// SPDX-License-Identifier: Apache-2.0
#include "episodes/live_episodes.h"

#include <fmt/format.h>

#include <algorithm>

#include "agents/hash_draw.h"
#include "episodes/draw_scenario.h"
#include "episodes/ground_truth.h"
#include "episodes/oracle.h"
#include "episodes/pass_time.h"
#include "episodes/twin.h"
#include "sim/api/check.h"

namespace wt {
namespace {

// The buffers of one observation.
struct ObservationBuffers {
  explicit ObservationBuffers(const ObservationShape& shape)
      : features(shape.Floats()),
        masks(shape.Masks()),
        edges(2u * shape.edges),
        service_workload(shape.slots[static_cast<std::size_t>(EntityKind::kService)]) {
    view.shape = shape;
    view.features = features;
    view.masks = masks;
    view.edge_from = {edges.data(), shape.edges};
    view.edge_to = {edges.data() + shape.edges, shape.edges};
    view.service_workload = service_workload;
  }
  ObservationBuffers(const ObservationBuffers&) = delete;
  ObservationBuffers& operator=(const ObservationBuffers&) = delete;

  std::vector<f32> features;
  std::vector<u32> masks;
  std::vector<u16> edges, service_workload;
  ObservationView view;
};

std::string ReplayHint(const EpisodeRequest& request) {
  return fmt::format("wavetank play --scenario {} --seed {}", request.setup->scenario.file,
                     request.seed);
}

void ForbidSubmit(const ObservationView& view) {
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    u32 submits = 0;
    for (u32 m = 0; m < MovesOf(kind).size(); ++m) {
      if (MovesOf(kind)[m].verb == Verb::kSubmit) submits |= 1u << m;
    }
    for (u32& mask : view.Masks(kind)) mask &= ~submits;
  }
}

// Leaves moves on a share of the entities, and on those of the cause.
void LimitReach(const SimCluster& cluster, const EpisodeRequest& request,
                const ObservationView& view) {
  const std::vector<CausePlace> causes = CausePlaces(cluster.View());
  for (u32 k = 1; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const std::span<u32> masks = view.Masks(kind);
    for (u16 s = 0; s < masks.size(); ++s) {
      if (masks[s] == 0 || HashUniform(request.seed, k, s) < request.reach) continue;
      const u32 row = cluster.RowOf(kind, s);
      const auto here = [&](const CausePlace& cause) { return LiesIn(cause, kind, row); };
      if (std::ranges::none_of(causes, here)) masks[s] = 0;
    }
  }
}

// Of a policy's own draws. By the scenario's name, not its place in a suite: alone it is played as
// among others. Without it the draws of all scenarios of a seed would be the same.
u64 PolicyKey(const EpisodeRequest& request) {
  return Mix(EpisodeKey(request.setup->scenario, request.seed).value ^ Mix(request.policy_key));
}

// Lets time pass without a policy until `head_start` after the first fault.
void SkipAhead(SimCluster& cluster, const EpisodeRequest& request) {
  const SimTime fault = FirstFaultAt(cluster.world());
  const SimTime usual = kMinute + static_cast<SimTime>(Mix(request.seed) % 120) * kSecond;
  cluster.Advance((fault > 0 ? fault : usual) + request.head_start - cluster.Now());
}

}  // namespace

// What the members of a group share: the World they start from and what becomes of it alone.
struct LiveEpisodes::Origin {
  Origin(const EpisodeRequest& request, StartedEpisode started, WorldPool& pool,
         std::string the_cause)
      : setup(request.setup),
        seed(request.seed),
        cluster(std::move(started.cluster)),
        limits(started.limits),
        twin(cluster.blueprint(), pool, cluster.View().faults, cluster.world()),
        protected_objects(ProtectedObjects(cluster.View(), request.setup->objective)),
        cause(std::move(the_cause)) {}

  const ScenarioSetup* setup;
  u64 seed;
  SimCluster cluster;
  EpisodeLimits limits;
  Twin twin;
  std::vector<ObjectId> protected_objects;
  std::string cause;  // as EpisodeResult::cause
  u32 alive = 0;  // members
};

// One running episode.
struct LiveEpisodes::Running {
  Running(const EpisodeRequest& the_request, u32 the_index, Origin& the_origin, WorldPool& pool,
          u32 memory_bytes)
      : request(&the_request),
        index(the_index),
        origin(&the_origin),
        cluster(the_origin.cluster.Fork(pool)),
        observer(&the_request.setup->objective, the_origin.protected_objects),
        user(cluster.View(), &the_request.setup->objective, &the_request.setup->complaint),
        observation(cluster.Shape()),
        memory((memory_bytes + 7) / 8) {}

  const AgentContext* Context() {
    const EpisodeBudget& budget = origin->limits.budget;
    words = {};
    context = {.cluster = &cluster,
               .task = TaskName(request->setup->scenario.task),
               .complaint = user.Complaint(),
               .steps_left = budget.steps - std::min(budget.steps, cluster.steps()),
               .time_left = std::max<SimTime>(budget.time - cluster.Now(), 0),
               .words = &words};
    return &context;
  }

  const EpisodeRequest* request;
  u32 index;
  Origin* origin;
  std::unique_ptr<ClusterDriver> driver;  // before the cluster: outlives it
  SimCluster cluster;
  Observer observer;
  User user;
  AgentContext context;
  ExternalWords words;
  ObservationBuffers observation;
  std::vector<u64> memory;
  std::optional<Answer> answer;
};

LiveEpisodes::LiveEpisodes(std::span<const EpisodeRequest> requests,
                           std::span<EpisodeResult> results, WorldPool& pool,
                           const ChunkOptions& options)
    : requests_(requests), results_(results), pool_(pool), options_(options) {}

LiveEpisodes::~LiveEpisodes() = default;

void LiveEpisodes::Start(u32 index, const Policy& policy) {
  const EpisodeRequest& request = requests_[index];
  EpisodeResult& result = results_[index];
  result.scenario = request.scenario;
  result.seed = request.seed;
  result.faulty = !request.setup->scenario.Healthy();
  SetReplayHint(ReplayHint(request));
  const Result<Origin*> origin = OriginOf(request, options_.texts || policy.WantsContext());
  if (!origin) {
    result.errored = true;
    result.error = origin.error().Text();
    return;
  }
  ++(*origin)->alive;
  result.cause = (*origin)->cause;
  running_.push_back(
      std::make_unique<Running>(request, index, **origin, pool_, policy.MemoryBytes()));
  if (options_.drive) Drive(*running_.back());
}

// Hands the cluster over to its driver; an episode that cannot be driven is not alive.
void LiveEpisodes::Drive(Running& r) {
  auto driver = options_.drive(r.cluster);
  if (driver) {
    r.driver = std::move(*driver);
    return r.cluster.Drive(r.driver.get());
  }
  results_[r.index].errored = true;
  results_[r.index].error = driver.error().Text();
  Origin& origin = *r.origin;
  running_.pop_back();
  Leave(origin);
}

Result<LiveEpisodes::Origin*> LiveEpisodes::OriginOf(const EpisodeRequest& request, bool texts) {
  for (const auto& origin : origins_) {
    if (origin->setup == request.setup && origin->seed == request.seed) return origin.get();
  }
  Result<StartedEpisode> started =
      StartEpisode(*request.setup, pool_, request.seed, texts, options_.check_invariants);
  if (!started) return started.error();
  std::string cause(CauseName(started->cluster.View()));  // before the fault has happened
  if (request.head_start >= 0) SkipAhead(started->cluster, request);
  origins_.push_back(
      std::make_unique<Origin>(request, std::move(*started), pool_, std::move(cause)));
  return origins_.back().get();
}

void LiveEpisodes::Step(Policy& policy) {
  slots_.resize(running_.size());
  if (!CutOff()) Decide(policy);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (Carry(*running_[i], slots_[i])) {
      if (kept != i) running_[kept] = std::move(running_[i]);
      ++kept;
      continue;
    }
    Origin& origin = *running_[i]->origin;
    running_[i].reset();
    Leave(origin);
  }
  running_.resize(kept);
}

// The last member of a group takes the World that they share along.
void LiveEpisodes::Leave(Origin& origin) {
  if (--origin.alive > 0) return;
  std::erase_if(origins_, [&](const auto& o) { return o.get() == &origin; });
}

void LiveEpisodes::Decide(Policy& policy) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Running& r = *running_[i];
    r.cluster.Observe(r.observation.view);
    if (r.request->ends_itself) ForbidSubmit(r.observation.view);
    if (r.request->reach < 1) LimitReach(r.cluster, *r.request, r.observation.view);
    slots_[i] = {.observation = r.observation.view,
                 .key = PolicyKey(*r.request),
                 .step = r.cluster.steps(),
                 .memory = r.memory.empty() ? nullptr : r.memory.data(),
                 .chosen = {},
                 .log_prob = 0,
                 .context = policy.WantsContext() ? r.Context() : nullptr};
  }
  if (auto* seeing = dynamic_cast<SeeingPolicy*>(&policy)) {
    clusters_.clear();
    for (const auto& r : running_) clusters_.push_back(&r->cluster);
    seeing->Show(clusters_);
  }
  policy.Act(slots_);
}

// The agent's program failed, or nobody wants to know: the episode is lost as it stands.
bool LiveEpisodes::Lose(Running& r, const std::string& why) {
  EpisodeResult& result = results_[r.index];
  result.errored = true;
  result.error = why;
  result.steps = r.cluster.steps();
  result.end = r.cluster.Now();
  result.injected_at = FirstFaultAt(r.cluster.world());
  result.hash = HashWorld(r.cluster.world());
  return false;
}

ActionOutcome LiveEpisodes::Act(Running& r, const Action& action) {
  EpisodeResult& result = results_[r.index];
  TakenAction taken;
  taken.at = r.cluster.Now();
  taken.action = action;
  if (options_.keep_actions) taken.target = TargetName(r.cluster, action);
  const ActionOutcome outcome = CarryOut(r.cluster, r.observer, r.words, taken);
  CountStep(taken, !r.words.patch_object.empty(), result);
  if (options_.keep_actions) result.actions.push_back(std::move(taken));
  return outcome;
}

// Carries out one decision; false when that ended the episode.
bool LiveEpisodes::Carry(Running& r, const PolicySlot& slot) {
  SetReplayHint(ReplayHint(*r.request));
  if (CutOff()) return Lose(r, "cut off");
  EpisodeResult& result = results_[r.index];
  if (!r.words.lost.empty()) {
    result.agent_lost = true;
    return Lose(r, r.words.lost);
  }
  const bool patched = !r.words.patch_object.empty();
  StepView view;
  if (options_.on_step) view = BeginStep(r.index, r.cluster, slot);
  const ActionOutcome outcome = Act(r, slot.chosen);
  if (!patched && MoveOf(slot.chosen).verb == Verb::kSubmit && outcome.accepted) {
    r.answer = r.words.answered ? r.words.answer : AnswerOf(slot.chosen);
  } else {
    const SimTime step = r.origin->limits.step;
    PassTime(r.cluster, patched ? step : DurationOf(slot.chosen, step), r.observer, r.user,
             options_.sampler);
  }
  const u32 max_steps = r.request->max_steps > 0 ? r.request->max_steps
                                                 : r.origin->limits.budget.steps;
  const bool out_of_budget = r.cluster.steps() >= max_steps ||
                             r.cluster.Now() >= r.origin->limits.budget.time;
  const bool done_itself = r.request->ends_itself && HasFault(r.cluster.world()) &&
                           AllCausesGone(r.cluster.View());
  const bool last = r.answer.has_value() || out_of_budget || done_itself;
  if (options_.on_step) {
    view.outcome = outcome;
    view.last = last;
    view.complaint = r.user.Complaint();
    view.patched = patched ? &r.words : nullptr;
    options_.on_step(view);
  }
  if (!last) return true;
  result.steps = r.cluster.steps();
  result.terminated = r.answer.has_value();
  result.truncated = !result.terminated;
  r.observer.Judge(r.cluster, r.origin->twin, r.answer, result, options_.sampler);
  if (options_.on_judged) options_.on_judged(r.cluster, r.origin->limits);
  return false;
}

}  // namespace wt
