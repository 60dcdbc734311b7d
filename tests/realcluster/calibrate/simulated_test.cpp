// SPDX-License-Identifier: Apache-2.0
// The micro-experiments that a profile was fitted from, simulated with it: sums of fitted delays
// span what was measured.
#include <gtest/gtest.h>

#include <algorithm>

#include "realcluster/calibrate/fit.h"
#include "sim/kubelet/kubelet.h"
#include "sim/kubelet/parts.h"
#include "sim/transitions.h"
#include "tests/realcluster/calibrate/stored.h"
#include "tests/sim/kubelet_world.h"

namespace wt::test {
namespace {

constexpr int kRuns = 300;
constexpr double kWithin = 0.25;

struct Lives {
  std::vector<double> to_ready, to_slice, to_answer, to_exit, to_gone, to_refuse;
};

class Simulated {
 public:
  explicit Simulated(const Timing& timing) {
    t_.blueprint.timing = timing;
    t_.blueprint.timing.stop = {1, 1};  // the program of the experiments ends at once
    TestPod pod;
    pod.grace_s = 5;
    pod.containers[0].probes[kReadinessProbe] = HttpProbe(t_.Str("/readyz"), 8080, 1);
    template_ = t_.AddTemplate(pod);
    t_.Start();
    service_ = t_.AddService("calibrate", "web", 80, 8080);
    Lives first;
    OnePod(first);  // pulls the image
  }

  Lives Run(int runs) {
    Lives lives;
    for (int run = 0; run < runs; ++run) OnePod(lives);
    return lives;
  }

  // A pod whose process is killed: from NotReady to Running again, each time.
  std::vector<double> Restarts(int runs) {
    std::vector<double> out;
    for (int run = 0; run < runs; ++run) {
      const u32 row = t_.AddPod(template_);
      Until([&] { return t_.sim.At<Pod>(row).ready != 0; });
      WaitAtRandom();
      const u32 born = t_.sim.At<Pod>(row).born;
      const u32 container = t_.sim.At<Pod>(row).first_container;
      EndProcess(t_.sim, container, ExitReason::kError, 137);
      Until([&] { return t_.sim.At<Pod>(row).ready == 0; });
      out.push_back(Until([&] { return t_.sim.At<Container>(container).restarts == 1; }));
      DeletePod(t_.sim, row);
      Until([&] { return t_.sim.At<Pod>(row).born != born; });
    }
    return out;
  }

 private:
  // Milliseconds until it holds.
  template <class Condition>
  double Until(Condition holds) {
    const SimTime began = t_.sim.now();
    while (!holds()) RunWorld(t_.sim, t_.sim.now() + kMillisecond);
    return static_cast<double>(t_.sim.now() - began) * 1e-6;
  }

  void OnePod(Lives& lives) {
    const u32 row = t_.AddPod(template_);
    lives.to_ready.push_back(Until([&] { return t_.sim.At<Pod>(row).ready != 0; }));
    lives.to_slice.push_back(
        Until([&] { return t_.sim.At<Service>(service_).ready_endpoints > 0; }));
    lives.to_answer.push_back(Until([&] { return Answers(); }));
    WaitAtRandom();
    const u32 born = t_.sim.At<Pod>(row).born;
    const u32 container = t_.sim.At<Pod>(row).first_container;
    DeletePod(t_.sim, row);
    double exit = Until([&] { return t_.sim.At<Service>(service_).ready_endpoints == 0; });
    const double refused = Until([&] { return !Answers(); });
    lives.to_refuse.push_back(refused);
    exit += refused + Until([&] { return !IsAlive(t_.sim.At<Container>(container)); });
    lives.to_exit.push_back(exit);
    lives.to_gone.push_back(exit + Until([&] { return t_.sim.At<Pod>(row).born != born; }));
    WaitAtRandom();
    RunWorld(t_.sim, t_.sim.now() + 2 * kSecond);
  }

  // 1 to 2 s, evenly, so that lists of the kubelet are met at every phase.
  void WaitAtRandom() {
    turn_ = (turn_ + 618) % 1000;
    RunWorld(t_.sim, t_.sim.now() + kSecond + turn_ * kMillisecond);
  }

