// SPDX-License-Identifier: Apache-2.0
// Life of pods against incidents recorded on Kubernetes v1.35.4: order of Events and states,
// distances where the machinery has a period.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/kubelet/kubelet.h"
#include "sim/kubelet/parts.h"
#include "sim/telemetry/describe.h"
#include "sim/transitions.h"
#include "tests/sim/kubelet_world.h"

namespace wt::test {
namespace {

TEST(PodLife, AHealthyPodGoesThroughTheRecordedEvents) {
  TestCluster t;
  TestPod pod;
  pod.containers[0].probes[kReadinessProbe] = HttpProbe(t.Str("/readyz"), 8080, 5);
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  EXPECT_EQ(t.Statuses(t.sim.At<Pod>(row).born), "Running");
  EXPECT_TRUE(t.sim.At<Pod>(row).ready);
  const char* order[] = {"Scheduled", "Pulling", "Pulled", "Created", "Started"};
  std::vector<u32> rows = EventRows(t.sim);
  ASSERT_EQ(rows.size(), std::size(order));
  i32 last = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RenderedEvent event = Render(t.sim, t.sim.At<ClusterEvent>(rows[i]));
    EXPECT_EQ(event.reason, order[i]);
    EXPECT_GE(event.first_ms, last);
    last = event.first_ms;
  }
  EXPECT_EQ(t.Event("Scheduled").message, "Successfully assigned shop/worker to node-1");
  EXPECT_EQ(t.Event("Pulling").message, "Pulling image \"shop/app:1\"");
  EXPECT_EQ(t.Event("Started").message, "Container started");
}

TEST(PodLife, ASecondPodFindsTheImageOnTheNode) {
  TestCluster t;
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  t.AddPod(tmpl);
  t.RunTo(20);
  t.AddPod(tmpl);
  t.RunTo(40);
  EXPECT_EQ(t.Event("Pulled", "Container image").message,
            "Container image \"shop/app:1\" already present on machine and can be accessed by "
            "the pod");
}

// A Deployment of program "web" whose process lacks a key, in a World that has started.
struct Lacking {
  TestCluster t;
  u32 config = 0;
  u32 pod = 0;

  explicit Lacking(f64 run_s, u64 key = 1) {
    const u32 web = t.AddProgram("web", "shop/app", 8080);
    ConfigRef need;
    need.name = t.Str("settings");
    need.key = t.Str("mode");
    t.blueprint.runtime[web].needs = {need};
    const RevId tmpl = t.AddTemplate({});
    const RevId data = t.AddConfig({"other"});
    full = t.AddConfig({"mode", "other"});
    t.Start(key);
    config = t.AddConfigMap("settings", data);
    t.AddDeployment("web", tmpl, 1, web + 1);
    t.RunTo(run_s);
    pod = t.FirstPod();
  }
  RevId full = 0;
};

class PodLifeSeeds : public testing::TestWithParam<u64> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PodLifeSeeds, testing::Range<u64>(1, 21));

TEST_P(PodLifeSeeds, ACrashLoopShowsErrorUntilTheRetryAndDoublesItsWait) {
  Lacking lacking(400, GetParam());
  TestCluster& t = lacking.t;
  const u32 born = t.sim.At<Pod>(lacking.pod).born;
  const std::string statuses = t.Statuses(born);
  EXPECT_NE(statuses.find("Error CrashLoopBackOff"), std::string::npos) << statuses;
  EXPECT_EQ(t.sim.At<Pod>(lacking.pod).phase, PodPhase::kRunning);

  std::vector<f64> starts;  // when a restart was seen; the first is not held back
  u32 restarts = 0;
  for (const Seen& seen : t.SeenOf(born)) {
    if (seen.restarts > restarts) starts.push_back(seen.at_s);
    restarts = seen.restarts;
  }
  ASSERT_GE(starts.size(), 4u);
  f64 wait = 5;
  u32 looks = 0, looks_between = 0;  // while it is held back; of those, once a minute
  for (std::size_t i = 1; i < starts.size(); ++i, ++looks) {
    wait = std::min(wait * 2, 300.0);
    const f64 gap = starts[i] - starts[i - 1];
    EXPECT_GE(gap, wait);
    EXPECT_LE(gap, wait + std::min(wait / 2, 30.0) + 5) << "after " << i;
    looks_between += static_cast<u32>(gap / 60);
  }
  const RenderedEvent backoff = t.Event("BackOff");
  EXPECT_TRUE(backoff.message.starts_with("Back-off restarting failed container main in pod web-"));
  EXPECT_GE(backoff.count, looks);
  EXPECT_LE(backoff.count, looks + looks_between + 5) << "and while it waits now";
  EXPECT_EQ(t.Event("Started").count, t.FirstContainer(lacking.pod).runs);
}

