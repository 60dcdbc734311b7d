// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "realcluster/calibrate/marks.h"

namespace wt {
namespace {

using nlohmann::json;

Seen Change(const char* collection, double at_ms, const char* object, bool deleted = false) {
  return {at_ms, collection, deleted, std::make_shared<json>(json::parse(object))};
}

TEST(Marks, APodsLifeFromItsChanges) {
  Marks marks;
  const auto see = [&](const Seen& seen) { MarkPod(seen, "p", 100, marks); };
  see(Change("pods", 110, R"({"metadata": {"name": "p"}})"));
  see(Change("pods", 115, R"({"metadata": {"name": "other"}, "spec": {"nodeName": "n"}})"));
  see(Change("pods", 120, R"({"metadata": {"name": "p"}, "spec": {"nodeName": "n"}})"));
  see(Change("events", 500, R"({"involvedObject": {"name": "p"}, "reason": "Started"})"));
  see(Change("pods", 900, R"({"metadata": {"name": "p"}, "status": {"startTime": "x",
      "containerStatuses": [{"state": {"running": {}}}],
      "conditions": [{"type": "Ready", "status": "False"}]}})"));
  see(Change("pods", 950, R"({"metadata": {"name": "p"}, "status": {
      "conditions": [{"type": "Ready", "status": "True"}]}})"));
  see(Change("pods", 2000, R"({"metadata": {"name": "p"}})", true));
  const Marks expected = {{"seen", 10},     {"scheduled", 20}, {"started", 400}, {"taken-up", 800},
                          {"running", 800}, {"ready", 850},    {"gone", 1900}};
  EXPECT_EQ(marks, expected);
}

TEST(Marks, AfterAKillTheEndAndTheNextStartAreTold) {
  Marks marks = {{"killed", 0}};
  const auto see = [&](double at, const char* object) {
    MarkPod(Change("pods", at, object), "p", 0, marks);
  };
  see(500, R"({"metadata": {"name": "p"}, "status": {"containerStatuses":
      [{"restartCount": 0, "state": {"terminated": {}}}]}})");
  see(1500, R"({"metadata": {"name": "p"}, "status": {"containerStatuses":
      [{"restartCount": 1, "state": {"running": {}}}],
      "conditions": [{"type": "Ready", "status": "True"}]}})");
  const Marks expected = {{"killed", 0},       {"not-ready", 500},    {"exit-seen", 500},
                          {"restarted", 1500}, {"ready-again", 1500}};
  EXPECT_EQ(marks, expected);
}

TEST(Marks, OnlyTheServicesOwnSliceCounts) {
  const char* slice = R"({"metadata": {"labels": {"kubernetes.io/service-name": "a"}},
      "endpoints": [{"conditions": {"ready": true}}, {"conditions": {"ready": false}}]})";
  EXPECT_EQ(ReadyAddresses(Change("endpointslices", 1, slice), "a"), 1);
  EXPECT_EQ(ReadyAddresses(Change("endpointslices", 1, slice), "b"), -1);
  EXPECT_EQ(ReadyAddresses(Change("endpointslices", 1, slice, true), "a"), 0);
  EXPECT_EQ(ReadyAddresses(Change("pods", 1, slice), "a"), -1);
}

}  // namespace
}  // namespace wt
