// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/pod_column.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace wt {
namespace {

std::string Column(const char* status, const char* spec = "{}", const char* metadata = "{}") {
  return StatusColumn(Json{{"metadata", Json::parse(metadata)},
                           {"spec", Json::parse(spec)},
                           {"status", Json::parse(status)}});
}

TEST(PodColumn, SaysWhatKubectlSays) {
  struct Case {
    const char *status, *text;
  };
  for (const Case& c : {
           Case{R"({})", "Pending"},
           Case{R"({"phase": "Pending"})", "Pending"},
           Case{R"({"phase": "Failed", "reason": "Evicted"})", "Evicted"},
           Case{R"({"phase": "Pending", "containerStatuses": [
                {"state": {"waiting": {"reason": "ImagePullBackOff"}}}]})", "ImagePullBackOff"},
           Case{R"({"phase": "Running", "containerStatuses": [
                {"ready": true, "state": {"running": {}}}]})", "Running"},
           Case{R"({"phase": "Running", "containerStatuses": [
                {"state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}]})",
                "OOMKilled"},
           Case{R"({"phase": "Running", "containerStatuses": [
                {"state": {"terminated": {"exitCode": 3}}}]})", "ExitCode:3"},
           Case{R"({"phase": "Running", "containerStatuses": [
                {"state": {"terminated": {"exitCode": 0, "signal": 9}}}]})", "Signal:9"},
           Case{R"({"phase": "Pending", "conditions": [{"type": "PodScheduled",
                "status": "False", "reason": "SchedulingGated"}]})", "SchedulingGated"}}) {
    EXPECT_EQ(Column(c.status), c.text) << c.status;
  }
}

TEST(PodColumn, TheFirstContainerThatSpeaksWins) {
  EXPECT_EQ(Column(R"({"phase": "Running", "containerStatuses": [
      {"state": {"waiting": {"reason": "CrashLoopBackOff"}}},
      {"state": {"waiting": {"reason": "ErrImagePull"}}}]})"),
            "CrashLoopBackOff");
}

TEST(PodColumn, CompletedBesideARunningContainerIsRunningOrNotReady) {
  const std::string containers = R"("containerStatuses": [
      {"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
      {"ready": true, "state": {"running": {}}}]})";
  EXPECT_EQ(Column((R"({"phase": "Running", )" + containers).c_str()), "NotReady");
  EXPECT_EQ(Column((R"({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],)" +
                    containers).c_str()),
            "Running");
}

TEST(PodColumn, InitContainersComeFirst) {
  const char* spec = R"({"initContainers": [{"name": "a"}, {"name": "b"}]})";
  EXPECT_EQ(Column(R"({"phase": "Pending", "initContainerStatuses": [
      {"name": "a", "state": {"terminated": {"exitCode": 0}}},
      {"name": "b", "state": {"running": {}}}], "containerStatuses": [
      {"state": {"waiting": {"reason": "PodInitializing"}}}]})", spec),
            "Init:1/2");
  EXPECT_EQ(Column(R"({"phase": "Pending", "initContainerStatuses": [
      {"name": "a", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]})", spec),
            "Init:CrashLoopBackOff");
  EXPECT_EQ(Column(R"({"phase": "Pending", "initContainerStatuses": [
      {"name": "a", "state": {"terminated": {"exitCode": 2}}}]})", spec),
            "Init:ExitCode:2");
}

TEST(PodColumn, AStartedSidecarIsDone) {
  EXPECT_EQ(Column(R"({"phase": "Running", "initContainerStatuses": [
      {"name": "s", "started": true, "state": {"running": {}}}], "containerStatuses": [
      {"ready": true, "state": {"running": {}}}]})",
                   R"({"initContainers": [{"name": "s", "restartPolicy": "Always"}]})"),
            "Running");
}

TEST(PodColumn, WhatIsDeletedIsTerminatingToTheEnd) {
  const char* deleted = R"({"deletionTimestamp": "2026-01-31T12:00:00Z"})";
  EXPECT_EQ(Column(R"({"phase": "Running"})", "{}", deleted), "Terminating");
  EXPECT_EQ(Column(R"({"phase": "Succeeded"})", "{}", deleted), "Terminating");
  EXPECT_EQ(Column(R"({"phase": "Running", "reason": "NodeLost"})", "{}", deleted), "Unknown");
}

TEST(PodColumn, WhatIsNotAPodIsPending) {
  EXPECT_EQ(StatusColumn(Json(7)), "Pending");
  EXPECT_EQ(StatusColumn(Json{{"status", {{"containerStatuses", "x"}}}}), "Pending");
}

}  // namespace
}  // namespace wt