TEST_P(PodLifeSeeds, ACrashLoopHealsAtTheNextRetryOnceTheKeyIsBack) {
  Lacking lacking(60, GetParam());
  TestCluster& t = lacking.t;
  SetObjectDoc(t.sim, lacking.config, lacking.full, kAgent);
  t.RunFor(100);
  EXPECT_STREQ(PodStatusText(t.sim, lacking.pod), "Running");
  EXPECT_TRUE(t.sim.At<Pod>(lacking.pod).ready);
  const Container& c = t.FirstContainer(lacking.pod);
  EXPECT_EQ(c.last_exit_code, 1);
  EXPECT_EQ(c.restarts, c.runs - 1);
}

TEST_P(PodLifeSeeds, AnImageThatDoesNotExistAlternatesAsRecorded) {
  TestCluster t;
  TestPod pod;
  pod.containers[0].image = "localhost:5000/shop/web:v9";
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  const u32 row = t.AddPod(tmpl);
  t.RunTo(150);
  const std::string statuses = t.Statuses(t.sim.At<Pod>(row).born);
  EXPECT_TRUE(statuses.starts_with("ErrImagePull ImagePullBackOff ErrImagePull ImagePullBackOff"))
      << statuses;
  const RenderedEvent pulling = t.Event("Pulling");
  EXPECT_EQ(pulling.count, 4u);  // recorded: at 0, 13, 38 and 87 s of 150 s
  const RenderedEvent failed = t.Event("Failed", "Failed to pull");
  EXPECT_EQ(failed.message,
            "Failed to pull image \"localhost:5000/shop/web:v9\": rpc error: code = NotFound desc "
            "= failed to pull and unpack image \"localhost:5000/shop/web:v9\": failed to resolve "
            "reference \"localhost:5000/shop/web:v9\": localhost:5000/shop/web:v9: not found");
  EXPECT_EQ(failed.count, 4u);
  EXPECT_EQ(t.Event("Failed", "Error: ErrImagePull").count, 4u);
  const RenderedEvent backoff = t.Event("BackOff");
  EXPECT_STREQ(backoff.type, "Normal");
  EXPECT_EQ(backoff.message, "Back-off pulling image \"localhost:5000/shop/web:v9\"");
  EXPECT_NEAR(backoff.count, 9, 2.25);
  EXPECT_EQ(t.Event("Failed", "Error: ImagePullBackOff").count, backoff.count);
  EXPECT_EQ(t.sim.At<Pod>(row).phase, PodPhase::kPending);
}

TEST(PodLife, AMissingConfigMapOfTheEnvironmentIsRetriedAndHeals) {
  TestCluster t;
  TestPod pod;
  ConfigRef ref;
  ref.name = t.Str("settings");
  ref.key = t.Str("mode");
  pod.containers[0].refs = {ref};
  pod.containers[0].pull = PullPolicy::kIfNotPresent;
  const RevId tmpl = t.AddTemplate(pod);
  const RevId data = t.AddConfig({"mode"});
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(45);
  EXPECT_EQ(t.Statuses(t.sim.At<Pod>(row).born), "CreateContainerConfigError");
  const RenderedEvent failed = t.Event("Failed");
  EXPECT_EQ(failed.message, "Error: configmap \"settings\" not found");
  EXPECT_GE(failed.count, 4u);
  EXPECT_LE(failed.count, 5u);
  t.AddConfigMap("settings", data);
  t.RunTo(75);
  EXPECT_EQ(t.Statuses(t.sim.At<Pod>(row).born), "CreateContainerConfigError Running");
  EXPECT_EQ(t.FirstContainer(row).restarts, 0u);
}

