// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/calibrate/fit.h"

namespace wt {
namespace {

struct NamedSpan {
  const char* name;
  const char* experiment;
  const char* from;
  const char* to;
};

constexpr NamedSpan kSpans[] = {
    {"create -> scheduled", "pod", "seen", "scheduled"},
    {"create -> Running", "pod", "seen", "running"},
    {"create -> Ready", "pod", "seen", "ready"},
    {"Ready -> in the slice", "pod", "ready", "in-slice"},
    {"in the slice -> address answers", "pod", "in-slice", "answers"},
    {"delete -> out of the slice", "pod", "delete-sent", "out-of-slice"},
    {"delete -> exit on SIGTERM", "pod", "delete-sent", "exited"},
    {"delete -> gone", "pod", "delete-sent", "gone"},
    {"kill -> NotReady", "kill", "killed", "not-ready"},
    {"NotReady -> restarted", "kill", "not-ready", "restarted"},
    {"label off, at rest: slice -> kube-proxy", "relabel", "alone-out-slice", "alone-out-proxy"},
    {"label on, at rest: slice -> kube-proxy", "relabel", "alone-in-slice", "alone-in-proxy"},
    {"label off, in a burst", "relabel", "burst-out-slice", "burst-out-proxy"},
    {"label on, in a burst", "relabel", "burst-in-slice", "burst-in-proxy"},
    {"create -> ErrImagePull seen", "pull", "seen", "refusal-seen"},
    {"start -> OOM kill", "oom", "began", "exited"},
    {"start -> exit of a crashing program", "crash", "began", "exited"},
    {"Deployment of 3: create -> available", "deployment", "deployment", "complete"},
    {"Deployment of 3: change -> first new Ready", "deployment", "rollout-sent",
     "rollout-ready-1"},
    {"Deployment of 3: change -> rolled out", "deployment", "rollout-sent", "rollout-complete"},
};

}  // namespace

std::string SummaryJson(const SampleSet& samples, const TimingProfile& profile) {
  nlohmann::ordered_json out = {{"schema", "wavetank.calibration/1"},
                                {"profile", profile.name},
                                {"about", samples.about}};
  std::map<std::string, int> runs;
  for (const Sample& sample : samples.samples) ++runs[sample.experiment];
  out["runs"] = runs;
  for (const TimingField& field : kTimingFields) {
    const auto from = profile.from.find(field.name);
    if (from == profile.from.end()) continue;
    const Delay& delay = profile.timing.*field.delay;
    out["delays"][field.name] = {
        {"median_ms", delay.median_ms}, {"p99_ms", delay.p99_ms}, {"from", from->second}};
  }
  for (const NamedSpan& span : kSpans) {
    const auto values = Spans(samples, {span.experiment}, span.from, span.to);
    if (values.empty()) continue;
    const auto [least, most] = std::ranges::minmax(values);
    out["spans"][span.name] = {{"n", values.size()},
                               {"median_ms", MedianOf(values)},
                               {"min_ms", least},
                               {"max_ms", most}};
  }
  return out.dump();
}

std::string SummaryTable(const SampleSet& samples, const TimingProfile& profile) {
  std::string out = fmt::format("{:<42} {:>4} {:>8} {:>8} {:>8}\n", "ms", "n", "median", "min",
                                "max");
  for (const NamedSpan& span : kSpans) {
    const auto values = Spans(samples, {span.experiment}, span.from, span.to);
    if (values.empty()) continue;
    const auto [least, most] = std::ranges::minmax(values);
    out += fmt::format("{:<42} {:>4} {:>8.0f} {:>8.0f} {:>8.0f}\n", span.name, values.size(),
                       MedianOf(values), least, most);
  }
  out += fmt::format("\n{:<18} {:>20} {:>20}\n", "median/p99, ms", "default", profile.name);
  for (const TimingField& field : kTimingFields) {
    const auto pair = [](const Delay& delay) {
      return fmt::format("{:g}/{:g}", delay.median_ms, delay.p99_ms);
    };
    out += fmt::format("{:<18} {:>20} {:>20}\n", field.name, pair(Timing{}.*field.delay),
                       pair(profile.timing.*field.delay));
  }
  return out;
}

}  // namespace wt
