// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/milestones.h"

#include <gtest/gtest.h>

#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

EpisodeFacts FactsOf(const Trace& trace) { return FactsOf(trace, SightsOf(trace)); }

f64 TimeOf(const EpisodeFacts& facts, Milestone milestone) {
  return facts.times[static_cast<std::size_t>(milestone)].value_or(-1);
}

// The fault at 60 s takes the pod down at 62 s; the agent looks, is refused once, repairs at 120 s.
Trace Incident() {
  Trace trace = EmptyTrace(false, 7, 220);
  AddDeployment(trace, 0, "geo", 1, 1);
  AddPod(trace, 0, {});
  AddEvent(trace, 20, {.reason = "Unhealthy", .warning = true});
  AddPod(trace, 62, {.terminated = "OOMKilled"});
  AddEvent(trace, 64.5, {.reason = "BackOff", .warning = true});
  AddDeployment(trace, 62.5, "geo", 1, 0);
  AddAction(trace, 75, "describe");
  AddAction(trace, 90, "scale", false);
  AddAction(trace, 120, "set-resources");
  AddPod(trace, 123, {});
  AddDeployment(trace, 124, "geo", 1, 1);
  AddAction(trace, 150, "submit");
  AddTraffic(trace, 0, 63, 8, 0);
  AddTraffic(trace, 63, 125, 8, 0.25F);
  AddTraffic(trace, 125, 220, 8, 0);
  return trace;
}

TEST(Milestones, AreCountedFromFaultAndRepair) {
  const EpisodeFacts facts = FactsOf(Incident());
  EXPECT_DOUBLE_EQ(*facts.fault_s, 60);
  EXPECT_NEAR(TimeOf(facts, Milestone::kSymptom), 2, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kWarning), 4.5, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kClientError), 4, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kLook), 15, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kRepair), 60, 1e-9) << "the refused write is none";
  EXPECT_NEAR(TimeOf(facts, Milestone::kAnswer), 90, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kCauseGone), 15, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kObjectsHealthy), 4, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kClientsHealthy), 5, 1e-9);
  EXPECT_EQ(facts.verdict, 1);
  EXPECT_EQ(facts.steps, 7u);
}

TEST(Milestones, WhatTheAgentDidBeforeTheFaultDidNotMeetIt) {
  Trace trace = EmptyTrace(true, 7, 200);
  AddTraffic(trace, 0, 200, 8, 0);
  SetResult(trace, 0, 2, 60);
  AddAction(trace, 0, "restart");
  AddAction(trace, 0, "submit");
  EpisodeFacts facts = FactsOf(trace);
  EXPECT_FALSE(facts.times[static_cast<std::size_t>(Milestone::kRepair)]);
  EXPECT_FALSE(facts.times[static_cast<std::size_t>(Milestone::kAnswer)]);
  EXPECT_FALSE(facts.repaired);
  EXPECT_FALSE(facts.met_fault);
  AddAction(trace, 75, "restart");
  facts = FactsOf(trace);
  EXPECT_EQ(facts.times[static_cast<std::size_t>(Milestone::kRepair)], 15);
  EXPECT_TRUE(facts.met_fault);
}

TEST(Milestones, TheRequestOfARealFaultIsItsTime) {
  Trace trace = Incident();
  AddRequest(trace, 30, true);
  AddRequest(trace, 45, false);
  trace.requests.back().method = "GET";
  AddRequest(trace, 60.2, false);
  AddRequest(trace, 60.9, false);
  EXPECT_NEAR(*FactsOf(trace).fault_s, 60.2, 1e-9);
}

TEST(Milestones, TheCallersTimeIsTakenWhenTheTraceHasNone) {
  Trace trace = Incident();
  SetResult(trace, 1, 7, 0);
  EXPECT_FALSE(FaultTime(trace));
  EXPECT_EQ(*FaultTime(trace, 45.0), 45);
}

