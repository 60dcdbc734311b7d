// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/results.h"
#include "bench/summary_json.h"
#include "episodes/observer_rules.h"
#include "episodes/script.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

using Group = std::map<std::string, std::vector<const EpisodeResult*>>;

Json ToJson(const Group& groups) {
  Json out = Json::object();
  for (const auto& [name, episodes] : groups) out[name] = SummaryJson(Summarise(episodes));
  return out;
}

// Seconds from one instant to another; null when the second never came.
Json Since(SimTime from, SimTime to) { return to > 0 ? Json(ToSeconds(to - from)) : Json(); }

// In single quotes for a POSIX shell.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

bool IsPlainWord(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/._-+:=").find(static_cast<char>(c)) !=
                                       std::string_view::npos;
  });
}

// A command that runs the same actions at the same times and compares the hash.
std::string ReplayCommand(const ScenarioLabel& label, const EpisodeResult& e) {
  std::string out = fmt::format("wavetank replay --scenario {} --seed {} --actions {}",
                                IsPlainWord(label.file) ? label.file : Quoted(label.file), e.seed,
                                Quoted(ActionsText(e.actions)));
  if (!e.errored) out += fmt::format(" --hash {:016x}", e.hash);
  return out;
}

}  // namespace

Json SummaryJson(const Summary& s) {
  const auto known = [&](Json value) { return s.episodes > 0 ? std::move(value) : Json(); };
  const auto share = [](const std::optional<f64>& value) { return value ? Json(*value) : Json(); };
  return {{"episodes", s.episodes},
          {"errored", s.errored},
          {"verdict_mean", known(s.verdict_mean)},
          {"verdict_ci95", known({s.verdict_ci95.low, s.verdict_ci95.high})},
          {"success", known(s.success)},
          {"harm", known(s.harm)},
          {"false_action_healthy", share(s.false_action_healthy)},
          {"false_claim_healthy", share(s.false_claim_healthy)},
          {"steps_mean", known(s.steps_mean)},
          {"looks_mean", share(s.looks_mean)},
          {"writes_mean", share(s.writes_mean)},
          {"refused_writes_mean", share(s.refused_writes_mean)},
          {"ttr_median_s", share(s.ttr_median_s)}};
}

std::string ResultsDocument(const RunInfo& info, const std::vector<ScenarioLabel>& scenarios,
                            const std::vector<EpisodeResult>& episodes) {
  std::vector<const EpisodeResult*> all, faulty, healthy;
  Group by_fault, by_task, by_app, by_scenario, by_cause;
  for (const EpisodeResult& e : episodes) {
    const ScenarioLabel& label = scenarios[e.scenario];
    all.push_back(&e);
    (e.faulty ? faulty : healthy).push_back(&e);
    for (const std::string& kind : label.fault_kinds) by_fault[kind].push_back(&e);
    if (label.fault_kinds.empty()) by_fault["no-fault"].push_back(&e);
    by_task[label.task].push_back(&e);
    by_app[label.app].push_back(&e);
    by_scenario[label.name].push_back(&e);
    if (e.faulty) by_cause[e.cause].push_back(&e);
  }
  Json out = {{"schema", "wavetank.results/1"},
              {"run_id", info.run_id},
              {"commit", info.commit},
              {"suite", info.suite},
              {"suite_hash", info.suite_hash},
              {"engine", kEngineVersion},
              {"verdict_rules", kVerdictRules},
              {"agent", info.agent},
              {"seeds", {info.first_seed, info.last_seed}},
              {"overall", SummaryJson(Summarise(all))},
              {"faulty", SummaryJson(Summarise(faulty))},
              {"healthy", SummaryJson(Summarise(healthy))},
              {"hash", fmt::format("{:016x}", HashEpisodes(episodes))},
              {"by_fault", ToJson(by_fault)},
              {"by_task", ToJson(by_task)},
              {"by_app", ToJson(by_app)},
              {"by_scenario", ToJson(by_scenario)},
              {"by_cause", ToJson(by_cause)},
              {"split", info.split},
              {"machine", {{"threads", info.threads},
                           {"cores", std::thread::hardware_concurrency()}}},
              {"wall_s", info.wall_s},
              {"cpu_s", info.cpu_s}};
  if (!info.held_out.empty()) {
    out["held_out"] = {
        {"causes", info.held_out},
        {"faulty_held_out", SummaryJson(Summarise(FaultyByCause(episodes, info.held_out, true)))},
        {"faulty_others", SummaryJson(Summarise(FaultyByCause(episodes, info.held_out, false)))}};
  }
  return out.dump(2);
}

std::string EpisodeLine(const RunInfo& info, const std::vector<ScenarioLabel>& scenarios,
                        const EpisodeResult& e) {
  const ScenarioLabel& label = scenarios[e.scenario];
  const VerdictParts& p = e.parts;
  Json collateral = Json::array();
  if (p.disturbed > 0) collateral.push_back(fmt::format("{} objects disturbed", p.disturbed));
  if (p.harmed_clients) collateral.push_back("more client errors than without the agent");
  if (p.lost_operation) collateral.push_back("an operation lost");
  if (p.lost_data) collateral.push_back("data lost");
  if (p.weakened) collateral.push_back("what others rely on taken away");
  if (p.unguarded) collateral.push_back("guards removed");
  if (p.changed_protected) collateral.push_back("a protected object changed");
  Json actions = Json::array();
  for (const TakenAction& taken : e.actions) {
    const Move& move = MoveOf(taken.action);
    actions.push_back({{"at_s", ToSeconds(taken.at)},
                       {"verb", taken.patch_type.empty() ? VerbName(move.verb) : "patch"},
                       {"target", taken.target},
                       {"option", move.option},
                       {"accepted", taken.accepted}});
  }
  Json out = {{"schema", "wavetank.episode/1"},
              {"scenario", label.name},
              {"seed", e.seed},
              {"agent", info.agent},
              {"class", e.faulty ? "faulty" : "healthy"},
              {"cause", e.cause},
              {"verdict", e.verdict},
              {"parts",
               {{"detected", p.detected},
                {"localized", p.localized},
                {"analysed", p.analysed},
                {"repaired", p.cause_gone},
                {"slo_held", p.slo_held},
                {"cause_gone", p.cause_gone},
                {"wrote", p.wrote},
                {"claimed", p.claimed},
                {"error_share", p.error_share},
                {"twin_error_share", p.twin_error_share},
                {"collateral", collateral}}},
              {"steps", e.steps},
              {"looks", e.looks},
              {"writes", e.writes},
              {"refused_writes", e.refused_writes},
              {"sim_time_s", ToSeconds(e.end)},
              {"injected_s", ToSeconds(e.injected_at)},
              {"ttd_s", Since(e.injected_at, e.detected_at)},
              {"ttr_s", Since(e.injected_at, e.repaired_at)},
              {"terminated", e.terminated},
              {"truncated", e.truncated},
              {"errored", e.errored},
              {"error", e.error},
              {"hash", fmt::format("{:016x}", e.hash)},
              {"actions", actions},
              {"replay", ReplayCommand(label, e)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace wt
