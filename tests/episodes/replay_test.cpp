// SPDX-License-Identifier: Apache-2.0
// A recorded list of actions played again is the same episode.
#include <gtest/gtest.h>

#include "episodes/script.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

TEST(Replay, ActionsOfAnyAgentPlayedAgainGiveTheSameHashAndVerdict) {
  for (const char* agent : {"oracle", "rule", "random", "delete-everything"}) {
    for (const EpisodeResult& e : RunLite(agent, 4, 4)) {
      const std::string text = ActionsText(e.actions);
      Result<std::vector<ScriptedAction>> actions = ReadActions(text, "actions");
      ASSERT_TRUE(actions.ok()) << actions.error().Text();
      WorldPool pool;
      ChunkOptions options;
      u32 samples = 0;
      options.sampler.tell = [&](const SimCluster&) { ++samples; };
      const Result<EpisodeResult> again =
          RunScript({&Lite().setups[e.scenario], e.scenario, e.seed}, *actions, pool, options);
      ASSERT_TRUE(again.ok()) << agent << " " << again.error().Text();
      EXPECT_EQ(again->hash, e.hash) << agent << " " << Describe(e);
      EXPECT_EQ(again->verdict, e.verdict) << agent << " " << Describe(*again);
      EXPECT_EQ(again->steps, e.steps);
      EXPECT_GT(samples, 0u) << "watching changes nothing";
    }
  }
}

TEST(CutOff, NoStepIsDecidedOrCarriedOutAnyMore) {
  for (const bool scripted : {false, true}) {
    u32 steps = 0, judged = 0;
    WorldPool pool;
    ChunkOptions options;
    options.on_step = [&](const StepView&) { ++steps; };
    options.cut_off = [&] { return steps >= 3; };
    options.on_judged = [&](SimCluster&, const EpisodeLimits&) { ++judged; };
    const EpisodeRequest request{&Lite().setups[0], 0, 1};
    const auto waits = ReadActions("{\"verb\": \"wait\"}\n{\"verb\": \"wait\"}\n"
                                   "{\"verb\": \"wait\"}\n{\"verb\": \"wait\"}\n", "a.jsonl");
    ASSERT_TRUE(waits.ok());
    const EpisodeResult cut =
        scripted ? *RunScript(request, *waits, pool, options)
                 : RunChunk({&request, 1}, *Agent("rule")(), pool, options)[0];
    EXPECT_EQ(steps, 3u) << scripted;
    EXPECT_EQ(judged, 0u) << scripted;
    EXPECT_EQ(cut.steps, 3u) << scripted;
    EXPECT_TRUE(cut.errored && !cut.agent_lost) << scripted;
  }
}

TEST(Replay, AWrongActionIsNamedWithItsLineAndTheNearestWord) {
  const auto error_of = [](const char* text) {
    Result<std::vector<ScriptedAction>> actions = ReadActions(text, "a.jsonl");
    if (!actions) return actions.error().Text();
    WorldPool pool;
    const auto ran = RunScript({&Lite().setups[0], 0, 1}, *actions, pool, {});
    return ran ? std::string() : ran.error().Text();
  };
  EXPECT_EQ(error_of("{\"verb\": \"describe\", \"target\": \"service/profil\"}"),
            "a.jsonl:1:1: target: there is no service \"profil\" at that time; did you mean "
            "\"profile\"?");
  EXPECT_NE(error_of("\n{\"verb\": \"undoo\", \"target\": \"workload/geo\"}").find("a.jsonl:2:1"),
            std::string::npos);
  EXPECT_NE(error_of("{\"at_s\": -1, \"verb\": \"wait\"}").find("at_s"), std::string::npos);
  EXPECT_NE(error_of("nonsense").find("not JSON"), std::string::npos);
  const std::string fly = error_of("{\"verb\": \"fly\"}");
  for (const char* verb : {"wait", "fix-port", "undo", "cordon", "patch"}) {
    EXPECT_NE(fly.find(verb), std::string::npos) << fly;
  }
  EXPECT_EQ(error_of("{\"verb\": \"fix-port\"}"),
            "a.jsonl:1:1: verb: \"fix-port\" is nothing to do to a cluster; expected a target such "
            "as service/NAME");
}