TEST(PodLife, AKeyThatIsMissingIsNamedInTheMessage) {
  TestCluster t;
  TestPod pod;
  ConfigRef ref;
  ref.name = t.Str("settings");
  ref.key = t.Str("mode");
  pod.containers[0].refs = {ref};
  const RevId tmpl = t.AddTemplate(pod);
  const RevId data = t.AddConfig({"other"});
  t.Start();
  t.AddConfigMap("settings", data);
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  EXPECT_EQ(t.Event("Failed").message, "Error: couldn't find key mode in ConfigMap shop/settings");
  EXPECT_EQ(WaitMessage(t.sim, t.sim.At<Pod>(row).first_container),
            "couldn't find key mode in ConfigMap shop/settings");
}

TEST(PodLife, AMissingVolumeKeepsThePodCreatingUntilItIsThere) {
  TestCluster t;
  TestPod pod;
  ConfigRef ref;
  ref.name = t.Str("settings");
  ref.volume = t.Str("config");
  ref.use = RefUse::kVolume;
  pod.containers[0].refs = {ref};
  const RevId tmpl = t.AddTemplate(pod);
  const RevId data = t.AddConfig({"mode"});
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(70);
  EXPECT_STREQ(PodStatusText(t.sim, row), "ContainerCreating");
  const RenderedEvent failed = t.Event("FailedMount");
  EXPECT_EQ(failed.message,
            "MountVolume.SetUp failed for volume \"config\" : configmap \"settings\" not found");
  EXPECT_EQ(failed.count, 8u);  // at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 and 63.5 s
  t.AddConfigMap("settings", data);
  t.RunTo(140);
  EXPECT_STREQ(PodStatusText(t.sim, row), "Running");
}

TEST_P(PodLifeSeeds, ACommandThatIsNotInTheImageEndsInACrashLoop) {
  TestCluster t;
  TestPod pod;
  pod.containers[0].command = "/bin/serve";
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  const u32 row = t.AddPod(tmpl);
  t.RunTo(60);
  const std::string statuses = t.Statuses(t.sim.At<Pod>(row).born);
  EXPECT_TRUE(statuses.starts_with("RunContainerError CrashLoopBackOff RunContainerError"))
      << statuses;
  const Container& c = t.FirstContainer(row);
  EXPECT_EQ(c.last_exit_code, 128);
  EXPECT_EQ(c.last_exit_reason, ExitReason::kStartError);
  EXPECT_EQ(t.Event("Failed").message,
            "Error: failed to create containerd task: failed to create shim task: OCI runtime "
            "create failed: runc create failed: unable to start container process: error during "
            "container init: exec: \"/bin/serve\": stat /bin/serve: no such file or directory: "
            "unknown");
  EXPECT_EQ(t.Event("Started").count, 0u);
  EXPECT_GE(t.Event("BackOff").count, 2u);
}

TEST_P(PodLifeSeeds, AProcessOverItsMemoryLimitIsOomKilledInALoop) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  TestPod pod;
  pod.containers[0].memory_limit = 16 * kMiB;
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(100);
  const u32 row = t.FirstPod();
  const std::string statuses = t.Statuses(t.sim.At<Pod>(row).born);
  EXPECT_NE(statuses.find("OOMKilled CrashLoopBackOff"), std::string::npos) << statuses;
  EXPECT_EQ(statuses.find("Error"), std::string::npos) << statuses;
  EXPECT_EQ(t.FirstContainer(row).last_exit_code, 137);
  EXPECT_NEAR(t.FirstContainer(row).restarts, 4, 1);  // recorded: 4 after 100 s
}

