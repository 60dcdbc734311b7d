// SPDX-License-Identifier: Apache-2.0
#include "episodes/script.h"

#include <fmt/format.h>

#include <algorithm>

#include "episodes/pass_time.h"
#include "episodes/twin.h"
#include "scenarios/nearest.h"
#include "sim/api/join.h"

namespace wt {
namespace {

struct Alias {
  std::string_view word;
  EntityKind kind;
};
constexpr std::array kAliases{Alias{"service", EntityKind::kService},
                              Alias{"svc", EntityKind::kService},
                              Alias{"workload", EntityKind::kWorkload},
                              Alias{"deployment", EntityKind::kWorkload},
                              Alias{"deploy", EntityKind::kWorkload},
                              Alias{"node", EntityKind::kNode}};

Error Wrong(const ScriptedAction& action, std::string what) {
  return Error{ErrorCode::kUsage, action.place, std::move(what)};
}

// Slot of the entity of that name. An empty name was never an entity: a slot out of range, which
// no cluster takes.
Result<u16> SlotNamed(const SimCluster& cluster, EntityKind kind, std::string_view name,
                      const ScriptedAction& action) {
  if (name.empty()) return u16{0xffff};
  std::vector<std::string> names;
  for (u16 slot = 0; slot < cluster.Shape().slots[static_cast<std::size_t>(kind)]; ++slot) {
    std::string here = cluster.EntityName(kind, slot);
    if (here == name) return slot;
    if (!here.empty()) names.push_back(std::move(here));
  }
  std::sort(names.begin(), names.end());
  return Wrong(action, "target: there is no " + std::string(EntityKindName(kind)) + " \"" +
                           std::string(name) + "\" at that time" + DidYouMean(name, names));
}

// Targets of the kinds that know the verb, but for `kind`: "service/NAME or workload/NAME".
std::string WhereElse(EntityKind kind, std::string_view verb) {
  std::vector<std::string> out;
  for (u32 k = 0; k < kEntityKinds; ++k) {
    const auto other = static_cast<EntityKind>(k);
    const bool knows = std::ranges::any_of(
        MovesOf(other), [&](const Move& move) { return VerbName(move.verb) == verb; });
    if (other == kind || !knows) continue;
    const std::string name(EntityKindName(other));
    out.push_back(other == EntityKind::kCluster ? name : name + "/NAME");
  }
  return out.empty() ? "" : JoinWords(out);
}

std::vector<std::string> AllVerbs() {
  std::vector<std::string> out{"patch"};
  for (u32 k = 0; k < kEntityKinds; ++k) {
    for (const Move& move : MovesOf(static_cast<EntityKind>(k))) {
      out.emplace_back(VerbName(move.verb));
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// What the verb offers there: `1 ("to 1")`, and the nearest text where a text was written.
Error NoSuchOption(const SimCluster& cluster, EntityKind kind, u16 slot,
                   const ScriptedAction& action) {
  const auto moves = MovesOf(kind);
  std::vector<std::string> shown, texts;
  for (u8 m = 0; m < moves.size(); ++m) {
    if (VerbName(moves[m].verb) != action.verb) continue;
    const std::string& text = texts.emplace_back(cluster.OptionText({kind, m, slot}));
    shown.push_back(fmt::format("{} (\"{}\")", moves[m].option, text));
  }
  const bool by_text = !action.option_text.empty();
  return Wrong(action, fmt::format("option: {} of {} has no option {}; expected {}{}", action.verb,
                                   action.target.empty() ? "cluster" : action.target,
                                   by_text ? '"' + action.option_text + '"'
                                           : std::to_string(action.option),
                                   JoinWords(shown),
                                   by_text ? DidYouMean(action.option_text, texts) : ""));
}

Result<u8> MoveNamed(const SimCluster& cluster, EntityKind kind, u16 slot,
                     const ScriptedAction& action) {
  const auto moves = MovesOf(kind);
  std::vector<std::string> verbs;
  bool verb_known = false;
  for (u8 m = 0; m < moves.size(); ++m) {
    verbs.emplace_back(VerbName(moves[m].verb));
    if (action.verb != verbs.back()) continue;
    verb_known = true;
    if (action.option_text.empty()) {
      if (moves[m].option == std::max(action.option, 0)) return m;
    } else if (cluster.OptionText({kind, m, slot}) == action.option_text) {
      return m;
    }
  }
  verbs.erase(std::unique(verbs.begin(), verbs.end()), verbs.end());
  if (!verb_known) {
    if (const std::string others = WhereElse(kind, action.verb); !others.empty()) {
      return Wrong(action, "verb: \"" + action.verb + "\" is nothing to do to a " +
                               std::string(EntityKindName(kind)) + "; expected a target such as " +
                               others);
    }
    if (action.target.empty()) {
      verbs = AllVerbs();
      return Wrong(action, fmt::format("verb: \"{}\" is nothing to do; expected {}{}", action.verb,
                                       Joined(verbs), DidYouMean(action.verb, verbs)));
    }
    return Wrong(action, "verb: \"" + action.verb + "\" is nothing to do to a " +
                             std::string(EntityKindName(kind)) + "; expected " +
                             JoinWords(verbs) + DidYouMean(action.verb, verbs));
  }
  return NoSuchOption(cluster, kind, slot, action);
}

Result<Action> Resolve(const SimCluster& cluster, const ScriptedAction& action) {
  Action out;
  if (!action.target.empty() && action.target != "cluster") {
    const std::size_t slash = action.target.find('/');
    const std::string_view word = std::string_view(action.target).substr(0, slash);
    const auto alias = std::find_if(kAliases.begin(), kAliases.end(),
                                    [&](const Alias& a) { return a.word == word; });
    if (slash == std::string::npos || alias == kAliases.end()) {
      return Wrong(action, "target: \"" + action.target +
                               "\" is not service/NAME, workload/NAME, node/NAME or cluster");
    }
    out.kind = alias->kind;
    Result<u16> slot =
        SlotNamed(cluster, out.kind, std::string_view(action.target).substr(slash + 1), action);
    if (!slot) return slot.error();
    out.slot = *slot;
  }
  Result<u8> move = MoveNamed(cluster, out.kind, out.slot, action);
  if (!move) return move.error();
  out.move = *move;
  return out;
}

ExternalWords WordsOf(const ScriptedAction& action) {
  ExternalWords words;
  words.answer = action.answer;
  words.answered = action.answered;
  if (action.verb != "patch") return words;
  words.patch_object = action.target;
  words.patch_type = action.patch_type;
  words.patch = action.patch;
  return words;
}

// One episode that follows the list.
class Script {
 public:
  Script(const EpisodeRequest& request, StartedEpisode started, WorldPool& pool,
         const ChunkOptions& options)
      : options_(options),
        objective_(request.setup->objective),
        cluster_(std::move(started.cluster)),
        limits_(started.limits),
        twin_(cluster_.blueprint(), pool, cluster_.View().faults, cluster_.world()),
        protected_(ProtectedObjects(cluster_.View(), objective_)),
        observer_(&objective_, protected_),
        user_(cluster_.View(), &objective_, &request.setup->complaint) {
    result_.scenario = request.scenario;
    result_.seed = request.seed;
  }

  Status CheckTimes(std::span<const ScriptedAction> actions) const {
    SimTime last = 0;
    for (const ScriptedAction& action : actions) {
      if (!action.timed) continue;
      if (action.at < last) {
        return Wrong(action, fmt::format("at_s: {} comes after {}; expected times that do not fall",
                                         ToSeconds(action.at), ToSeconds(last)));
      }
      last = action.at;
      if (last < limits_.budget.time) continue;
      return Wrong(action, fmt::format("at_s: {} is not within the episode; expected less than {}",
                                       ToSeconds(last), ToSeconds(limits_.budget.time)));
    }
    return Ok{};
  }

  Status Drive() {
    if (!options_.drive) return Ok{};
    Result<std::unique_ptr<ClusterDriver>> driver = options_.drive(cluster_);
    if (!driver) return driver.error();
    driver_ = std::move(*driver);
    cluster_.Drive(driver_.get());
    return Ok{};
  }

  Result<EpisodeResult> Run(std::span<const ScriptedAction> actions) {
    for (const ScriptedAction& action : actions) {
      Pass(std::max<SimTime>(action.at - cluster_.Now(), 0));
      if (options_.cut_off && options_.cut_off()) return CutOff();
      if (const Status done = Take(action); !done) return done.error();
      if (answer_) break;
    }
    Pass(owed_);
    if (options_.cut_off && options_.cut_off()) return CutOff();
    result_.steps = cluster_.steps();
    result_.terminated = answer_.has_value();
    result_.truncated = !result_.terminated;
    observer_.Judge(cluster_, twin_, answer_, result_, options_.sampler);
    if (options_.on_judged) options_.on_judged(cluster_, limits_);
    return std::move(result_);
  }

 private:
  EpisodeResult CutOff() {
    result_.errored = true;
    result_.error = "cut off";
    result_.steps = cluster_.steps();
    result_.end = cluster_.Now();
    return std::move(result_);
  }

  void Pass(SimTime by) {
    if (by <= 0) return;
    PassTime(cluster_, by, observer_, user_, options_.sampler);
    owed_ = 0;
  }

  Status Take(const ScriptedAction& written) {
    const ExternalWords words = WordsOf(written);
    TakenAction taken;
    taken.at = cluster_.Now();
    const bool patches = !words.patch_object.empty();
    if (!patches) {
      Result<Action> action = Resolve(cluster_, written);
      if (!action) return action.error();
      taken.action = *action;
      taken.target = TargetName(cluster_, *action);
    }
    const PolicySlot slot{.observation = {}, .chosen = taken.action};
    StepView view;
    if (options_.on_step) view = BeginStep(0, cluster_, slot);
    const ActionOutcome outcome = CarryOut(cluster_, observer_, words, taken);
    const Action action = taken.action;
    if (!patches && MoveOf(action).verb == Verb::kSubmit && outcome.accepted) {
      answer_ = AnswerOf(action);
      if (words.answered) {
        const Answer target = *answer_;
        answer_ = words.answer;
        answer_->detected = target.detected;
        answer_->kind = target.kind;
        answer_->slot = target.slot;
      }
    } else {
      owed_ = patches ? limits_.step : DurationOf(action, limits_.step);
    }
    if (options_.on_step) {
      view.outcome = outcome;
      view.last = answer_.has_value();
      view.complaint = user_.Complaint();
      view.patched = patches ? &words : nullptr;
      options_.on_step(view);
    }
    CountStep(taken, patches, result_);
    result_.actions.push_back(std::move(taken));
    return Ok{};
  }

  const ChunkOptions& options_;
  const JudgedObjective& objective_;
  std::unique_ptr<ClusterDriver> driver_;  // before the cluster: outlives it
  SimCluster cluster_;
  EpisodeLimits limits_;
  Twin twin_;
  std::vector<ObjectId> protected_;
  Observer observer_;
  User user_;
  std::optional<Answer> answer_;
  SimTime owed_ = 0;  // what the last action lets pass, if no other comes before
  EpisodeResult result_;
};

}  // namespace

Result<EpisodeResult> RunScript(const EpisodeRequest& request,
                                std::span<const ScriptedAction> actions, WorldPool& pool,
                                const ChunkOptions& options) {
  Result<StartedEpisode> started = StartEpisode(*request.setup, pool, request.seed, options.texts,
                                                options.check_invariants);
  if (!started) return started.error();
  Script script(request, std::move(*started), pool, options);
  if (Status in_time = script.CheckTimes(actions); !in_time) return in_time.error();
  if (Status driven = script.Drive(); !driven) return driven.error();
  return script.Run(actions);
}

}  // namespace wt
