// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/fidelity/report.h"

namespace wt {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson ToJson(const std::optional<f64>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

OrderedJson ToJson(const SampleSummary& sample) {
  if (sample.n == 0) return {{"n", 0}, {"median", nullptr}, {"min", nullptr}, {"max", nullptr}};
  return {{"n", sample.n}, {"median", sample.median}, {"min", sample.min}, {"max", sample.max}};
}

OrderedJson ToJson(const SampleComparison& c) {
  return {{"real", ToJson(c.real)},
          {"simulated", ToJson(c.simulated)},
          {"difference", ToJson(c.difference)},
          {"ks", ToJson(c.ks)},
          {"ks_bound", ToJson(c.ks_bound)},
          {"w1", ToJson(c.wasserstein)}};
}

OrderedJson ToJson(const OrderAgreement& agreement) {
  return agreement.known() ? OrderedJson(agreement.Ratio()) : OrderedJson();
}

void Put(OrderedJson& object, const char* key, const Figure& figure) {
  object[key] = figure.known ? OrderedJson(figure.value) : OrderedJson();
  if (!figure.known) object[std::string(key) + "_why"] = figure.why;
}

// [{real, simulated, n}], pairs that occur.
OrderedJson ToJson(const Confusion& confusion) {
  OrderedJson out = OrderedJson::array();
  for (int real = -1; real <= 1; ++real) {
    for (int simulated = -1; simulated <= 1; ++simulated) {
      const u32 n = confusion.counts[static_cast<std::size_t>(real + 1)]
                                    [static_cast<std::size_t>(simulated + 1)];
      if (n > 0) out.push_back({{"real", real}, {"simulated", simulated}, {"n", n}});
    }
  }
  return out;
}

OrderedJson VerdictJson(const Confusion& confusion, u32 met_fault) {
  OrderedJson out = OrderedJson::object();
  Put(out, "agreement", Agreement(confusion));
  Put(out, "kappa", CohensKappa(confusion));
  out["n"] = confusion.Pairs();
  out["met_fault"] = met_fault;
  out["confusion"] = ToJson(confusion);
  return out;
}

OrderedJson EventsJson(const EventComparison& events) {
  return {{"lcs", ToJson(events.agreement)},
          {"lcs_among_real", ToJson(events.among_real)},
          {"lcs_among_simulated", ToJson(events.among_simulated)}};
}

OrderedJson TimesJson(const GroupComparison& group) {
  OrderedJson out = OrderedJson::object();
  for (std::size_t i = 0; i < kMilestones; ++i) {
    out[std::string(NameOf(static_cast<Milestone>(i)).key)] = ToJson(group.times[i]);
  }
  out["write_to_objects_healthy"] = ToJson(group.settle);
  return out;
}

OrderedJson LostJson(const LostComparison& lost) {
  return {{"total", ToJson(lost.total)},
          {"fault_to_repair", ToJson(lost.before_repair)},
          {"after_repair", ToJson(lost.after_repair)},
          {"per_exit", ToJson(lost.per_exit)},
          {"exit_window_s", kExitWindowS},
          {"exits", {{"real", lost.real_exits}, {"simulated", lost.simulated_exits}}}};
}

OrderedJson GroupJson(const GroupComparison& group) {
  OrderedJson events = EventsJson(group.events);
  OrderedJson& one_sided = events["one_sided"] = OrderedJson::array();
  for (const OneSided& row : group.events.one_sided) {
    one_sided.push_back({{"kind", row.kind},
                         {"what", row.label},
                         {"real", row.real},
                         {"simulated", row.simulated},
                         {"objects", row.objects}});
  }
  return {{"scenario", group.scenario},
          {"agent", group.agent},
          {"seeds", group.seeds},
          {"real", {{"episodes", group.real}, {"errored", group.real_errored}}},
          {"simulated", {{"episodes", group.simulated}, {"errored", group.simulated_errored}}},
          {"verdict", VerdictJson(group.verdicts, group.met_fault)},
          {"events", events},
          {"times", TimesJson(group)},
          {"steps", ToJson(group.steps)},
          {"requests_lost", LostJson(group.lost)}};
}

}  // namespace

std::string FidelityJson(const FidelityReport& report) {
  OrderedJson times = OrderedJson::object(), groups = OrderedJson::array();
  for (const GroupComparison& group : report.groups) {
    times[group.scenario][group.agent] = TimesJson(group);
    groups.push_back(GroupJson(group));
  }
  OrderedJson policies = OrderedJson::object();
  Put(policies, "srcc", report.srcc);
  Put(policies, "mmrv", report.mmrv);
  OrderedJson& scores = policies["scores"] = OrderedJson::array();
  for (const PolicyScore& policy : report.policies) {
    scores.push_back(
        {{"agent", policy.agent}, {"real", policy.real}, {"simulated", policy.simulated}});
  }
  const OrderedJson out = {{"schema", "wavetank.real-validate/1"},
                           {"suite", report.suite},
                           {"engine", report.engine},
                           {"kubernetes", report.kubernetes},
                           {"machines", report.machines},
                           {"verdict", VerdictJson(report.verdicts, report.met_fault)},
                           {"events", EventsJson(report.events)},
                           {"times", times},
                           {"policies", policies},
                           {"groups", groups}};
  return out.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace wt
