// SPDX-License-Identifier: Apache-2.0
// Probes without ticks: against what the upstream worker published (tests/sim/data/probe.txt),
// against a worker that ticks, and in a World.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "sim/kubelet/images.h"
#include "sim/kubelet/kubelet.h"
#include "sim/kubelet/parts.h"
#include "sim/kubelet/probe_ticks.h"
#include "sim/telemetry/describe.h"
#include "sim/transitions.h"
#include "tests/sim/kubelet_world.h"

namespace wt::test {
namespace {

// Publishes by flips, as probes.cpp does; the outcome changes just after a tick.
struct Lazy {
  char type;
  ProbeTicks ticks;
  char result;
  i32 flip_ms = kNeverMs;
  char flips_to = ' ';

  Lazy(char t, ProbeTicks k) : type(t), ticks(k), result(t == 'r' ? 'F' : t == 'l' ? 'S' : 'U') {}

  void OutcomeIs(bool pass, i32 from_ms) {
    const ProbeFlip flip = FindFlip(ticks, {from_ms, pass ? from_ms : kNeverMs});
    flip_ms = kNeverMs;
    const bool fixed = (type == 's' && result != 'U') || (type == 'l' && result == 'F');
    if (fixed) return;
    const bool good = result == 'S';
    if (pass && !good) flip_ms = flip.succeeds_ms;
    if (!pass && (good || type == 's')) flip_ms = flip.fails_ms;
    flips_to = pass ? 'S' : 'F';
  }
  void Tick(i32 at_ms) {
    if (flip_ms == kNeverMs || at_ms < flip_ms) return;
    result = flips_to;
    flip_ms = kNeverMs;
  }
};

TEST(Probe, ResultsFlipAtTheTickAtWhichUpstreamPublishesThem) {
  std::ifstream file(std::string(WAVETANK_TEST_DATA) + "/probe.txt");
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line[0] == '#') continue;
    std::stringstream stream(line);
    std::string type, outcomes, results, bar;
    i32 failures, successes, period_s, delay_s, started_s, first_s;
    stream >> type >> bar >> failures >> bar >> successes >> bar >> period_s >> bar >> delay_s >>
        bar >> started_s >> bar >> first_s >> bar >> outcomes >> bar >> results;
    ProbeTicks ticks;
    ticks.base_ms = first_s * 1000;
    ticks.period_ms = period_s * 1000;
    ticks.eligible_ms = (started_s + delay_s) * 1000;
    ticks.failures = static_cast<u16>(failures);
    ticks.successes = static_cast<u16>(successes);
    Lazy lazy(type[0], ticks);
    std::string got;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const i32 at_ms = ticks.base_ms + static_cast<i32>(i) * ticks.period_ms;
      if (i == 0 || outcomes[i] != outcomes[i - 1]) {
        lazy.OutcomeIs(outcomes[i] == '+', at_ms - (i == 0 ? 0 : 1));
      }
      lazy.Tick(at_ms);
      got += lazy.result;
    }
    EXPECT_EQ(got, results) << line;
    ++cases;
  }
  EXPECT_EQ(cases, 145);
}

TEST(Probe, ALaterPassIsFoundAsAWorkerThatTicksWouldFindIt) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    ProbeTicks ticks;
    ticks.base_ms = static_cast<i32>(random() % 5000);
    ticks.period_ms = 1000 * static_cast<i32>(1 + random() % 10);
    ticks.eligible_ms = static_cast<i32>(random() % 30000);
    ticks.failures = static_cast<u16>(1 + random() % 4);
    ticks.successes = static_cast<u16>(1 + random() % 3);
    const i32 from = ticks.base_ms + static_cast<i32>(random() % 20000);
    const i32 passes = from + static_cast<i32>(random() % 60000);
    const ProbeFlip flip = FindFlip(ticks, {from, passes});

    i32 fails_ms = kNeverMs, succeeds_ms = kNeverMs, first_fail = kNeverMs, last_fail = kNeverMs;
    int bad = 0, good = 0;
    for (i32 at = ticks.base_ms; succeeds_ms == kNeverMs; at += ticks.period_ms) {
      if (at < from || at < ticks.eligible_ms) continue;
      if (at < passes) {
        if (first_fail == kNeverMs) first_fail = at;
        last_fail = at;
        if (++bad == ticks.failures) fails_ms = at;
      } else if (++good == ticks.successes) {
        succeeds_ms = at;
      }
    }
    EXPECT_EQ(flip.fails_ms, fails_ms);
    EXPECT_EQ(flip.succeeds_ms, succeeds_ms);
    EXPECT_EQ(flip.first_fail_ms, first_fail);
    EXPECT_EQ(flip.last_fail_ms, last_fail);
  }
}

