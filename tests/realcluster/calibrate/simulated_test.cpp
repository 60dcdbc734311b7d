// SPDX-License-Identifier: Apache-2.0
// The micro-experiments that a profile was fitted from, simulated with it: sums of fitted delays
// span what was measured.
#include <gtest/gtest.h>

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
  std::vector<double> to_ready, to_slice, to_exit, to_gone;
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
    RunWorld(t_.sim, t_.sim.now() + 2 * kSecond);
    const u32 born = t_.sim.At<Pod>(row).born;
    const u32 container = t_.sim.At<Pod>(row).first_container;
    DeletePod(t_.sim, row);
    const double exit = Until([&] { return !IsAlive(t_.sim.At<Container>(container)); });
    lives.to_exit.push_back(exit);
    lives.to_gone.push_back(exit + Until([&] { return t_.sim.At<Pod>(row).born != born; }));
    RunWorld(t_.sim, t_.sim.now() + 2 * kSecond);
  }

  TestCluster t_;
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

TEST(SimulatedExperiments, TheFitDoesBetterThanTheDefault) {
  const SampleSet samples = StoredSamples();
  const double measured = MedianOf(Spans(samples, {"pod"}, "delete-sent", "gone"));
  const double fitted = MedianOf(Simulated(Profile("testbed.yaml")).Run(kRuns).to_gone);
  const double assumed = MedianOf(Simulated(Profile("default.yaml")).Run(kRuns).to_gone);
  EXPECT_LT(std::abs(fitted - measured), std::abs(assumed - measured));
}

}  // namespace
}  // namespace wt::test