TEST(Milestones, WhatDidNotHappenIsEmpty) {
  Trace trace = EmptyTrace(true, 7, 200);
  AddPod(trace, 0, {});
  AddTraffic(trace, 0, 200, 8, 0);
  const EpisodeFacts facts = FactsOf(trace);
  for (const Milestone milestone :
       {Milestone::kSymptom, Milestone::kWarning, Milestone::kClientError, Milestone::kRepair,
        Milestone::kAnswer, Milestone::kCauseGone, Milestone::kObjectsHealthy,
        Milestone::kClientsHealthy}) {
    EXPECT_FALSE(facts.times[static_cast<std::size_t>(milestone)]) << NameOf(milestone).key;
  }
  EXPECT_EQ(facts.lost.total, 0);
}

TEST(Milestones, NeverHealthyAgainHasNoTime) {
  Trace trace = Incident();
  AddPod(trace, 200, {.ready = false});
  trace.traffic.back().client.error = 1;
  const EpisodeFacts facts = FactsOf(trace);
  EXPECT_FALSE(facts.times[static_cast<std::size_t>(Milestone::kObjectsHealthy)]);
  EXPECT_FALSE(facts.times[static_cast<std::size_t>(Milestone::kClientsHealthy)]);
}

TEST(Milestones, AKilledPodThatIsReplacedIsASymptomOfItsWorkload) {
  Trace trace = EmptyTrace(true, 7, 200);
  AddDeployment(trace, 0, "geo", 1, 1);
  AddPod(trace, 0, {});
  AddPod(trace, 60.3, {.ready = false, .deleting = true});
  AddDeployment(trace, 60.4, "geo", 1, 0);
  AddPod(trace, 60.5, {.name = "geo-6b85c9d7f4-bbbbb", .ready = false});
  AddPod(trace, 62, {.name = "geo-6b85c9d7f4-bbbbb"});
  AddDeployment(trace, 62.1, "geo", 1, 1);
  AddAction(trace, 120, "scale");
  const EpisodeFacts facts = FactsOf(trace);
  EXPECT_NEAR(TimeOf(facts, Milestone::kSymptom), 0.4, 1e-9);
  EXPECT_NEAR(*facts.times[static_cast<std::size_t>(Milestone::kObjectsHealthy)], 62.1 - 120, 1e-9)
      << "healed by itself, before the repair";
}

TEST(Milestones, ANewWorkloadThatStartsIsNoSymptom) {
  Trace trace = EmptyTrace(true, 7, 200);
  AddDeployment(trace, 60.1, "rogue", 1, 0);
  AddPod(trace, 60.2, {.name = "rogue-6b85c9d7f4-bbbbb", .waiting = "ContainerCreating"});
  AddPod(trace, 61, {.name = "rogue-6b85c9d7f4-bbbbb"});
  AddDeployment(trace, 61.1, "rogue", 1, 1);
  EXPECT_FALSE(FactsOf(trace).times[static_cast<std::size_t>(Milestone::kSymptom)]);
}

TEST(Milestones, EachWriteSettlesByItself) {
  Trace trace = EmptyTrace(true, 7, 200);
  SetResult(trace, 1, 7, 0);  // no fault
  AddDeployment(trace, 0, "geo", 1, 1);
  AddPod(trace, 0, {.name = "a"});
  for (const f64 at : {60.0, 90.0}) AddAction(trace, at, "restart");
  AddAction(trace, 120, "cordon");  // nothing is short after it
  AddPod(trace, 60.5, {.name = "b", .ready = false});
  AddPod(trace, 63, {.name = "b"});
  AddPod(trace, 90.5, {.name = "c", .ready = false});
  AddPod(trace, 95, {.name = "c"});
  AddTraffic(trace, 0, 62, 8, 0);
  AddTraffic(trace, 62, 64, 8, 0.5F);
  AddTraffic(trace, 64, 200, 8, 0);
  const EpisodeFacts facts = FactsOf(trace);
  EXPECT_FALSE(facts.fault_s);
  ASSERT_EQ(facts.settle_s.size(), 2u);
  EXPECT_NEAR(facts.settle_s[0], 3, 1e-9);
  EXPECT_NEAR(facts.settle_s[1], 5, 1e-9);
  EXPECT_NEAR(TimeOf(facts, Milestone::kObjectsHealthy), 35, 1e-9) << "since the first write";
  EXPECT_NEAR(TimeOf(facts, Milestone::kClientsHealthy), 4, 1e-9);
  EXPECT_NEAR(facts.lost.after_repair, 8, 1e-9);
  EXPECT_FALSE(facts.times[static_cast<std::size_t>(Milestone::kSymptom)]);
}

