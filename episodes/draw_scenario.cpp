// SPDX-License-Identifier: Apache-2.0
#include "episodes/draw_scenario.h"

#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "faults/newcomers.h"
#include "faults/noise.h"
#include "sim/objects/kinds.h"
#include "sim/traffic/load.h"
#include "sim/traffic/traffic.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

// Who draws: one number per field of a scenario. Faults add their place x 64.
enum Field : u32 {
  kRate = 1, kTo, kAt, kOver, kEvery, kAmplitude, kPeriod, kScale, kIntensity, kNear, kSteps,
  kTime, kStep, kFaultKind, kFaultAt, kFaultDuration, kTarget, kParameter, kNewcomerCount
};

class Draws {
 public:
  Draws(const Sim& sim, u32 place) : key_(sim.key()), place_(place) {}
  f64 Number(const Distribution& d, Field field, u32 extra = 0) const {
    return SampleNumber(d, Uniform(field, extra));
  }
  const std::string& Text(const Distribution& d, Field field, u32 extra = 0) const {
    return SampleText(d, Uniform(field, extra));
  }

 private:
  f64 Uniform(Field field, u32 extra) const {
    return DrawUniform(key_, Stream::kGenerator, place_ * 64 + field, extra);
  }
  RandomKey key_;
  u32 place_;
};

void DrawLoad(Sim& sim, const LoadSpec& load) {
  const Draws draws(sim, 0);
  WorldHeader& header = sim.world.header();
  const auto time = [&](const Distribution& d, Field f) {
    return static_cast<SimTime>(draws.Number(d, f));
  };
  header.load_scale = static_cast<f32>(draws.Number(load.rate, kRate));
  header.load_peak_rps = static_cast<f32>(draws.Number(load.to, kTo));
  header.load_start_ns = time(load.at, kAt);
  header.load_duration_ns = time(load.over, kOver);
  switch (load.pattern) {
    case LoadShape::kConstant: header.load_kind = static_cast<u32>(LoadKind::kConstant); break;
    case LoadShape::kRamp: header.load_kind = static_cast<u32>(LoadKind::kRamp); break;
    case LoadShape::kSpike: header.load_kind = static_cast<u32>(LoadKind::kSpike); break;
    case LoadShape::kBurst:
      header.load_kind = static_cast<u32>(LoadKind::kBurst);
      header.load_period_ns = time(load.every, kEvery);
      break;
    case LoadShape::kDiurnal:
      header.load_kind = static_cast<u32>(LoadKind::kDiurnal);
      header.load_period_ns = time(load.period, kPeriod);
      header.load_start_ns = 0;
      header.load_peak_rps =
          header.load_scale *
          (1.0f + static_cast<f32>(draws.Number(load.amplitude, kAmplitude)));
      break;
    case LoadShape::kReplay: header.load_kind = static_cast<u32>(LoadKind::kReplay); break;
  }
  StepLoad(sim);
}

// How a scenario names a target -> what PlanFault takes.
Status SetTarget(Sim& sim, const Draws& draws, const TargetSelector& target, FaultPlan& plan) {
  switch (target.kind) {
    case kTargetService: plan.target_kind = ObjectKind::kService; break;
    case kTargetWorkload: plan.target_kind = ObjectKind::kDeployment; break;
    case kTargetObject: plan.target_kind = ObjectKindNamed(target.object_kind); break;
    case kTargetNode: plan.target_kind = ObjectKind::kNode; break;
    default:
      return Error{ErrorCode::kInvalidInput, target.place,
                   "no fault of this build acts on such a target; expected service, workload or "
                   "object"};
  }
  const std::string& name = draws.Text(target.name, kTarget);
  if (name != "any") plan.target_name = InternString(sim, name);
  if (!target.name_space.empty()) plan.target_ns = InternString(sim, target.name_space);
  return Ok{};
}

void SetParameters(Sim& sim, const Draws& draws, const FaultSpec& fault, FaultPlan& plan) {
  const auto parameters = plan.kind->parameters;
  for (u32 i = 0; i < parameters.size() && i < kParametersMax; ++i) {
    const auto given = fault.with.find(std::string(parameters[i].name));
    if (given == fault.with.end()) continue;
    ParameterValue& value = plan.with[i];
    value.given = true;
    if (parameters[i].type == ParameterType::kText) {
      value.text = InternString(sim, draws.Text(given->second, kParameter, i));
    } else {
      value.number = draws.Number(given->second, kParameter, i);
    }
  }
}

Status DrawFault(Sim& sim, const FaultSpec& fault, u32 number) {
  const Draws draws(sim, number + 1);
  FaultPlan plan;
  plan.number = number;
  plan.kind = FindFault(draws.Text(fault.kind, kFaultKind));
  if (plan.kind == nullptr) {
    return Error{ErrorCode::kInvalidInput, fault.place, "unknown fault kind"};
  }
  plan.at = static_cast<SimTime>(draws.Number(fault.at, kFaultAt));
  if (fault.duration) {
    plan.until = plan.at + static_cast<SimTime>(draws.Number(*fault.duration, kFaultDuration));
  }
  if (fault.target) {
    if (const Status s = SetTarget(sim, draws, *fault.target, plan); !s) return s.error();
  }
  SetParameters(sim, draws, fault, plan);
  const Result<u32> planned = PlanFault(sim, plan);
  if (!planned) {
    return Error{ErrorCode::kInvalidInput, fault.place,
                 planned.error().what};
  }
  return Ok{};
}

}  // namespace

RandomKey EpisodeKey(const Scenario& scenario, u64 seed) {
  return {HashBytes(scenario.name.data(), scenario.name.size(), seed)};
}

Status DrawScenario(Sim& sim, const Scenario& scenario, EpisodeBudget& budget, SimTime& step) {
  EnsureHeadroom(sim);
  const Draws draws(sim, 0);
  budget.steps = static_cast<u32>(draws.Number(scenario.limits.steps, kSteps));
  budget.time = static_cast<SimTime>(draws.Number(scenario.limits.time, kTime));
  step = static_cast<SimTime>(draws.Number(scenario.limits.step, kStep));
  DrawLoad(sim, scenario.load);
  for (u32 i = 0; i < scenario.faults.size(); ++i) {
    if (const Status s = DrawFault(sim, scenario.faults[i], i); !s) return s.error();
  }
  const f32 intensity = static_cast<f32>(draws.Number(scenario.noise.intensity, kIntensity));
  const bool near_cause = draws.Number(scenario.noise.near_cause, kNear) > 0.5;
  PlanNoise(sim, intensity, near_cause);
  PlanNewcomers(sim, static_cast<u32>(draws.Number(scenario.noise.newcomers, kNewcomerCount)));
  return Ok{};
}

}  // namespace wt