TEST(Replay, AnUnknownKeyOfAnActionIsNamedWithItsPlaceTheKnownKeysAndTheNearest) {
  const auto error_of = [](const char* text) {
    const auto actions = ReadActions(text, "a.jsonl");
    return actions ? std::string() : actions.error().Text();
  };
  EXPECT_EQ(error_of("{\"verb\": \"wait\"}\n{\"verb\": \"wait\", \"at\": 61}"),
            "a.jsonl:2:1: unknown key \"at\"; expected at_s, verb, target, option, type, patch, "
            "fault_kind, field, object_kind, object_name or object_namespace; did you mean "
            "\"at_s\"?");
  EXPECT_EQ(error_of("[{\"verb\": \"wait\"}, {\"verb\": \"get\", \"traget\": \"cluster\"}]")
                .substr(0, 39),
            "a.jsonl: action 2: unknown key \"traget\"");
  EXPECT_EQ(error_of("{\"verb\": \"get\", \"target\": 3}"), "a.jsonl:1:1: target: expected a text");
  EXPECT_EQ(error_of("{\"at_s\": 3, \"verb\": \"get\", \"target\": null, \"accepted\": true}"), "")
      << "as a line of episodes.jsonl says it";
  const std::string patch = "{\"verb\": \"patch\", \"target\": \"service/a\", \"patch\": {}, ";
  EXPECT_EQ(error_of((patch + "\"type\": \"strtegic\"}").c_str()),
            "a.jsonl:1:1: type: \"strtegic\" is none; expected json, merge or strategic");
  EXPECT_EQ(error_of((patch + "\"type\": \"as said\", \"accepted\": false}").c_str()), "");
}

TEST(Replay, AnOptionThatIsNotThereIsAnsweredWithThoseThatAre) {
  const auto error_of = [](const char* text) {
    WorldPool pool;
    const auto ran =
        RunScript({&Lite().setups[0], 0, 1}, *ReadActions(text, "a.jsonl"), pool, {});
    return ran ? std::string() : ran.error().Text();
  };
  EXPECT_EQ(error_of("{\"verb\": \"scale\", \"target\": \"workload/geo\", \"option\": 9}"),
            "a.jsonl:1:1: option: scale of workload/geo has no option 9; expected 0 (\"to 0\"), "
            "1 (\"to 1\"), 2 (\"to 2\") or 3 (\"to 3\")");
  EXPECT_EQ(error_of("{\"verb\": \"scale\", \"target\": \"deploy/geo\", \"option\": \"to 33\"}"),
            "a.jsonl:1:1: option: scale of deploy/geo has no option \"to 33\"; expected 0 (\"to "
            "0\"), 1 (\"to 1\"), 2 (\"to 2\") or 3 (\"to 3\"); did you mean \"to 3\"?");
  EXPECT_EQ(error_of("{\"verb\": \"wait\", \"option\": 3}"),
            "a.jsonl:1:1: option: wait of cluster has no option 3; expected 0 (\"wait one step\"), "
            "1 (\"wait 1m\") or 2 (\"wait 5m\")");
}

TEST(Replay, TimesThatFallOrLieBeyondTheLimitAreRefusedAtTheirLine) {
  const auto run = [](const char* text) {
    WorldPool pool;
    const auto actions = ReadActions(text, "a.jsonl");
    EXPECT_TRUE(actions.ok());
    const auto ran = RunScript({&Lite().setups[0], 0, 1}, *actions, pool, {});
    return ran ? std::string() : ran.error().Text();
  };
  EXPECT_EQ(run("{\"at_s\": 60, \"verb\": \"wait\"}\n{\"at_s\": 30.5, \"verb\": \"wait\"}\n"),
            "a.jsonl:2:1: at_s: 30.5 comes after 60; expected times that do not fall");
  EXPECT_EQ(run("{\"at_s\": 60, \"verb\": \"wait\"}\n\n{\"at_s\": 1800, \"verb\": \"wait\"}\n"),
            "a.jsonl:3:1: at_s: 1800 is not within the episode; expected less than 1800");
  // The same instant twice is in order; without a time it is as soon as it is its turn.
  EXPECT_EQ(run("{\"at_s\": 60, \"verb\": \"wait\"}\n{\"verb\": \"wait\"}\n"
                "{\"at_s\": 60, \"verb\": \"wait\"}\n"),
            "");
}

}  // namespace
}  // namespace wt
