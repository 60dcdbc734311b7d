// SPDX-License-Identifier: Apache-2.0
// Programs as agents: good ones play, bad ones lose their episode and nothing else.
#include <gtest/gtest.h>

#include "agents/exec.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

std::vector<EpisodeResult> RunExec(const std::string& command, u32 episodes,
                                   int timeout_ms = 5000) {
  std::vector<EpisodeRequest> requests;
  for (u32 i = 0; i < episodes; ++i) requests.push_back({&Lite().setups[0], 0, i + 1});
  BatchOptions options;
  options.threads = 1;
  options.chunk = 1;
  return RunBatch(requests, [&] { return MakeExec({command, timeout_ms, 1 << 16}); }, options);
}

TEST(Exec, AProgramThatSaysNothingIsWrongPlaysLikeNoOp) {
  const auto by_program =
      RunExec("while read -r q; do echo '{\"submit\": {\"detected\": false}}'; done", 3);
  const auto no_op = RunLite("no-op", 1, 3, 1, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(by_program[i].errored) << by_program[i].error;
    EXPECT_EQ(by_program[i].hash, no_op[i].hash);
    EXPECT_TRUE(by_program[i].terminated);
  }
}

TEST(Exec, TheExamplesPlayToTheEnd) {
  for (const char* example : {"python3 examples/my_agent.py", "sh examples/my_agent.sh"}) {
    for (const EpisodeResult& e : RunExec("cd " + SourceDir() + " && exec " + example, 2)) {
      EXPECT_FALSE(e.errored) << example << ": " << e.error;
      EXPECT_TRUE(e.terminated) << example;
      EXPECT_TRUE(e.parts.detected) << example << " hears the complaint";
    }
  }
}

TEST(Exec, ABadProgramLosesItsEpisodeAndSaysWhy) {
  struct Bad {
    const char* command;
    const char* why;
  };
  for (const Bad& bad : {Bad{"sleep 60", "in time"}, Bad{"exit 3", "ended"},
                         Bad{"echo hello; sleep 60", "expected"},
                         Bad{"echo '{\"action\": 3}'; sleep 60", "expected"},
                         Bad{"yes | tr -d '\\n'", "longer"}, Bad{"/no/such/program", "ended"}}) {
    for (const EpisodeResult& e : RunExec(bad.command, 2, 400)) {
      EXPECT_TRUE(e.errored) << bad.command;
      EXPECT_EQ(e.verdict, 0) << bad.command;
      EXPECT_NE(e.error.find(bad.why), std::string::npos) << bad.command << ": " << e.error;
    }
  }
}

TEST(Exec, AnotherProgramIsStartedForTheNextEpisode) {
  const std::string once = "read -r q; echo '{\"submit\": {\"detected\": false}}'";
  const auto episodes = RunExec(once, 3);
  EXPECT_FALSE(episodes[0].errored);
  EXPECT_TRUE(episodes[1].errored) << "it had ended";
  EXPECT_FALSE(episodes[2].errored) << episodes[2].error;
}

TEST(Exec, WhatIsNotThereIsRefusedAndTheEpisodeGoesOn) {
  const std::string command =
      "read -r q; echo '{\"action\": {\"verb\": \"undo\", \"target\": \"workload/none\"}}'; "
      "read -r q; echo '{\"action\": {\"verb\": \"patch\", \"target\": \"service/profile\", "
      "\"type\": \"merge\", \"patch\": {\"spec\": {\"ports\": 3}}}}'; "
      "read -r q; echo '{\"submit\": {\"detected\": true, \"root_causes\": [{\"kind\": "
      "\"service-target-port-wrong\", \"target\": {\"kind\": \"Service\", \"name\": "
      "\"profile\"}}]}}'";
  const EpisodeResult e = RunExec(command, 1)[0];
  EXPECT_FALSE(e.errored) << e.error;
  ASSERT_EQ(e.actions.size(), 3u);
  EXPECT_FALSE(e.actions[0].accepted);
  EXPECT_FALSE(e.actions[1].accepted);
  EXPECT_EQ(e.actions[2].target, "service/profile");
  EXPECT_TRUE(e.parts.localized);
  EXPECT_TRUE(e.parts.analysed);
}

}  // namespace
}  // namespace wt
