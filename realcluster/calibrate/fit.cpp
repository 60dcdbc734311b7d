// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/api/check.h"
#include "sim/math.h"

namespace wt {
namespace {

constexpr size_t kEnoughForP99 = 200;
constexpr double kZ99 = 2.3263478740408408;
constexpr double kLeastMs = 1;          // what arrival times of watches can tell apart
constexpr double kListPeriodMs = 1000;  // of the kubelet, sim/kubelet/parts.h NextList
constexpr double kSameProbeMs = 500;    // later: another probe, a period after

using Values = std::vector<double>;

struct Context {
  const SampleSet& samples;
  const Timing& fitted;  // those of the table before this one
};

double Median(const Delay& delay) { return static_cast<double>(delay.median_ms); }

void Add(Values& to, const Values& more) { to.insert(to.end(), more.begin(), more.end()); }

Values Less(Values values, double ms) {
  for (double& value : values) value = std::max(value - ms, kLeastMs);
  return values;
}

double ThreeDigits(double ms) {
  if (ms <= 0) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(ms)));
  return std::round(ms * scale) / scale;
}

Values Watch(const Context& c) { return Less(Spans(c.samples, {}, "answered", "seen"), 0); }

Values Status(const Context& c) {
  Values out;
  for (const double span : Spans(c.samples, {"pod", "kill", "relabel"}, "running", "ready")) {
    if (span > 0 && span < kSameProbeMs) out.push_back(span);
  }
  return out;
}

Values Sync(const Context& c) {
  Values out;
  for (const char* prefix : {"", "rollout-"}) {
    const std::string p = prefix;
    Add(out, Spans(c.samples, {"deployment"}, p + "deployment", p + "replicaset"));
    Add(out, Spans(c.samples, {"deployment"}, p + "replicaset", p + "pod"));
  }
  return Less(out, Median(c.fitted.watch));
}

Values Bind(const Context& c) {
  return Less(Spans(c.samples, {}, "seen", "scheduled"), Median(c.fitted.watch));
}

Values KubeletSync(const Context& c) {
  return Less(Spans(c.samples, {}, "scheduled", "taken-up"), 0);
}

Values Sandbox(const Context& c) {
  Values out = Spans(c.samples, {}, "taken-up", "pulled");
  Add(out, Spans(c.samples, {}, "taken-up", "pulling"));
  return Less(out, 0);  // a first status that came late
}

Values Create(const Context& c) { return Less(Spans(c.samples, {}, "pulled", "created"), 0); }

Values Start(const Context& c) { return Less(Spans(c.samples, {}, "created", "started"), 0); }

Values Pleg(const Context& c) {
  Values out = Less(Spans(c.samples, {"pod", "kill", "relabel"}, "started", "running"),
                    Median(c.fitted.status));
  Add(out, Spans(c.samples, {"kill"}, "killed", "not-ready"));
  Add(out, Spans(c.samples, {"oom", "crash"}, "exited", "exit-seen"));
  return out;
}

Values ImageError(const Context& c) {
  return Less(Spans(c.samples, {"pull"}, "pulling", "refused"), 0);
}

Values Endpoints(const Context& c) {
  Values out = Spans(c.samples, {"pod"}, "ready", "in-slice");
  for (const char* turn : {"alone-out-", "alone-in-", "again-out-", "again-in-"}) {
    const std::string prefix = turn;
    Add(out, Spans(c.samples, {"relabel"}, prefix + "pod", prefix + "slice"));
  }
  return Less(out, 0);
}

// kube-proxy at rest alone: the simulator has the rest itself (sim/controllers/proxy.cpp).
Values Proxy(const Context& c) {
  Values out;
  for (const char* turn : {"alone-out-", "alone-in-", "again-out-", "again-in-"}) {
    const std::string prefix = turn;
    Add(out, Spans(c.samples, {"relabel"}, prefix + "slice", prefix + "proxy"));
  }
  return Less(out, 0);
}

Values Oom(const Context& c) { return Less(Spans(c.samples, {"oom"}, "began", "exited"), 0); }

Values CleanUp(const Context& c) {
  return Less(Spans(c.samples, {"pod"}, "exited", "exit-seen"), 0);
}

struct Rule {
  const char* delay;
  const char* from;
  Values (*values)(const Context& context);
  Delay (*fit)(Values values) = &FitDelay;
};

