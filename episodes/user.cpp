// SPDX-License-Identifier: Apache-2.0
#include "episodes/user.h"

#include <string_view>
#include <utility>

namespace wt {
namespace {

constexpr SimTime kWordsFrom = 60 * kSecond, kWordsSpread = 90 * kSecond;

std::string_view HowMany(f64 error) {
  if (error > 0.9) return "nearly every";
  if (error > 0.6) return "most of every";
  if (error > 0.4) return "about every second";
  if (error > 0.2) return "about one in four";
  if (error > 0.07) return "about one in ten";
  return "now and then a";
}

// The operation that clients call which fails most; its name as a client would say it.
std::string WorstOperation(const Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  f32 worst = 0;
  std::string name;
  for (const GraphEntry& entry : graph.entries) {
    const f32 error = sim.world.Rows<FlowOperationRow>()[entry.operation].error;
    if (error <= worst) continue;
    worst = error;
    name = sim.Text(graph.operations[entry.operation].name);
  }
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string Symptom(const Sim& sim, f64 error, const JudgedObjective& objective) {
  if (error <= static_cast<f64>(objective.error_max)) {
    return "Pages take much longer than usual. Can you look into it?";
  }
  const std::string operation = WorstOperation(sim);
  std::string out = error > 0.9 ? "Nothing works any more: " : "Something is broken: ";
  out += std::string(HowMany(error)) + " request fails";
  if (!operation.empty()) out += ", worst is '" + operation + "'";
  return out + ". Can you look into it?";
}

SimTime LookAfter(SimTime now) { return (now / kUserLooksEvery + 1) * kUserLooksEvery; }

}  // namespace

User::User(const Sim& sim, const JudgedObjective* objective, const std::string* words)
    : objective_(objective),
      words_(words),
      last_(Measure(sim)),
      next_look_(LookAfter(sim.now())) {}

void User::Say(SimCluster& cluster, std::string words) {
  complaint_ = std::move(words);
  cluster.SetComplaint(true);
}

void User::Update(SimCluster& cluster) {
  if (cluster.Now() < next_look_) return;
  next_look_ = LookAfter(cluster.Now());
  if (!complaint_.empty()) return;
  if (!words_->empty()) {
    const f64 drawn = DrawUniform(cluster.View().key(), Stream::kUser, 0, 0);
    const auto at = kWordsFrom + static_cast<SimTime>(drawn * static_cast<f64>(kWordsSpread));
    if (cluster.Now() >= at) Say(cluster, *words_);
    return;
  }
  const TwinPoint now = Measure(cluster.View());
  const FlowClient& client = cluster.world().header().client;
  const f64 requests = now.requests - last_.requests;
  const f64 error = requests > 0 ? (now.errors - last_.errors) / requests : 0;
  last_ = now;
  const f64 error_max = static_cast<f64>(objective_->error_max);
  const bool failing = error > error_max && static_cast<f64>(client.error) > error_max;
  const bool slow = client.p99_s > objective_->p99_max_s;
  const bool slow_twice = slow && was_slow_;
  was_slow_ = slow;
  if (failing || slow_twice) Say(cluster, Symptom(cluster.View(), error, *objective_));
}

}  // namespace wt
