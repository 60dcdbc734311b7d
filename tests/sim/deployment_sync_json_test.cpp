// SPDX-License-Identifier: Apache-2.0
// Single syncs of the real Deployment controller (vectors/README: domain deployment_sync) against
// SyncDeployment: sizes, annotations, revisions, history, status, conditions, events.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/controllers/controllers.h"
#include "sim/controllers/rollout_math.h"
#include "sim/telemetry/names.h"
#include "sim/transitions.h"
#include "tests/kubernetes_conformance/vector_file.h"
#include "tests/sim/deployment_options_json.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

using Json = nlohmann::json;

constexpr const char* kReasons[] = {"", "NewReplicaSetCreated", "FoundNewReplicaSet",
                                    "ReplicaSetUpdated", "NewReplicaSetAvailable",
                                    "ProgressDeadlineExceeded", "DeploymentPaused",
                                    "DeploymentResumed"};

// Milliseconds between two instants of one month, "2026-03-01T12:00:00Z" being 0; February has 28
// days.
i32 OffsetMs(const std::string& text) {
  const auto number = [&text](std::size_t at) { return std::stoi(text.substr(at, 2)); };
  const i32 day = number(8) + (number(5) == 2 ? -28 : 0);
  const i32 seconds = ((day - 1) * 24 + number(11) - 12) * 3600 + number(14) * 60 + number(17);
  return seconds * 1000;
}

std::string ImageOf(const Json& object) {
  return object.at("spec").at("template").at("spec").at("containers")[0].at("image");
}

class OneSync {
 public:
  explicit OneSync(const Json& input) : given_(input.value("replicaSets", Json::array())) {
    const Json& deployment = input.at("deployment");
    const Json& spec = deployment.at("spec");
    const RevId doc = world_.DeploymentDoc(OptionsOf(spec));
    const RevId tmpl = world_.Template({.image = ImageOf(deployment)});
    std::sort(given_.begin(), given_.end(), [](const Json& a, const Json& b) {
      const Json &x = a.at("metadata"), &y = b.at("metadata");
      return std::pair(x.at("creationTimestamp"), x.at("name")) <
             std::pair(y.at("creationTimestamp"), y.at("name"));
    });
    std::vector<RevId> templates;
    for (const Json& rs : given_) templates.push_back(world_.Template({.image = ImageOf(rs)}));
    world_.Start();
    deployment_ = world_.AddDeployment("web", doc, tmpl, spec.value("replicas", 0));
    for (std::size_t i = 0; i < given_.size(); ++i) AddReplicaSet(given_[i], templates[i]);
    CountPods(input.value("pods", Json::array()));
    LoadDeployment(deployment);
  }

  Json Run() {
    SyncDeployment(world_.sim(), deployment_);
    const Deployment& d = world_.At<Deployment>(deployment_);
    Json out = {{"replicaSets", ReplicaSets()},
                {"revision", std::to_string(d.revision)},
                {"events", Events()},
                {"status", Status(d)}};
    const RolloutLimits limits =
        ResolveLimits(world_.sim().Typed<DeploymentSpec>(d.doc), d.replicas);
    out["maxSurge"] = limits.surge;
    out["maxUnavailable"] = limits.unavailable;
    return out;
  }

 private:
  void AddReplicaSet(const Json& given, RevId tmpl) {
    Sim& sim = world_.sim();
    EnsureHeadroom(sim);
    const u32 row = CreateReplicaSet(sim, deployment_, tmpl, 0,
                                     given.at("spec").value("replicas", 0));
    ReplicaSet& rs = sim.At<ReplicaSet>(row);
    const Json& notes = given.at("metadata").at("annotations");
    const auto note = [&notes](const char* name) {
      return std::stoi(
          notes.value(std::string("deployment.kubernetes.io/") + name, std::string("0")));
    };
    rs.revision = static_cast<u32>(note("revision"));
    rs.desired = note("desired-replicas");
    rs.max_replicas = note("max-replicas");
    rs.active = given.at("status").value("replicas", 0);
    rs.ready = given.at("status").value("readyReplicas", 0);
    rs.available = given.at("status").value("availableReplicas", 0);
    rows_[given.at("metadata").at("name")] = row;
  }

  void CountPods(const Json& pods) {
    for (const Json& pod : pods) {
      const std::string phase = pod.at("status").value("phase", "");
      if (phase == "Failed" || phase == "Succeeded") continue;
      const auto owner = rows_.find(pod.at("metadata").at("ownerReferences")[0].at("name"));
      if (owner != rows_.end()) ++world_.sim().At<ReplicaSet>(owner->second).terminating;
    }
  }