class ProbeSeeds : public testing::TestWithParam<u64> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ProbeSeeds, testing::Range<u64>(1, 21));

TEST_P(ProbeSeeds, AWrongLivenessPortRestartsTheContainerEveryThresholdTimesPeriod) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  TestPod pod;
  pod.grace_s = 5;
  pod.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/healthz"), 9999, 5, 2);
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(120);
  const u32 row = t.FirstPod();
  const Container& c = t.FirstContainer(row);
  // Recorded for a failing start-up probe: three restarts without back-off, then 20 s and 40 s.
  EXPECT_GE(c.restarts, 3u);
  EXPECT_LE(c.restarts, 5u);
  EXPECT_EQ(c.last_exit_code, 143);
  const RenderedEvent killing = t.Event("Killing");
  EXPECT_EQ(killing.message, "Container main failed liveness probe, will be restarted");
  const RenderedEvent unhealthy = t.Event("Unhealthy", "Liveness");
  EXPECT_TRUE(unhealthy.message.ends_with(":9999: connect: connection refused"))
      << unhealthy.message;
  EXPECT_EQ(unhealthy.count / 2, killing.count);  // every second failing tick kills
  EXPECT_GE(t.Event("BackOff").count, 1u);
  const std::string statuses = t.Statuses(t.sim.At<Pod>(row).born);
  EXPECT_TRUE(statuses.starts_with("Running CrashLoopBackOff Running")) << statuses;
}

