// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fault_run.h"

#include "sim/api/check.h"

namespace wt {

FaultPlan PlanOf(std::string_view kind, std::string_view target) {
  FaultPlan plan;
  plan.kind = FindFault(kind);
  WT_CHECK(plan.kind != nullptr, "a test names a fault kind that exists");
  plan.at = kInjectAt;
  if (!target.empty()) {
    plan.target_kind = plan.kind->target;
    plan.target_name = TheShop().Id(target);
  }
  return plan;
}

FaultRun Plan(std::string_view kind, std::string_view target, u64 seed, SimTime until) {
  SimCluster::Options options;
  options.budget.steps = 10'000;
  FaultRun run{TheShop().StartCluster(seed, options), 0};
  FaultPlan plan = PlanOf(kind, target);
  plan.until = until;
  Sim sim = run.cluster.View();
  const Result<u32> row = PlanFault(sim, plan);
  WT_CHECK(row.ok(), "a test plans a fault that fits");
  run.row = *row;
  return run;
}

Series Watch(SimCluster& cluster, SimTime time) {
  Series series;
  for (SimTime t = 0; t < time; t += 5 * kSecond) {
    cluster.Advance(5 * kSecond);
    const FlowClient& client = cluster.world().header().client;
    series.rate.push_back(client.rate);
    series.error.push_back(client.error);
    series.p99.push_back(client.p99_s);
  }
  return series;
}

f32 Mean(const std::vector<f32>& values) {
  f32 sum = 0;
  for (const f32 value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<f32>(values.size());
}

std::vector<u64> Specs(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  std::vector<u64> out;
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    if (sim.At<Service>(s).born != 0) out.push_back(ContentOf(sim, sim.At<Service>(s).doc));
  }
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0) continue;
    for (const u64 part : {ContentOf(sim, row.doc), ContentOf(sim, row.tmpl),
                           static_cast<u64>(row.replicas), u64{row.restarted_at_s}}) {
      out.push_back(part);
    }
  }
  for (u32 o = 1; o < sim.world.Used<Object>(); ++o) {
    if (sim.At<Object>(o).born != 0) out.push_back(ContentOf(sim, sim.At<Object>(o).doc));
  }
  return out;
}

}  // namespace wt