TEST(PodLife, MemoryAboveTheLimitWhileServingKillsTheContainer) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  TestPod pod;
  pod.containers[0].memory_limit = 64 * kMiB;
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(20);
  const u32 row = t.FirstPod();
  const u32 container = t.sim.At<Pod>(row).first_container;
  ASSERT_TRUE(Serves(t.sim, container, 8080));
  CheckMemory(t.sim, container, 63.0f * kMiB);
  EXPECT_TRUE(Serves(t.sim, container, 8080));
  CheckMemory(t.sim, container, 65.0f * kMiB);
  EXPECT_FALSE(Serves(t.sim, container, 8080));
  t.RunFor(12);
  EXPECT_EQ(t.Statuses(t.sim.At<Pod>(row).born), "Running OOMKilled Running");
  EXPECT_EQ(t.FirstContainer(row).restarts, 1u);
}

TEST(PodLife, ADeletedPodIsStoppedAndGoneWithinItsGrace) {
  TestCluster t;
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  const u32 born = t.sim.At<Pod>(row).born;
  DeletePod(t.sim, row);
  t.RunTo(30);
  EXPECT_EQ(t.Statuses(born), "Running Terminating Gone");
  EXPECT_EQ(t.PodCount(), 0u);
  EXPECT_EQ(t.Event("Killing").message, "Stopping container main");
}

TEST(PodLife, APodThatEndedTakesNoRoomWhileItIsCleanedUp) {
  TestCluster t;
  t.blueprint.timing.cleanup = {200, 200};
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  const u32 born = t.sim.At<Pod>(row).born, node = t.sim.At<Pod>(row).node;
  ASSERT_EQ(t.sim.At<Node>(node).pods, 1u);
  DeletePod(t.sim, row);
  while (t.sim.At<Pod>(row).phase == PodPhase::kRunning) t.RunFor(0.001);
  ASSERT_EQ(t.PodCount(), 1u);
  EXPECT_EQ(t.sim.At<Pod>(row).phase, PodPhase::kFailed);  // exit code 143
  EXPECT_EQ(t.FirstContainer(row).state, ContainerState::kTerminated);
  EXPECT_EQ(t.sim.At<Node>(node).pods, 0u);
  t.RunFor(1.3);  // the next list of the kubelet, and its report
  EXPECT_EQ(t.PodCount(), 0u);
  EXPECT_EQ(t.Statuses(born), "Running Terminating Gone");
}

// Delays that would blur the instants of the lists are set to nothing.
struct Listed : TestCluster {
  explicit Listed(u64 key) {
    Timing& timing = blueprint.timing;
    timing.pleg = timing.status = timing.cleanup = timing.stop = timing.kubelet_sync = {0, 0};
    const RevId tmpl = AddTemplate({});
    Start(key);
    for (int i = 0; i < 4; ++i) {
      pods.push_back(AddPod(tmpl));
      RunFor(0.3);  // created at four phases
    }
    RunTo(20);
    node = sim.At<Pod>(pods[0]).node;
  }
  // Milliseconds after a list.
  double AfterList(i32 ms) {
    const SimTime list = NextList(sim, node, FromMs(ms)) - kListPeriod;
    return static_cast<double>(FromMs(ms) - list) * 1e-6;
  }
  // When the process gets its SIGTERM, in lists after the one that showed it, if its pod is deleted
  // `lists` after that.
  double StoppedAfter(double lists) {
    const u32 row = AddPod(sim.At<Pod>(pods[0]).spec);
    while (!sim.At<Pod>(row).ready) RunFor(0.001);
    const SimTime shown = sim.now(), period = kListPeriod;
    RunFor(lists * static_cast<double>(period) * 1e-9);
    DeletePod(sim, row);
    const Container& c = sim.At<Container>(sim.At<Pod>(row).first_container);
    while (IsAlive(c)) RunFor(0.001);
    return static_cast<double>(sim.now() - shown) / static_cast<double>(period);
  }
  std::vector<u32> pods;
  u32 node = 0;  // the one of this cluster
};

