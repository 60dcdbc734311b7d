// SPDX-License-Identifier: Apache-2.0
// Programs as agents: good ones play, bad ones lose their episode and nothing else.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "agents/exec.h"
#include "bench/report/incident.h"
#include "tests/cli/temp_dir.h"
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
                         Bad{"yes | tr -d '\\n'", "longer"}, Bad{"/no/such/program", "ended"},
                         Bad{"yes", "expected"}, Bad{"exec 0<&-; sleep 60", "in time"},
                         Bad{"exec 0<&-; exit 3", "ended"},
                         Bad{"exec 0<&-; echo hello; sleep 60", "expected"},
                         Bad{"exec 1>&-; sleep 60", "ended"},
                         Bad{"printf '{\"submit\": '; kill -9 $$", "ended"},
                         Bad{"while sleep 0.02; do printf x; done", "in time"},
                         Bad{"head -c 3000 /dev/zero; echo; sleep 60", "expected"},
                         Bad{"printf '\\377\\376\\n'; sleep 60", "expected"},
                         Bad{"echo '{\"action\": {\"option\": 1e999}}'; sleep 60", "expected"}}) {
    // Only a program that stays silent is waited for to the end.
    const int timeout_ms = std::string_view(bad.why) == "in time" ? 400 : 20'000;
    for (const EpisodeResult& e : RunExec(bad.command, 2, timeout_ms)) {
      EXPECT_TRUE(e.errored) << bad.command;
      EXPECT_EQ(e.verdict, 0) << bad.command;
      EXPECT_NE(e.error.find(bad.why), std::string::npos) << bad.command << ": " << e.error;
    }
  }
}

TEST(Exec, ADeepAnswerLosesItsEpisodeNotTheRun) {
  const std::string open = "head -c 20000 /dev/zero | tr '\\0' '['";
  const std::string close = "head -c 20000 /dev/zero | tr '\\0' ']'";
  for (const char* start : {"{\"action\": {\"verb\": \"patch\", \"target\": "
                            "\"service/profile\", \"type\": \"merge\", \"patch\": ",
                            "{\"submit\": {\"root_causes\": [], \"target\": "}) {
    const std::string command = "read -r q; printf '%s' '" + std::string(start) + "'; " + open +
                                "; " + close + "; echo '}}'; sleep 60";
    const EpisodeResult e = RunExec(command, 1)[0];
    EXPECT_TRUE(e.errored);
    EXPECT_NE(e.error.find("too deep"), std::string::npos) << e.error;
  }
}

// Not even a zombie.
bool Runs(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/cmdline");
  return file.peek() != std::ifstream::traits_type::eof();
}