// The worker asks the status for the start, which knows whole seconds, so the tick at 10 s counts
// when the restart came in the second of the kill: real pods restart every 30 or every 40 s.
TEST_P(ProbeSeeds, TheInitialDelayCountsFromTheSecondThatTheStatusShows) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  TestPod pod;
  pod.grace_s = 5;
  pod.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/healthz"), 9999);
  pod.containers[0].probes[kLivenessProbe].initial_delay_s = 10;
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  t.RunTo(20 + 0.05 * static_cast<double>(GetParam()));
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunFor(5);
  const Container& c = t.FirstContainer(t.FirstPod());
  const auto killed = [&] { return c.process == static_cast<u8>(ProcessState::kStopping); };
  for (int round = 0; round < 3; ++round) {
    while (c.process != static_cast<u8>(ProcessState::kAlive)) t.RunFor(0.01);
    const i32 base_ms = t.sim.At<Pod>(t.FirstPod()).started_ms + 300;  // its volumes are there
    const i32 eligible_ms = c.process_ms / 1000 * 1000 + 10'000;
    i32 tick_ms = base_ms;
    while (tick_ms < eligible_ms) tick_ms += 10'000;
    while (!killed()) t.RunFor(0.01);
    EXPECT_NEAR(t.Now(), (tick_ms + 20'000) / 1e3, 0.02) << round;
  }
}

ProbeSpec ExecProbe(TestCluster& t, std::string_view command, u16 failures = 2) {
  ProbeSpec probe;
  probe.kind = ProbeKind::kExec;
  probe.path = t.Str(command);
  probe.period_s = 5;
  probe.failure_threshold = failures;
  return probe;
}

// A pod of image shop/app:1 with this liveness probe, two minutes old.
struct Probed {
  explicit Probed(const std::function<ProbeSpec(TestCluster&)>& probe,
                  const std::function<void(Image&, TestCluster&)>& image = {}) {
    const u32 web = t.AddProgram("web", "shop/app", 8080);
    if (image) image(t.blueprint.images[FindImage(t.blueprint, t.Str("shop/app:1")) - 1], t);
    TestPod pod;
    pod.grace_s = 5;
    pod.containers[0].probes[kLivenessProbe] = probe(t);
    const RevId tmpl = t.AddTemplate(pod);
    t.Start(1);
    t.AddDeployment("web", tmpl, 1, web + 1);
    t.RunTo(120);
  }
  u32 Restarts() const { return t.FirstContainer(t.FirstPod()).restarts; }
  TestCluster t;
};

TEST(Probe, ACommandPassesWhenItIsKnownToSucceed) {
  for (const char* command :
       {R"(["true"])", R"(["/bin/true"])", R"(["sh","-c","exit 0"])", R"(["/bin/sh","-c",":"])"}) {
    const Probed p([&](TestCluster& t) { return ExecProbe(t, command); });
    EXPECT_EQ(p.Restarts(), 0u) << command;
    EXPECT_EQ(p.t.Event("Unhealthy").count, 0u) << command;
  }
}

TEST(Probe, ACommandThatEndsWithAnotherStatusThanZeroKills) {
  for (const char* command :
       {R"(["false"])", R"(["/bin/false"])", R"(["sh","-c","exit 1"])",
        R"(["sh","-c","true && false"])", R"(["sh","-c","/no/such/file"])"}) {
    const Probed p([&](TestCluster& t) { return ExecProbe(t, command); });
    EXPECT_GE(p.Restarts(), 3u) << command;
    EXPECT_EQ(p.t.Event("Unhealthy").message, "Liveness probe failed: ") << command;
  }
}

// Upstream throws the result of a probe away that could not be made (worker.go, doProbe).
TEST(Probe, ACommandThatCannotBeStartedIsAnErrorThatDecidesNothing) {
  const Probed p([](TestCluster& t) { return ExecProbe(t, R"(["/no/such/file"])"); });
  EXPECT_EQ(p.Restarts(), 0u);
  const RenderedEvent unhealthy = p.t.Event("Unhealthy");
  EXPECT_EQ(unhealthy.message,
            "Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc "
            "= failed to exec in container: OCI runtime exec failed: exec failed: unable to start "
            "container process: exec: \"/no/such/file\": stat /no/such/file: no such file or "
            "directory: unknown");
  EXPECT_GT(unhealthy.count, 15u);
}

TEST(Probe, ACommandOfTheManifestsIsBelieved) {
  const char* kCommand = R"(["/app/healthy","--deep"])";
  const Probed p([&](TestCluster& t) { return ExecProbe(t, kCommand); },
                 [&](Image& image, TestCluster& t) {
                   image.health_commands.push_back(t.Str(kCommand));
                 });
  EXPECT_EQ(p.Restarts(), 0u);
  EXPECT_EQ(p.t.Event("Unhealthy").count, 0u);
}

TEST(Probe, AGrpcProbeNeedsAPortThatSpeaksIt) {
  const auto grpc = [](TestCluster&) {
    ProbeSpec probe;
    probe.kind = ProbeKind::kGrpc;
    probe.port = 8080;
    probe.period_s = 5;
    return probe;
  };
  const Probed http(grpc);
  EXPECT_GE(http.Restarts(), 3u);
  const Probed spoken(grpc, [](Image& image, TestCluster&) { image.grpc_ports = {8080}; });
  EXPECT_EQ(spoken.Restarts(), 0u);
}

TEST_P(ProbeSeeds, AFailingStartupProbeFollowsTheRecordedIncident) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  t.blueprint.runtime[web].paths = {t.Str("/healthz")};
  TestPod pod;
  pod.grace_s = 5;
  pod.containers[0].probes[kStartupProbe] = HttpProbe(t.Str("/ready"), 8080, 2, 5);
  pod.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/healthz"), 8080, 5);
  const RevId tmpl = t.AddTemplate(pod);
  t.Start(GetParam());
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(100);
  const u32 row = t.FirstPod();
  EXPECT_EQ(t.Event("Killing").message, "Container main failed startup probe, will be restarted");
  EXPECT_NEAR(t.Event("Killing").count, 5, 1);
  EXPECT_NEAR(t.FirstContainer(row).restarts, 4, 1);
  const RenderedEvent unhealthy = t.Event("Unhealthy");
  EXPECT_EQ(unhealthy.message, "Startup probe failed: HTTP probe failed with statuscode: 404");
  EXPECT_NEAR(unhealthy.count, 22, 5.5);
  EXPECT_FALSE(t.FirstContainer(row).started);
  EXPECT_FALSE(t.sim.At<Pod>(row).ready);
}