TEST(PodLife, WhateverWaitsForTheKubeletsListOnANodeWaitsForTheSameOne) {
  Listed t(1);
  for (const u32 pod : t.pods) {
    EXPECT_LE(t.AfterList(t.sim.At<Pod>(pod).ready_ms + 1), 1.1);  // seen to run
  }
  EndProcess(t.sim, t.sim.At<Pod>(t.pods[1]).first_container, ExitReason::kError, 1);
  t.RunFor(1.1);
  EXPECT_LE(t.AfterList(t.sim.At<Pod>(t.pods[1]).ready_ms + 1), 1.1);  // seen to end
  DeletePod(t.sim, t.pods[0]);
  t.RunFor(0.002);
  EXPECT_EQ(t.Event("Killing").count, 1u);
  const u32 count = t.PodCount();
  while (t.PodCount() == count) t.RunFor(0.001);
  EXPECT_LE(t.AfterList(ToMs(t.sim.now())), 2);
}

// Each step of a pod's worker waits for a list that is newer than the step before.
TEST(PodLife, ADeletionWaitsForTheStepsThatFollowAStart) {
  Listed t(1);
  EXPECT_NEAR(t.StoppedAfter(0.5), 2, 0.01);
  EXPECT_NEAR(t.StoppedAfter(1.5), 3, 0.01);
  EXPECT_NEAR(t.StoppedAfter(2.5), 3, 0.01);
  EXPECT_NEAR(t.StoppedAfter(3.5), 3.5, 0.01);
}

TEST(PodLife, EachWorldDrawsWhenItsKubeletsList) {
  std::vector<i32> phases;
  for (u64 key = 1; key <= 8; ++key) {
    Listed t(key);
    phases.push_back(t.sim.At<Pod>(t.pods[0]).ready_ms % 1000);
  }
  std::ranges::sort(phases);
  EXPECT_GT(phases.back() - phases.front(), 200);
  EXPECT_EQ(std::ranges::unique(phases).size(), 0u);
}

TEST(PodLife, AProcessThatDoesNotStopIsKilledAtTheEndOfItsGrace) {
  TestCluster t;
  t.blueprint.timing.stop = {3'600'000, 3'600'000};
  TestPod pod;
  pod.grace_s = 10;
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  DeletePod(t.sim, row);
  t.RunTo(29.5);
  EXPECT_EQ(t.PodCount(), 1u);
  t.RunTo(32.5);
  EXPECT_EQ(t.PodCount(), 0u);
}

TEST(PodLife, AShorterGraceWins) {
  TestCluster t;
  t.blueprint.timing.stop = {3'600'000, 3'600'000};
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(20);
  DeletePod(t.sim, row);
  t.RunTo(22);
  DeletePod(t.sim, row, 3);
  t.RunTo(28);
  EXPECT_EQ(t.PodCount(), 0u);
}

TEST(PodLife, AProgramWaitsForAServiceItNeedsAndGivesUp) {
  TestCluster t;
  const u32 db = t.AddProgram("db", "shop/db", 5432);
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  t.AddImage("shop/db:1");
  t.blueprint.runtime[web].needs_services = {db};
  TestPod db_pod;
  db_pod.containers[0].image = "shop/db:1";
  db_pod.containers[0].ports = {5432};
  const RevId db_tmpl = t.AddTemplate(db_pod, "db");
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(30);
  const u32 row = t.FirstPod();
  EXPECT_NE(t.Statuses(t.sim.At<Pod>(row).born).find("Error"), std::string::npos);
  t.AddService("db", "db", 80, 5432);
  t.AddDeployment("db", db_tmpl, 1, db + 1);
  t.RunTo(120);
  EXPECT_STREQ(PodStatusText(t.sim, row), "Running");
  EXPECT_TRUE(ServiceAnswers(t.sim, db));
  EXPECT_TRUE(Serves(t.sim, t.sim.At<Pod>(row).first_container, 8080));
}

TEST(PodLife, ABarePodThatNeverRestartsFails) {
  TestCluster t;
  TestPod pod;
  pod.restart = RestartPolicy::kNever;
  pod.containers[0].command = "/bin/serve";
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(30);
  EXPECT_EQ(t.sim.At<Pod>(row).phase, PodPhase::kFailed);
  EXPECT_STREQ(PodStatusText(t.sim, row), "StartError");
}