TEST(Exec, AHangingProgramCostsItsTimeOnceAndIsGoneAfterwards) {
  TempDir dir;
  const std::string pids = (dir.path / "pids").string();
  const auto start = std::chrono::steady_clock::now();
  // The shell waits for a child of its own: both must go.
  const auto episodes =
      RunExec("sleep 600 & echo $$ $! >> '" + pids + "'; wait; exec sleep 600", 4, 200);
  const std::chrono::duration<f64> took = std::chrono::steady_clock::now() - start;
  for (const EpisodeResult& e : episodes) EXPECT_TRUE(e.errored);
  EXPECT_GE(took.count(), 4 * 0.2);
  EXPECT_LT(took.count(), 20);
  std::ifstream file(pids);
  u32 count = 0;
  for (std::string pid; file >> pid; ++count) {
    for (int tries = 0; Runs(pid) && tries < 100; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_FALSE(Runs(pid)) << pid;
  }
  EXPECT_EQ(count, 8u);
}

TEST(Exec, EpisodesBesideALostOneAreAsTheyWouldBeWithoutIt) {
  TempDir dir;
  const std::string count = "'" + (dir.path / "count").string() + "'";
  // Loses each second episode, in turn by hanging, dying and babbling.
  const std::string command =
      "while read -r q; do n=$(cat " + count + " || echo 0); echo $((n + 1)) > " + count +
      "; case $n in 1) sleep 60 ;; 3) exit 1 ;; 5) echo what ;; *) "
      "echo '{\"submit\": {\"detected\": false}}' ;; esac; done 2> /dev/null";
  const auto episodes = RunExec(command, 7, 2000);
  const auto no_op = RunLite("no-op", 1, 7, 1, 1);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(episodes[i].errored, i % 2 == 1) << i << ": " << episodes[i].error;
    if (i % 2 == 0) {
      EXPECT_EQ(episodes[i].hash, no_op[i].hash) << i;
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
      "read -r q; echo '{\"action\": {\"verb\": \"wait\", \"target\": \"cluster\", "
      "\"option\": 2}}'; "  // the fault comes within the five minutes
      "read -r q; echo '{\"submit\": {\"detected\": true, \"root_causes\": [{\"kind\": "
      "\"service-target-port-wrong\", \"target\": {\"kind\": \"Service\", \"name\": "
      "\"profile\"}}]}}'";
  const EpisodeResult e = RunExec(command, 1)[0];
  EXPECT_FALSE(e.errored) << e.error;
  ASSERT_EQ(e.actions.size(), 4u);
  EXPECT_FALSE(e.actions[0].accepted);
  EXPECT_FALSE(e.actions[1].accepted);
  EXPECT_EQ(e.actions[3].target, "service/profile");
  EXPECT_TRUE(e.parts.localized);
  EXPECT_TRUE(e.parts.analysed);
}

// What becomes of `scale workload/profile` with this option (JSON; empty: none) and its target.
TakenAction Scaled(const std::string& option) {
  const std::string command =
      "read -r q; echo '{\"action\": {\"verb\": \"scale\", \"target\": \"workload/profile\"" +
      (option.empty() ? "" : ", \"option\": " + option) +
      "}}'; read -r q; echo '{\"submit\": {\"detected\": false}}'; read -r q";
  const EpisodeResult e = RunExec(command, 1)[0];
  EXPECT_FALSE(e.errored) << option << e.error;
  EXPECT_EQ(e.actions.size(), 2u) << option;
  return e.actions.empty() ? TakenAction{} : e.actions[0];
}

TEST(Exec, AnOptionIsItsTextOrItsNumber) {
  for (const char* option : {"2", "\"2\"", "\"to 2\"", "2.0"}) {
    const TakenAction taken = Scaled(option);
    EXPECT_TRUE(taken.accepted) << option;
    EXPECT_EQ(MoveOf(taken.action).verb, Verb::kScale) << option;
    EXPECT_EQ(MoveOf(taken.action).option, 2) << option;
  }
}

TEST(Exec, AnOptionThatDoesNotExistIsRefusedNotTakenForTheFirst) {
  for (const char* option :
       {"", "null", "\"to 7\"", "\"\"", "\" 2\"", "\"+2\"", "\"2x\"", "\"-1\"", "4", "-1", "0.5",
        "256", "18446744073709551616", "1e300", "true", "[0]", "{}", "\"nothing to offer\""}) {
    const TakenAction taken = Scaled(option);
    EXPECT_FALSE(taken.accepted) << option;
    EXPECT_NE(MoveOf(taken.action).verb, Verb::kScale) << option;
  }
}

TEST(Exec, AnAnswerWithoutACauseIsShownAsWhatItSays) {
  struct Said {
    const char* detected;
    const char* text;
  };
  for (const Said& said : {Said{"true", "submit -> something is wrong, no cause named"},
                           Said{"false", "submit -> nothing is wrong"}}) {
    const std::string answer = "{\"submit\": {\"detected\": " + std::string(said.detected) + "}}";
    Incident incident;
    ChunkOptions options;
    options.on_step = [&](const StepView& step) { RecordStep(step, incident); };
    WorldPool pool;
    const EpisodeRequest request{&Lite().setups[0], 0, 1};
    const auto agent = MakeExec({"read -r q; echo '" + answer + "'; read -r q"});
    (void)RunChunk({&request, 1}, *agent, pool, options);
    ASSERT_EQ(incident.steps.size(), 1u);
    EXPECT_EQ(incident.steps[0].text, said.text);
  }
}

TEST(Exec, ASecondLineBeforeTheNextQuestionLosesTheEpisodeAndTheNextGoesWell) {
  TempDir dir;
  const std::string once = "'" + (dir.path / "once").string() + "'";
  const std::string wait = "{\"action\": {\"verb\": \"wait\", \"option\": 0}}";
  const std::string both = wait + "\\n{\"submit\": {\"detected\": true}}\\n";
  const std::string command =
      "if [ ! -e " + once + " ]; then touch " + once + "; read -r q; printf '" + both + "'; fi; " +
      "while read -r q; do echo '{\"submit\": {\"detected\": false}}'; done";
  const auto episodes = RunExec(command, 2);
  EXPECT_TRUE(episodes[0].errored) << "the second line answered a question not asked";
  EXPECT_NE(episodes[0].error.find("before it was asked"), std::string::npos) << episodes[0].error;
  EXPECT_FALSE(episodes[1].errored) << episodes[1].error;
  EXPECT_EQ(episodes[1].hash, RunLite("no-op", 2, 2, 1, 1)[0].hash);
}

TEST(Exec, WhatFollowsTheLastAnswerOfAnEpisodeDoesNotMatter) {
  const std::string submit = "{\"submit\": {\"detected\": false}}";
  const auto no_op = RunLite("no-op", 1, 3, 1, 1);
  for (const std::string& more : {std::string("bye\\n"), std::string("torn"), submit + "\\n"}) {
    const auto episodes =
        RunExec("while read -r q; do printf '" + submit + "\\n" + more + "'; done", 3);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_FALSE(episodes[i].errored) << more << ": " << episodes[i].error;
      EXPECT_EQ(episodes[i].hash, no_op[i].hash) << more;
    }
  }
}

}  // namespace
}  // namespace wt
