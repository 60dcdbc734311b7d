// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "bench/results.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

// Mean over scenarios of the mean over a scenario's episodes.
template <class F>
f64 EqualWeight(const std::vector<const EpisodeResult*>& episodes, F value) {
  std::map<u32, std::pair<f64, u64>> sums;
  for (const EpisodeResult* e : episodes) {
    sums[e->scenario].first += value(*e);
    ++sums[e->scenario].second;
  }
  f64 total = 0;
  for (const auto& [scenario, sum] : sums) total += sum.first / static_cast<f64>(sum.second);
  return sums.empty() ? 0 : total / static_cast<f64>(sums.size());
}

}  // namespace

Summary Summarise(const std::vector<const EpisodeResult*>& episodes) {
  Summary out;
  std::vector<const EpisodeResult*> counted, healthy;
  std::map<u32, std::vector<f64>> verdicts;  // by scenario
  std::vector<f64> repair_times;
  for (const EpisodeResult* e : episodes) {
    ++out.episodes;
    if (e->errored) ++out.errored;
    counted.push_back(e);  // an errored episode is lost: verdict 0
    verdicts[e->scenario].push_back(e->verdict);
    if (!e->faulty) healthy.push_back(e);
    if (e->faulty && e->repaired_at > 0) {
      repair_times.push_back(ToSeconds(e->repaired_at - e->injected_at));
    }
  }
  out.verdict_mean = EqualWeight(counted, [](const auto& e) { return f64{1} * e.verdict; });
  std::vector<std::vector<f64>> strata;
  strata.reserve(verdicts.size());
  for (auto& [scenario, values] : verdicts) strata.push_back(std::move(values));
  out.verdict_ci95 = MeanInterval95(strata, -1, 1);
  out.success = EqualWeight(counted, [](const auto& e) { return e.verdict == 1 ? 1.0 : 0.0; });
  out.harm = EqualWeight(counted, [](const auto& e) { return e.verdict == -1 ? 1.0 : 0.0; });
  if (!healthy.empty()) {
    out.false_action_healthy =
        EqualWeight(healthy, [](const auto& e) { return e.parts.wrote ? 1.0 : 0.0; });
    out.false_claim_healthy =
        EqualWeight(healthy, [](const auto& e) { return e.parts.claimed ? 1.0 : 0.0; });
  }
  out.steps_mean = EqualWeight(counted, [](const auto& e) { return static_cast<f64>(e.steps); });
  if (!counted.empty()) {
    const auto mean_of = [&](u32 EpisodeResult::* count) {
      return EqualWeight(counted, [&](const auto& e) { return static_cast<f64>(e.*count); });
    };
    out.looks_mean = mean_of(&EpisodeResult::looks);
    out.writes_mean = mean_of(&EpisodeResult::writes);
    out.refused_writes_mean = mean_of(&EpisodeResult::refused_writes);
  }
  if (!repair_times.empty()) out.ttr_median_s = MedianOf(repair_times);
  return out;
}

std::vector<const EpisodeResult*> FaultyByCause(const std::vector<EpisodeResult>& episodes,
                                                const std::vector<std::string>& causes, bool is) {
  std::vector<const EpisodeResult*> out;
  for (const EpisodeResult& e : episodes) {
    const bool listed = std::ranges::find(causes, e.cause) != causes.end();
    if (e.faulty && listed == is) out.push_back(&e);
  }
  return out;
}

u64 HashEpisodes(const std::vector<EpisodeResult>& episodes) {
  std::map<std::pair<u32, u64>, u64> ordered;
  for (const EpisodeResult& e : episodes) {
    const u64 fields[3] = {e.hash, static_cast<u64>(static_cast<i64>(e.verdict)), e.steps};
    ordered[{e.scenario, e.seed}] = HashBytes(fields, sizeof(fields));
  }
  u64 hash = 0;
  for (const auto& [key, value] : ordered) {
    const u64 fields[3] = {key.first, key.second, value};
    hash = HashBytes(fields, sizeof(fields), hash);
  }
  return hash;
}

}  // namespace wt
