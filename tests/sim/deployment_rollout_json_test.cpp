// SPDX-License-Identifier: Apache-2.0
// Replays whole roll-outs that the real Deployment controller made (vectors/README: domain
// deployment_rollout) on SyncDeployment, sync by sync.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/controllers/controllers.h"
#include "sim/telemetry/names.h"
#include "sim/transitions.h"
#include "tests/kubernetes_conformance/vector_file.h"
#include "tests/sim/deployment_options_json.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

using Json = nlohmann::json;

class Rollout {
 public:
  explicit Rollout(const Json& input) : input_(input) {
    const Json& spec = input.at("deployment").at("spec");
    const RevId doc = world_.DeploymentDoc(OptionsOf(spec));
    const RevId old_tmpl = world_.Template({.image = "web:v1"});
    new_tmpl_ = world_.Template({.image = "web:v9"});
    world_.Start();
    deployment_ = world_.AddDeployment("web", doc, new_tmpl_, spec.value("replicas", 0));
    AddOld(old_tmpl);
    LoadStatus();
  }

  // One sync; false when it changed nothing.
  bool Sync() {
    const Json before = State();
    SyncDeployment(world_.sim(), deployment_);
    return State() != before;
  }

  // Pods follow what the ReplicaSets want, as the vectors' generator lets them.
  void MovePods() {
    Sim& sim = world_.sim();
    ReplicaSet& old = sim.At<ReplicaSet>(old_rs_);
    const i32 unready = old.active - old.ready;
    const i32 gone = old.active - old.want;
    old.ready = old.available = old.ready - std::max(0, gone - unready);
    old.active = old.want;
    const u32 row = world_.ReplicaSetWith(deployment_, new_tmpl_);
    if (row == 0) return;
    ReplicaSet& fresh = sim.At<ReplicaSet>(row);
    fresh.active = fresh.want;
    const i32 per_step = input_.value("readyPerStep", 0), limit = input_.value("readyLimit", 0);
    i32 ready = per_step < 0 ? fresh.active : std::min(fresh.active, fresh.ready + per_step);
    if (limit >= 0) ready = std::min(ready, limit);
    fresh.ready = fresh.available = std::max(ready, 0);
  }

  Json Step() const {
    const Deployment& d = world_.At<Deployment>(deployment_);
    const u32 row = world_.ReplicaSetWith(deployment_, new_tmpl_);
    const u32 old_born = world_.At<ReplicaSet>(old_rs_).born;
    return {{"old", old_born == 0 ? 0 : world_.At<ReplicaSet>(old_rs_).want},
            {"new", row == 0 ? 0 : world_.At<ReplicaSet>(row).want},
            {"status",
             {{"available", d.status_available},
              {"ready", d.status_ready},
              {"replicas", d.status_replicas},
              {"unavailable", d.status_unavailable},
              {"updated", d.status_updated}}}};
  }