  bool Answers() {
    for (u32 e = t_.sim.At<Service>(service_).first_endpoint; e != 0;) {
      const Endpoint& row = t_.sim.At<Endpoint>(e);
      if (row.proxy_ready) return true;
      e = row.next;
    }
    return false;
  }

  TestCluster t_;
  i64 turn_ = 0;
  RevId template_ = 0;
  u32 service_ = 0;
};

Timing Profile(const char* name) {
  const auto profile = LoadProfile(std::string(WT_SOURCE_DIR "/scenarios/profiles/") + name);
  EXPECT_TRUE(profile.ok()) << profile.error().Text();
  return profile->timing;
}

void ExpectNear(const char* what, const std::vector<double>& simulated,
                const std::vector<double>& measured) {
  ASSERT_FALSE(measured.empty()) << what;
  const double real = MedianOf(measured), sim = MedianOf(simulated);
  std::printf("%-24s simulated %6.0f ms, measured %6.0f ms\n", what, sim, real);
  EXPECT_NEAR(sim, real, kWithin * real) << what;
}

TEST(SimulatedExperiments, MediansWithTheFittedProfileAreWithinAQuarterOfTheMeasuredOnes) {
  const SampleSet samples = StoredSamples();
  const Lives lives = Simulated(Profile("testbed.yaml")).Run(kRuns);
  ExpectNear("create -> Ready", lives.to_ready, Spans(samples, {"pod"}, "seen", "ready"));
  ExpectNear("delete -> exit", lives.to_exit, Spans(samples, {"pod"}, "delete-sent", "exited"));
  ExpectNear("delete -> gone", lives.to_gone, Spans(samples, {"pod"}, "delete-sent", "gone"));
  ExpectNear("Ready -> in the slice", lives.to_slice,
             Spans(samples, {"pod"}, "ready", "in-slice"));
}

// Between the 10th and the 90th of a hundred.
double SpreadOf(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() * 90 / 100] - values[values.size() * 10 / 100];
}

TEST(SimulatedExperiments, WhatWaitsFromOneListToTheNextTakesASecond) {
  const SampleSet samples = StoredSamples();
  const Timing timing = Profile("testbed.yaml");
  const Lives lives = Simulated(timing).Run(kRuns);
  std::vector<double> exit_to_gone;
  for (size_t run = 0; run < lives.to_gone.size(); ++run) {
    exit_to_gone.push_back(lives.to_gone[run] - lives.to_exit[run]);
  }
  ExpectNear("exit -> gone", exit_to_gone, Spans(samples, {"pod"}, "exited", "gone"));
  EXPECT_LT(SpreadOf(Spans(samples, {"pod"}, "exited", "gone")), 50);
  EXPECT_LT(SpreadOf(exit_to_gone), 50);
  const std::vector<double> restarts = Simulated(timing).Restarts(kRuns);
  ExpectNear("NotReady -> restarted", restarts,
             Spans(samples, {"kill"}, "not-ready", "restarted"));
  EXPECT_LT(SpreadOf(restarts), 50);
}

// What is measured: 20 ms at rest, a second for an address that becomes ready, because its pod was
// added as not ready just before.
TEST(SimulatedExperiments, KubeProxyActsAtOnceAfterARestAndElseRests) {
  const SampleSet samples = StoredSamples();
  const Lives lives = Simulated(Profile("testbed.yaml")).Run(kRuns);
  ExpectNear("slice -> answers", lives.to_answer, Spans(samples, {"pod"}, "in-slice", "answers"));
  EXPECT_LT(MedianOf(lives.to_refuse), 30);
  EXPECT_LT(std::ranges::count_if(lives.to_refuse, [](double ms) { return ms > 50; }), kRuns / 50);
}

TEST(SimulatedExperiments, TheFitDoesBetterThanTheDefault) {
  const SampleSet samples = StoredSamples();
  const double measured = MedianOf(Spans(samples, {"pod"}, "delete-sent", "gone"));
  const double fitted = MedianOf(Simulated(Profile("testbed.yaml")).Run(kRuns).to_gone);
  const double assumed = MedianOf(Simulated(Profile("default.yaml")).Run(kRuns).to_gone);
  EXPECT_LT(std::abs(fitted - measured), std::abs(assumed - measured));
}

}  // namespace
}  // namespace wt::test