  void LoadDeployment(const Json& given) {
    const Json status = given.value("status", Json::object());
    Deployment& row = world_.sim().At<Deployment>(deployment_);
    row.paused = given.at("spec").value("paused", false);
    row.generation = given.at("metadata").value("generation", 1u);
    row.observed_generation = status.value("observedGeneration", 0u);
    row.status_replicas = status.value("replicas", 0);
    row.status_updated = status.value("updatedReplicas", 0);
    row.status_ready = status.value("readyReplicas", 0);
    row.status_available = status.value("availableReplicas", 0);
    row.status_unavailable = status.value("unavailableReplicas", 0);
    const Json notes = given.at("metadata").value("annotations", Json::object());
    row.revision = static_cast<u32>(
        std::stoi(notes.value("deployment.kubernetes.io/revision", std::string("0"))));
    for (const Json& condition : status.value("conditions", Json::array())) {
      if (condition.at("type") == "Available") row.available = condition.at("status") == "True";
      if (condition.at("type") != "Progressing") continue;
      const auto* reason = std::find(std::begin(kReasons), std::end(kReasons),
                                     condition.at("reason").get<std::string>());
      row.progressing = static_cast<u8>(reason - std::begin(kReasons));
      row.last_progress_ms = OffsetMs(condition.at("lastUpdateTime"));
    }
  }

  std::string NameOf(u32 row) const {
    for (const auto& [name, at] : rows_) {
      if (at == row) return name;
    }
    return "<new>";
  }

  Json ReplicaSets() const {
    Json out = Json::object();
    for (const u32 row : world_.ReplicaSetsOf(deployment_)) {
      const ReplicaSet& rs = world_.At<ReplicaSet>(row);
      out[NameOf(row)] = {{"replicas", rs.want},
                          {"annotations",
                           {{"revision", std::to_string(rs.revision)},
                            {"desired-replicas", std::to_string(rs.desired)},
                            {"max-replicas", std::to_string(rs.max_replicas)}}}};
    }
    return out;
  }

  Json Events() const {
    std::map<std::string, std::string> names;
    for (const u32 row : world_.ReplicaSetsOf(deployment_)) {
      names["web-" + HashText(world_.At<ReplicaSet>(row).hash)] = NameOf(row);
    }
    Json out = Json::array();
    for (const EventReason reason :
         {EventReason::kScalingReplicaSetUp, EventReason::kScalingReplicaSetDown}) {
      for (std::string text : world_.Messages(reason)) {
        for (const auto& [from, to] : names) {
          const auto at = text.find(from + " ");
          if (at != std::string::npos) text.replace(at, from.size(), to);
        }
        out.push_back(text);
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static Json Status(const Deployment& d) {
    return {{"replicas", d.status_replicas},
            {"updatedReplicas", d.status_updated},
            {"readyReplicas", d.status_ready},
            {"availableReplicas", d.status_available},
            {"unavailableReplicas", d.status_unavailable},
            {"observedGeneration", d.observed_generation},
            {"Available", d.available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"},
            {"Progressing", kReasons[d.progressing]}};
  }

  Json given_;
  TestWorld world_;
  std::map<std::string, u32> rows_;
  u32 deployment_ = 0;
};

// The vector's answer in the shape of OneSync::Run.
Json Expected(const Json& want) {
  Json out = {{"replicaSets", want.at("replicaSets")},
              {"revision", want.value("revision", "0")},
              {"events", Json::array()},
              {"maxSurge", want.value("maxSurge", 0)},
              {"maxUnavailable", want.value("maxUnavailable", 0)}};
  if (out["revision"] == "") out["revision"] = "0";
  for (auto& [name, rs] : out["replicaSets"].items()) {
    rs["annotations"].erase("revision-history");  // not kept
    rs["replicas"] = rs.value("replicas", 0);
  }
  for (const Json& event : want.at("events")) out["events"].push_back(event.at("message"));
  std::sort(out["events"].begin(), out["events"].end());
  const Json& status = want.at("status");
  for (const char* name : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                           "unavailableReplicas", "observedGeneration"}) {
    out["status"][name] = status.value(name, 0);
  }
  out["status"]["Progressing"] = "";
  for (const Json& condition : status.value("conditions", Json::array())) {
    out["status"][condition.at("type").get<std::string>()] = condition.at("reason");
  }
  return out;
}

TEST(DeploymentVectors, EveryRecordedSyncIsMadeAlike) {
  int cases = 0, wrong = 0;
  const Status read = conformance::ReadLines(
      VECTORS_DIR "/deployment_sync.jsonl.gz", [&](int, std::string_view line) -> Status {
        const Json vector = Json::parse(line);
        ++cases;
        OneSync sync(vector.at("input"));
        const Json got = sync.Run(), want = Expected(vector.at("want"));
        if (got != want && ++wrong <= 5) {
          ADD_FAILURE() << vector.at("id") << "\n" << Json::diff(want, got).dump();
        }
        return Ok{};
      });
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(wrong, 0) << "of " << cases;
  EXPECT_GE(cases, 300);
}

}  // namespace
}  // namespace wt