// In the order of what one takes from the other.
constexpr Rule kRules[] = {
    {"watch", "answer to a create call -> its watch event, 1 ms at least: what is left of it goes "
              "with bind and sync", &Watch},
    {"sync", "Deployment seen -> ReplicaSet seen -> first Pod seen, less the median of watch",
     &Sync},
    {"bind", "Pod seen -> its node seen, less the median of watch", &Bind},
    {"kubelet_sync", "node seen -> the kubelet's first status seen", &KubeletSync},
    {"sandbox", "first status seen -> Event Pulled or Pulling", &Sandbox},
    {"container_create", "Event Pulled -> Event Created", &Create},
    {"container_start", "Event Created -> Event Started", &Start},
    {"status", "Running seen -> Ready seen where the first probe passed: its answer and the status "
               "call", &Status},
    {"pleg", "exit of a process -> seen, at a random phase; Event Started -> Running seen, less "
             "the median of status; less the wait for the list of each second: the middle of both "
             "ends less 500 ms, the longest less 1000", &Pleg, &FitAfterWait},
    {"image_error", "Event Pulling -> Event Failed: a name that the node's resolver refuses at "
                    "once, so no registry's answer", &ImageError},
    {"endpoints", "change of a Pod seen -> of its EndpointSlice seen", &Endpoints},
    {"proxy", "EndpointSlice seen -> first packet on a node that fares accordingly, kube-proxy "
              "having rested", &Proxy},
    {"oom", "start -> kill of a process that takes 256 MiB under a limit of 64 MiB", &Oom},
    {"cleanup", "last exit -> seen in the Pod, which does not wait for a list", &CleanUp},
};

// What is a program's own, not the cluster's: as in `default`, and why.
void KeepDefaults(const SampleSet& samples, TimingProfile& out) {
  out.from["stop"] =
      "the default: it is the program's own, and wavetank-service draws it from this law";
  const Values crashes = Spans(samples, {"crash"}, "began", "exited");
  out.from["crash"] = out.from["stop"];
  if (crashes.empty()) return;
  out.from["crash"] += fmt::format("; a program that ends at once took {:.0f} ms (n = {})",
                                   MedianOf(crashes), crashes.size());
}

const TimingField& FieldNamed(std::string_view name) {
  const auto* found = std::ranges::find_if(
      kTimingFields, [&](const TimingField& field) { return field.name == name; });
  WT_CHECK(found != std::end(kTimingFields), "a rule names a delay");
  return *found;
}

}  // namespace

double MedianOf(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Delay FitDelay(std::vector<double> values) {
  std::ranges::sort(values);
  const double median = std::max(MedianOf(values), kLeastMs);
  const auto n = static_cast<double>(values.size());
  double top = 0, bottom = 0;
  for (size_t i = values.size() / 2; i < values.size(); ++i) {
    const double z = NormalQuantile((static_cast<double>(i) + 0.5) / n);
    top += z * std::log(std::max(values[i], kLeastMs) / median);
    bottom += z * z;
  }
  double p99 = median * std::exp(kZ99 * (bottom > 0 ? std::max(top / bottom, 0.0) : 0.0));
  if (values.size() >= kEnoughForP99) {
    p99 = std::max(values[static_cast<size_t>(std::ceil(0.99 * n)) - 1], median);
  }
  return {static_cast<f32>(ThreeDigits(median)), static_cast<f32>(ThreeDigits(p99))};
}

Delay FitAfterWait(std::vector<double> values) {
  const auto [least, most] = std::ranges::minmax(values);
  const double median = std::max((least + most - kListPeriodMs) / 2, kLeastMs);
  const double p99 = std::max(most - kListPeriodMs, median);
  return {static_cast<f32>(ThreeDigits(median)), static_cast<f32>(ThreeDigits(p99))};
}

std::vector<double> Spans(const SampleSet& samples, const std::vector<std::string>& experiments,
                          const std::string& from, const std::string& to) {
  std::vector<double> out;
  for (const Sample& sample : samples.samples) {
    if (!experiments.empty() && !std::ranges::count(experiments, sample.experiment)) continue;
    const auto begin = sample.at_ms.find(from), end = sample.at_ms.find(to);
    if (begin == sample.at_ms.end() || end == sample.at_ms.end()) continue;
    out.push_back(end->second - begin->second);
  }
  return out;
}

TimingProfile FitProfile(const SampleSet& samples, const std::string& name) {
  TimingProfile out;
  out.name = name;
  out.about = samples.about;
  for (const Rule& rule : kRules) {
    const Values values = rule.values({samples, out.timing});
    if (values.empty()) continue;
    out.timing.*FieldNamed(rule.delay).delay = rule.fit(values);
    const auto [least, most] = std::ranges::minmax(values);
    out.from[rule.delay] =
        fmt::format("{}; n = {}, {:.0f} to {:.0f} ms", rule.from, values.size(), least, most);
  }
  KeepDefaults(samples, out);
  return out;
}

}  // namespace wt