// Asked at the list that shows it running, at the one after it, and every period from then on: real
// pods of hotel (5 s) are Ready 0, 1, 6, ... s after they run.
TEST(Probe, ReadinessIsAskedAgainAtTheListAfterTheFirst) {
  const double list_s = static_cast<double>(kListPeriod) * 1e-9;
  std::vector<double> waits;
  for (f32 startup_ms = 100; startup_ms < 8000; startup_ms += 300) {
    TestCluster t;
    t.blueprint.timing.status = t.blueprint.timing.pleg = {0, 0};
    const u32 web = t.AddProgram("web", "shop/app", 8080);
    t.blueprint.graph.services[web].startup = {startup_ms, startup_ms};
    TestPod pod;
    pod.containers[0].probes[kReadinessProbe] = HttpProbe(t.Str("/readyz"), 8080, 5, 3);
    const RevId tmpl = t.AddTemplate(pod);
    t.Start();
    t.AddDeployment("web", tmpl, 1, web + 1);
    while (t.PodCount() == 0 || t.sim.At<Pod>(t.FirstPod()).first_container == 0) t.RunFor(0.01);
    const Container& c = t.FirstContainer(t.FirstPod());
    while (c.state != ContainerState::kRunning) t.RunFor(0.001);
    const SimTime shown = t.sim.now();
    const double listens_s = static_cast<double>(FromMs(c.listening_ms) - shown) * 1e-9;
    while (!c.ready && t.sim.now() < shown + 20 * kSecond) t.RunFor(0.001);
    double ready_s = listens_s <= 0 ? 0 : list_s;
    while (ready_s < listens_s) ready_s += 5;
    waits.push_back(static_cast<double>(t.sim.now() - shown) * 1e-9);
    EXPECT_NEAR(waits.back(), ready_s, 0.005) << startup_ms;
  }
  EXPECT_LT(waits.front(), 0.005);
  EXPECT_NEAR(waits.back(), list_s + 10, 0.005);
}

// web's health path asks db.
struct Dependent {
  TestCluster t;
  u32 db_pod = 0, web_pod = 0;

  Dependent() {
    const u32 db = t.AddProgram("db", "shop/db", 5432);
    const u32 web = t.AddProgram("web", "shop/app", 8080);
    t.AddImage("shop/db:1");
    t.blueprint.runtime[web].health_depends = {db};
    TestPod store, front;
    store.containers[0].image = "shop/db:1";
    front.containers[0].probes[kReadinessProbe] = HttpProbe(t.Str("/readyz"), 8080, 5, 3);
    const RevId store_tmpl = t.AddTemplate(store, "db");
    const RevId front_tmpl = t.AddTemplate(front);
    t.Start();
    t.AddService("db", "db", 80, 5432);
    t.AddService("web", "web", 80, 8080);
    deployment = t.AddDeployment("db", store_tmpl, 1, db + 1);
    t.RunTo(30);
    t.AddDeployment("web", front_tmpl, 1, web + 1);
    t.RunTo(60);
    for (u32 row = 1; row < t.world.Used<Pod>(); ++row) {
      if (t.FirstContainer(row).service == web + 1) web_pod = row;
    }
  }
  u32 deployment = 0;
};