  Json Events() {
    Json out = Json::array();
    const u32 row = world_.ReplicaSetWith(deployment_, new_tmpl_);
    const u32 hash = row == 0 ? 0 : world_.sim().At<ReplicaSet>(row).hash;
    const std::string fresh = "web-" + HashText(hash), old = "web-" + HashText(old_hash_);
    const Json& old_name = input_.at("replicaSets")[0].at("metadata").at("name");
    for (u32 e = 1; e < world_.sim().world.Used<ClusterEvent>(); ++e) {
      std::string text = Render(world_.sim(), world_.sim().At<ClusterEvent>(e)).message;
      const auto replace = [&text](const std::string& from, const std::string& to) {
        const auto at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to);
      };
      replace(fresh, "<new>");
      replace(old, old_name);
      out.push_back(text);
    }
    return out;
  }

  Json Conditions() {
    const Deployment& d = world_.sim().At<Deployment>(deployment_);
    static const char* const kReasons[] = {"", "NewReplicaSetCreated", "FoundNewReplicaSet",
                                           "ReplicaSetUpdated", "NewReplicaSetAvailable",
                                           "ProgressDeadlineExceeded", "DeploymentPaused",
                                           "DeploymentResumed"};
    return {{"Available",
             d.available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"},
            {"Progressing", kReasons[d.progressing]}};
  }

  void PassDeadline() {
    const auto& spec = world_.sim().Typed<DeploymentSpec>(
        world_.sim().At<Deployment>(deployment_).doc);
    world_.sim().world.header().now_ns += (spec.progress_deadline_s + 5) * kSecond;
  }

 private:
  void AddOld(RevId tmpl) {
    Sim& sim = world_.sim();
    const Json& given = input_.at("replicaSets")[0];
    const Json& notes = given.at("metadata").at("annotations");
    old_rs_ = CreateReplicaSet(sim, deployment_, tmpl, 0, given.at("spec").value("replicas", 0));
    ReplicaSet& row = sim.At<ReplicaSet>(old_rs_);
    old_hash_ = row.hash;
    const auto note = [&notes](const char* name) {
      return std::stoi(
          notes.value(std::string("deployment.kubernetes.io/") + name, std::string("0")));
    };
    row.revision = static_cast<u32>(note("revision"));
    row.desired = note("desired-replicas");
    row.max_replicas = note("max-replicas");
    row.active = given.at("status").value("replicas", 0);
    row.ready = given.at("status").value("readyReplicas", 0);
    row.available = given.at("status").value("availableReplicas", 0);
  }

  void LoadStatus() {
    const Json& status = input_.at("deployment").at("status");
    Deployment& row = world_.sim().At<Deployment>(deployment_);
    row.generation = input_.at("deployment").at("metadata").at("generation").get<u32>();
    row.observed_generation = status.value("observedGeneration", 0u);
    row.status_replicas = status.value("replicas", 0);
    row.status_updated = status.value("updatedReplicas", 0);
    row.status_ready = status.value("readyReplicas", 0);
    row.status_available = status.value("availableReplicas", 0);
    row.status_unavailable = status.value("unavailableReplicas", 0);
    row.revision = 1;
    row.available = row.status_available > 0;
    row.progressing = static_cast<u8>(ProgressReason::kNewReplicaSetAvailable);
  }

  // All that a vector counts as a change.
  Json State() {
    Json state = Step();
    state["conditions"] = Conditions();
    return state;
  }

  Json input_;
  TestWorld world_;
  RevId new_tmpl_ = 0;
  u32 deployment_ = 0, old_rs_ = 0, old_hash_ = 0;
};

Json Reasons(const Json& conditions) {
  Json out;
  for (const auto& [type, condition] : conditions.items()) out[type] = condition.at("reason");
  return out;
}

// "" when the replay agrees with `want`.
std::string Replay(const Json& input, const Json& want) {
  Rollout rollout(input);
  Json steps = Json::array();
  while (rollout.Sync() && steps.size() < 300) {
    steps.push_back(rollout.Step());
    rollout.MovePods();
  }
  if (steps != want.at("steps")) {
    return "steps " + steps.dump() + "\nwant  " + want.at("steps").dump();
  }
  if (rollout.Events() != want.at("events")) {
    return "events " + rollout.Events().dump() + "\nwant   " + want.at("events").dump();
  }
  if (rollout.Conditions() != Reasons(want.at("conditions"))) {
    return "conditions " + rollout.Conditions().dump() + "\nwant " + want.at("conditions").dump();
  }
  rollout.PassDeadline();
  rollout.Sync();
  if (rollout.Conditions() != Reasons(want.at("conditionsAfterDeadline"))) {
    return "after the deadline " + rollout.Conditions().dump() + "\nwant " +
           want.at("conditionsAfterDeadline").dump();
  }
  return "";
}

TEST(DeploymentVectors, EveryRecordedRolloutIsReplayedStepByStep) {
  int cases = 0, wrong = 0;
  const Status read = conformance::ReadLines(
      VECTORS_DIR "/deployment_rollout.jsonl.gz", [&](int, std::string_view line) -> Status {
        const Json vector = Json::parse(line);
        ++cases;
        const std::string difference = Replay(vector.at("input"), vector.at("want"));
        if (!difference.empty() && ++wrong <= 5) {
          ADD_FAILURE() << vector.at("id") << "\n" << difference;
        }
        return Ok{};
      });
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(wrong, 0) << "of " << cases;
  EXPECT_GE(cases, 200);
}

}  // namespace
}  // namespace wt
