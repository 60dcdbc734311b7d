// SPDX-License-Identifier: Apache-2.0
// Which pods the real ReplicaSet controller deleted (vectors/README: domain replicaset) against
// GoesBefore, for the cases without adoption, pod-deletion-cost and phase Unknown (not modelled).
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/controllers/deletion_order.h"
#include "tests/kubernetes_conformance/vector_file.h"

namespace wt {
namespace {

using Json = nlohmann::json;

// Milliseconds before 2026-03-01T12:00:00Z, negative; the vectors' instants lie less than a month
// before, so February's 28 days are all that matters.
i32 OffsetMs(const std::string& text) {
  const auto number = [&text](std::size_t at) { return std::stoi(text.substr(at, 2)); };
  const i32 day = number(8) + (number(5) == 2 ? -28 : 0);
  return (((day - 1) * 24 + number(11) - 12) * 3600 + number(14) * 60 + number(17)) * 1000;
}

bool IsActive(const Json& pod) {
  const std::string phase = pod.at("status").value("phase", "");
  return phase != "Failed" && phase != "Succeeded" &&
         !pod.at("metadata").contains("deletionTimestamp");
}

std::string OwnerOf(const Json& pod) {
  const Json& metadata = pod.at("metadata");
  return metadata.contains("ownerReferences")
             ? metadata.at("ownerReferences")[0].at("uid").get<std::string>()
             : "";
}

std::string NodeOf(const Json& pod) { return pod.at("spec").value("nodeName", ""); }

// REQUIRES: every active pod of the input with an owner belongs to the ReplicaSet or a sibling.
DeletionRank RankOf(const Json& pod, const Json& pods) {
  DeletionRank rank;
  rank.assigned = !NodeOf(pod).empty();
  rank.running = pod.at("status").value("phase", "") == "Running";
  rank.created_ms = OffsetMs(pod.at("metadata").at("creationTimestamp"));
  rank.uid = std::stoull(pod.at("metadata").at("uid").get<std::string>().substr(0, 8), nullptr, 16);
  for (const Json& condition : pod.at("status").value("conditions", Json::array())) {
    if (condition.at("type") != "Ready" || condition.at("status") != "True") continue;
    rank.ready = true;
    rank.ready_ms = OffsetMs(condition.at("lastTransitionTime"));
  }
  for (const Json& status : pod.at("status").value("containerStatuses", Json::array())) {
    rank.restarts = std::max(rank.restarts, status.value("restartCount", 0u));
  }
  for (const Json& other : pods) {
    rank.related_on_node += IsActive(other) && !OwnerOf(other).empty() &&
                            NodeOf(other) == NodeOf(pod) && rank.assigned;
  }
  return rank;
}

bool IsModelled(const Json& pods) {
  return std::none_of(pods.begin(), pods.end(), [](const Json& pod) {
    if (pod.at("status").value("phase", "") == "Unknown") return true;
    const Json notes = pod.at("metadata").value("annotations", Json::object());
    return notes.contains("controller.kubernetes.io/pod-deletion-cost");
  });
}

// Pods that go first, sorted by name; `count` of the ReplicaSet's active ones.
Json FirstToGo(const Json& input, std::size_t count) {
  const Json pods = input.value("pods", Json::array());
  const std::string uid = input.at("replicaSet").at("metadata").at("uid");
  std::vector<std::pair<DeletionRank, std::string>> ranked;
  for (const Json& pod : pods) {
    if (!IsActive(pod) || OwnerOf(pod) != uid) continue;
    ranked.emplace_back(RankOf(pod, pods), pod.at("metadata").at("name"));
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return GoesBefore(a.first, b.first, 0); });
  Json names = Json::array();
  for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i) {
    names.push_back(ranked[i].second);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(DeletionOrderVectors, TheSamePodsGoAsUpstream) {
  int cases = 0;
  const Status read = conformance::ReadLines(
      VECTORS_DIR "/replicaset.jsonl.gz", [&](int, std::string_view line) -> Status {
        const Json vector = Json::parse(line);
        const Json& input = vector.at("input");
        const Json& want = vector.at("want");
        const Json deleted = want.value("deleted", Json::array());
        if (deleted.empty() || !want.value("ownership", Json::object()).empty()) return Ok{};
        if (!IsModelled(input.at("pods"))) return Ok{};
        ++cases;
        EXPECT_EQ(FirstToGo(input, deleted.size()), deleted) << vector.at("id");
        return Ok{};
      });
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(cases, 16);  // all that there are
}

}  // namespace
}  // namespace wt