TEST(Probe, ReadinessFlipsAtTheThirdTickAfterADependencyIsGone) {
  Dependent d;
  TestCluster& t = d.t;
  ASSERT_TRUE(t.sim.At<Pod>(d.web_pod).ready);
  const u32 events_before = t.world.header().events_done;
  t.RunTo(100);
  EXPECT_EQ(t.world.header().events_done, events_before);  // quiet: probes cost nothing

  SetDeploymentReplicas(t.sim, d.deployment, 0, kAgent);
  t.RunTo(160);
  const Pod& pod = t.sim.At<Pod>(d.web_pod);
  EXPECT_FALSE(pod.ready);
  EXPECT_STREQ(PodStatusText(t.sim, d.web_pod), "Running");
  EXPECT_EQ(t.FirstContainer(d.web_pod).restarts, 0u);
  // There may be one of before it listened.
  const RenderedEvent unhealthy = t.Event("Unhealthy", "Readiness probe failed: HTTP");
  EXPECT_EQ(unhealthy.message, "Readiness probe failed: HTTP probe failed with statuscode: 503");
  // Not Ready at the third failing tick.
  EXPECT_EQ(pod.ready_ms, unhealthy.first_ms + 10'000);
  EXPECT_EQ((unhealthy.last_ms - unhealthy.first_ms) % 5000, 0);
  EXPECT_GE(unhealthy.count, 8u);

  SetDeploymentReplicas(t.sim, d.deployment, 1, kAgent);
  t.RunTo(180);
  EXPECT_TRUE(t.sim.At<Pod>(d.web_pod).ready);
  const u32 count = t.Event("Unhealthy", "Readiness probe failed: HTTP").count;
  t.RunTo(240);
  // The series has ended.
  EXPECT_EQ(t.Event("Unhealthy", "Readiness probe failed: HTTP").count, count);
}

TEST(Probe, LongSeriesAreCutByTheSpamFilter) {
  Dependent d;
  TestCluster& t = d.t;
  SetDeploymentReplicas(t.sim, d.deployment, 0, kAgent);
  t.RunTo(1000);  // ~190 failing ticks
  const u32 count = t.Event("Unhealthy", "Readiness probe failed: HTTP").count;
  EXPECT_GE(count, 25u);
  EXPECT_LE(count, 29u);  // 25, then one per 300 s
}

TEST(Probe, StartUpGatesTheOtherProbes) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  t.blueprint.graph.services[web].startup = {20'000, 20'000};
  TestPod pod;
  pod.containers[0].probes[kStartupProbe] = HttpProbe(t.Str("/"), 8080, 5, 10);
  pod.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/"), 8080, 1, 1);
  pod.containers[0].probes[kReadinessProbe] = HttpProbe(t.Str("/"), 8080, 1, 1);
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(20);
  const u32 row = t.FirstPod();
  EXPECT_FALSE(t.FirstContainer(row).started);
  t.RunTo(40);
  EXPECT_TRUE(t.FirstContainer(row).started);
  EXPECT_TRUE(t.sim.At<Pod>(row).ready);
  EXPECT_EQ(t.FirstContainer(row).restarts, 0u);
  EXPECT_EQ(t.Event("Unhealthy", "Liveness").count, 0u);
  EXPECT_GE(t.Event("Unhealthy", "Startup").count, 3u);
}

TEST(Probe, ASlowStartWithoutStartupProbeIsKilledByLiveness) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  t.blueprint.graph.services[web].startup = {60'000, 60'000};
  TestPod pod;
  pod.containers[0].probes[kLivenessProbe] = HttpProbe(t.Str("/"), 8080, 10, 3);
  const RevId tmpl = t.AddTemplate(pod);
  t.Start();
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(50);
  EXPECT_GE(t.Event("Killing").count, 1u);
}

}  // namespace
}  // namespace wt::test