TEST(PodLife, AnImageChangedInPlaceRestartsTheContainerWithoutItsOldBackOff) {
  TestCluster t;
  TestPod good, bad;
  bad.containers[0].command = "/bin/serve";
  good.containers[0].image = "shop/app:2";
  t.AddImage("shop/app:2");
  const RevId bad_tmpl = t.AddTemplate(bad), good_tmpl = t.AddTemplate(good);
  const RevId first = t.AddTemplate({});
  t.Start();
  const u32 row = t.AddPod(first);
  const u32 broken = t.AddPod(bad_tmpl);
  t.RunTo(100);
  SetPodSpec(t.sim, row, good_tmpl);
  SetPodSpec(t.sim, broken, good_tmpl);
  t.RunTo(112);  // well before the crash loop would have looked again
  EXPECT_EQ(t.Event("Killing").message, "Container main definition changed, will be restarted");
  EXPECT_EQ(t.FirstContainer(row).restarts, 1u);
  EXPECT_STREQ(PodStatusText(t.sim, row), "Running");
  EXPECT_STREQ(PodStatusText(t.sim, broken), "Running");
}

TEST(PodLife, NamesAndPoliciesThatForbidAPullAreSaid) {
  TestCluster t;
  TestPod invalid, never;
  invalid.containers[0].image = "shop/App:1";
  never.containers[0].image = "shop/app:1";
  never.containers[0].pull = PullPolicy::kNever;
  const RevId a = t.AddTemplate(invalid), b = t.AddTemplate(never);
  t.Start();
  const u32 first = t.AddPod(a), second = t.AddPod(b);
  t.RunTo(20);
  EXPECT_STREQ(PodStatusText(t.sim, first), "InvalidImageName");
  EXPECT_EQ(t.Event("InspectFailed").message,
            "Failed to apply default image tag \"shop/App:1\": couldn't parse image name "
            "\"shop/App:1\": invalid reference format: repository name (shop/App) must be "
            "lowercase");
  EXPECT_STREQ(PodStatusText(t.sim, second), "ErrImageNeverPull");
  EXPECT_EQ(t.Event("ErrImageNeverPull").message,
            "Container image \"shop/app:1\" is not present with pull policy of Never");
}

// A crash loop, a bad image and a failing probe side by side, mid-way.
void Mixed(TestCluster& t, u64 key) {
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  TestPod small, absent, wrong;
  small.containers[0].memory_limit = 16 * kMiB;
  absent.containers[0].image = "shop/none:1";
  wrong.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/"), 9999, 5, 2);
  const RevId a = t.AddTemplate(small), b = t.AddTemplate(absent), c = t.AddTemplate(wrong);
  t.Start(key);
  t.AddDeployment("web", a, 2, web + 1);
  t.AddPod(b);
  t.AddPod(c);
  t.RunTo(90);
}

TEST(PodLife, AForkHasTheSameFuture) {
  TestCluster t;
  Mixed(t, 3);
  World fork = t.pool.Fork(t.world);
  t.RunTo(300);
  Sim twin{t.blueprint, fork, t.pool};
  RunWorld(twin, t.sim.now());
  EXPECT_EQ(HashWorld(fork), HashWorld(t.world));
}

TEST(PodLife, DifferentKeysDiffer) {
  TestCluster a, b;
  Mixed(a, 1);
  Mixed(b, 2);
  EXPECT_NE(HashWorld(a.world), HashWorld(b.world));
}

TEST(PodLife, ContainersOfAPodStartOneAfterAnother) {
  TestCluster t;
  TestPod pod;
  pod.containers.resize(2);
  pod.containers[1].name = "side";
  pod.containers[1].image = "shop/none:1";
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  const u32 row = t.AddPod(tmpl);
  t.RunTo(30);
  EXPECT_EQ(PodReadyText(t.sim, row), "1/2");
  EXPECT_FALSE(t.sim.At<Pod>(row).ready);
  EXPECT_EQ(t.sim.At<Pod>(row).phase, PodPhase::kPending);
  EXPECT_TRUE(std::string(PodStatusText(t.sim, row)).find("ImagePull") != std::string::npos);
}

}  // namespace
}  // namespace wt::test