TEST(LostRequests, AreCountedByWhenTheyFailed) {
  const EpisodeFacts facts = FactsOf(Incident());
  EXPECT_NEAR(facts.lost.total, 62 * 8 * 0.25, 1e-9);
  EXPECT_NEAR(facts.lost.before_repair, 57 * 8 * 0.25, 1e-9);
  EXPECT_NEAR(facts.lost.after_repair, 5 * 8 * 0.25, 1e-9);
  EXPECT_EQ(facts.lost.exits, 0u) << "a container that ended is no pod that went";
}

TEST(LostRequests, WindowsAfterExitsCountOnce) {
  Trace trace = EmptyTrace(true, 7, 100);
  AddPod(trace, 0, {.name = "a"});
  AddPod(trace, 0, {.name = "b"});
  AddPod(trace, 20, {.name = "a", .deleting = true});
  RemovePod(trace, 22, "a");
  AddPod(trace, 24, {.name = "b", .deleting = true});
  AddTraffic(trace, 0, 100, 10, 0.1F);
  const EpisodeFacts facts = FactsOf(trace);
  EXPECT_EQ(facts.lost.exits, 2u);
  EXPECT_NEAR(facts.lost.at_exits, 14, 1e-5) << "20 s to 34 s";
}

TEST(LostRequests, UnknownTimeCountsWithTheNextLine) {
  Trace trace = EmptyTrace(true, 7, 100);
  AddTraffic(trace, 0, 10, 8, 0);
  AddTraffic(trace, 11, 12, 8, 1);  // nothing was known at 11 s: this line stands for 2 s
  EXPECT_NEAR(FactsOf(trace).lost.total, 16, 1e-9);
}

TEST(ClientErrors, UsualErrorsAreNoSymptom) {
  Trace trace = EmptyTrace(true, 7, 200);
  // One request in eighty fails throughout.
  for (int i = 0; i < 20; ++i) {
    AddTraffic(trace, 10.0 * i, 10.0 * i + 9, 8, 0);
    AddTraffic(trace, 10.0 * i + 9, 10.0 * i + 10, 8, 0.125F);
  }
  EXPECT_FALSE(ClientErrorsOf(trace.traffic, 60, 200).first_s);
  trace.traffic[99].client.error = 0.5F;
  EXPECT_NEAR(*ClientErrorsOf(trace.traffic, 60, 200).first_s, 100, 1e-9);
}

TEST(ClientErrors, WholeFailuresAndMeanSharesAreToldAtAboutTheSameTime) {
  Trace whole = EmptyTrace(true, 7, 200), mean = EmptyTrace(false, 7, 200);
  AddTraffic(whole, 0, 66, 8, 0);
  AddTraffic(whole, 66, 67, 8, 0.125F);  // the first of one in 12 s
  AddTraffic(whole, 67, 200, 8, 0);
  AddTraffic(mean, 0, 60, 8, 0);
  AddTraffic(mean, 60, 72, 8, 1.0F / 96);
  AddTraffic(mean, 72, 200, 8, 0);
  const ClientErrors a = ClientErrorsOf(whole.traffic, 60, 200);
  const ClientErrors b = ClientErrorsOf(mean.traffic, 60, 200);
  EXPECT_NEAR(*a.first_s, 67, 1e-9);
  EXPECT_NEAR(*b.first_s, 67, 1.01);
  EXPECT_NEAR(*a.last_s, 67, 1e-9);
  EXPECT_LT(*b.last_s, 72.01);
}

}  // namespace
}  // namespace wt
