// SPDX-License-Identifier: Apache-2.0
// Cluster events, names, texts and logs.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/kubelet/config.h"
#include "sim/kubelet/kubelet.h"
#include "sim/objects/kinds.h"
#include "sim/telemetry/describe.h"
#include "sim/telemetry/durations.h"
#include "sim/telemetry/logs.h"
#include "sim/telemetry/names.h"
#include "sim/transitions.h"
#include "tests/sim/kubelet_world.h"

namespace wt::test {
namespace {

TEST(Names, LettersAreThoseOfTheApi) {
  EXPECT_EQ(TailText(0), "bbbbb");
  EXPECT_EQ(TailText(26), "bbbb9");
  EXPECT_EQ(TailText(kNameTails - 1), "99999");
  EXPECT_EQ(HashText(1234567890), "56789bcdf4");  // SafeEncodeString of the decimal digits
}

TEST(Names, UidsAreVersion4AndDiffer) {
  const std::string a = UidText({1}, 5), b = UidText({1}, 6);
  EXPECT_EQ(a.size(), 36u);
  EXPECT_EQ(a[14], '4');
  EXPECT_NE(std::string("89ab").find(a[19]), std::string::npos);
  EXPECT_NE(a, b);
  EXPECT_EQ(a, UidText({1}, 5));
}

TEST(Durations, ReadAsKubectlWritesThem) {
  EXPECT_EQ(HumanDuration(119), "119s");
  EXPECT_EQ(HumanDuration(120), "2m");
  EXPECT_EQ(HumanDuration(214), "3m34s");
  EXPECT_EQ(HumanDuration(660), "11m");
  EXPECT_EQ(HumanDuration(3 * 3600 + 300), "3h5m");
  EXPECT_EQ(HumanDuration(47 * 3600), "47h");
  EXPECT_EQ(HumanDuration(50 * 3600), "2d2h");
}

// A World with one bare pod, bound and running.
struct OnePod {
  TestCluster t;
  u32 pod = 0;
  OnePod() {
    const RevId tmpl = t.AddTemplate({});
    t.Start();
    pod = t.AddPod(tmpl);
    t.RunTo(20);
  }
  void Record(EventReason reason, u32 a = 0, u32 b = 0) {
    RecordEvent(t.sim, ObjectKind::kPod, pod, t.sim.At<Pod>(pod).born, reason, a, b);
  }
};

TEST(ClusterEvents, EqualOnesAreOneRecordWithACount) {
  OnePod one;
  const std::size_t before = EventRows(one.t.sim).size();
  const StrId main = one.t.Str("main");
  for (int i = 0; i < 5; ++i) {
    one.Record(EventReason::kBackOff, main);
    one.t.RunFor(10);
  }
  one.Record(EventReason::kBackOff, one.t.Str("other"));
  EXPECT_EQ(EventRows(one.t.sim).size(), before + 2);
  const RenderedEvent event = one.t.Event("BackOff", "Back-off restarting failed container main");
  EXPECT_EQ(event.count, 5u);
  EXPECT_EQ(event.last_ms - event.first_ms, 40'000);
  const std::string uid = UidText(one.t.sim.key(), one.t.sim.At<Pod>(one.pod).born);
  EXPECT_EQ(event.message,
            "Back-off restarting failed container main in pod worker_shop(" + uid + ")");
}

TEST(ClusterEvents, ASeriesCountsWithoutEventsAndGoesOnAfterAPause) {
  OnePod one;
  TestCluster& t = one.t;
  const i32 now = t.sim.now_ms();
  StartSeries(t.sim, one.pod, EventReason::kBackOffPull, {now + 5000, 10'000}, 7);
  EXPECT_EQ(t.Event("BackOff").count, 0u);  // it has not begun
  const u32 done = t.world.header().events_done;
  t.RunFor(26);
  EXPECT_EQ(t.world.header().events_done, done);
  EXPECT_EQ(t.Event("BackOff").count, 3u);
  EXPECT_EQ(t.Event("BackOff").last_ms, now + 25'000);
  EndSeries(t.sim, one.pod, EventReason::kBackOffPull);
  t.RunFor(100);
  EXPECT_EQ(t.Event("BackOff").count, 3u);
  StartSeries(t.sim, one.pod, EventReason::kBackOffPull, {t.sim.now_ms(), 10'000}, 7);
  t.RunFor(11);
  EXPECT_EQ(t.Event("BackOff").count, 5u);
  EXPECT_EQ(t.Event("BackOff").first_ms, now + 5000);
}

TEST(ClusterEvents, TheRingKeepsTheNewestAndCountsWhatItLost) {
  OnePod one;
  TestCluster& t = one.t;
  const u32 capacity = t.blueprint.layout.capacity[static_cast<int>(Table::kClusterEvents)];
  const std::size_t before = EventRows(t.sim).size();
  for (u32 i = 0; i < 1000; ++i) {
    RecordEvent(t.sim, ObjectKind::kReplicaSet, 0, 99, EventReason::kNodeReady, i);
  }
  EXPECT_EQ(EventRows(t.sim).size(), capacity - 1);
  EXPECT_EQ(t.world.header().events_dropped, 1000 + before - (capacity - 1));
  // The pod's own chain was overwritten; recording for it again works.
  one.Record(EventReason::kKilling, t.Str("main"));
  EXPECT_EQ(t.Event("Killing").count, 1u);
}

TEST(ClusterEvents, RecordingTakesNoCreationNumber) {
  OnePod one;
  const u32 born = one.t.world.header().next_born;
  one.Record(EventReason::kKilling, one.t.Str("main"));
  EXPECT_EQ(one.t.world.header().next_born, born);
}

TEST(Describe, APodShowsItsStateAndEvents) {
  OnePod one;
  const std::string text = DescribePod(one.t.sim, one.pod);
  for (const char* part :
       {"Name:             worker\n", "Node:             node-1\n",
        "IP:               10.244.0.1\n",
        "    Image:          shop/app:1\n", "    State:          Running\n",
        "    Ready:          True\n", "Successfully assigned shop/worker to node-1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(PodReadyText(one.t.sim, one.pod), "1/1");
  EXPECT_EQ(PodRestartsText(one.t.sim, one.pod), "0");
  const std::string table = GetPodsText(one.t.sim, one.t.Str("shop"));
  EXPECT_NE(table.find("worker   1/1     Running   0          20s"), std::string::npos) << table;
}

TEST(Describe, DeploymentServiceAndNodeAreDescribed) {
  TestCluster t;
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  const u32 deployment = t.AddDeployment("web", tmpl, 2, 0);
  const u32 service = t.AddService("web", "web", 80, 8080);
  t.RunTo(30);
  const std::string d = DescribeDeployment(t.sim, deployment);
  EXPECT_NE(d.find("2 desired | 2 updated | 2 total | 2 available | 0 unavailable"),
            std::string::npos) << d;
  EXPECT_NE(d.find("Scaled up replica set web-"), std::string::npos) << d;
  EXPECT_NE(d.find("(2/2 replicas created)"), std::string::npos) << d;
  const std::string s = DescribeService(t.sim, service);
  EXPECT_NE(s.find("Selector:               app=web\n"), std::string::npos) << s;
  EXPECT_NE(s.find(":8080,10.244.0."), std::string::npos) << s;
  const std::string n = DescribeNode(t.sim, 1);
  EXPECT_NE(n.find("Non-terminated Pods:    (2 in total)"), std::string::npos) << n;
  const std::string e = GetEventsText(t.sim, t.Str("shop"));
  EXPECT_NE(e.find("replicaset/web-"), std::string::npos) << e;
  EXPECT_NE(e.find("Created pod: web-"), std::string::npos) << e;
}

TEST(Describe, WhetherAPausedDeploymentProgressesIsUnknown) {
  TestCluster t;
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  const u32 deployment = t.AddDeployment("web", tmpl, 2, 0);
  t.RunTo(30);
  SetDeploymentPaused(t.sim, deployment, true, kAgent);
  t.RunTo(40);
  const std::string d = DescribeDeployment(t.sim, deployment);
  const std::size_t at = d.find("  Progressing ");
  ASSERT_NE(at, std::string::npos) << d;
  const std::string line = d.substr(at, d.find('\n', at) - at);
  EXPECT_NE(line.find(" Unknown "), std::string::npos) << line;
  EXPECT_NE(line.find(" DeploymentPaused"), std::string::npos) << line;
}

bool HasLine(const std::vector<LogLine>& lines, std::string_view part) {
  return std::any_of(lines.begin(), lines.end(), [part](const LogLine& line) {
    return line.text.find(part) != std::string::npos;
  });
}

TEST(Logs, AProgramNamesTheSettingItLacksAndAKilledOneIsSilent) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  ConfigRef need;
  need.name = t.Str("settings");
  need.key = t.Str("mode");
  t.blueprint.runtime[web].needs = {need};
  const RevId tmpl = t.AddTemplate({});
  TestPod small;
  small.containers[0].memory_limit = 16 * kMiB;
  const RevId small_tmpl = t.AddTemplate(small);
  t.Start();
  const u32 deployment = t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(20);
  u32 container = t.sim.At<Pod>(t.FirstPod()).first_container;
  EXPECT_TRUE(HasLine(ContainerLogs(t.sim, container, false), "required setting mode is missing"));

  SetDeploymentTemplate(t.sim, deployment, small_tmpl, 0, kAgent);
  t.RunTo(120);
  for (u32 row = 1; row < t.world.Used<Container>(); ++row) {
    const Container& c = t.sim.At<Container>(row);
    if (c.born == 0 || t.sim.At<Pod>(c.pod).spec != small_tmpl) continue;
    const std::vector<LogLine> lines = ContainerLogs(t.sim, row, true);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].text, "INFO starting web");
  }
}

TEST(Logs, AServingProgramSaysWhereItListensAndFailedCallsAreLogged) {
  TestCluster t;
  const u32 web = t.AddProgram("web", "shop/app", 8080);
  const u32 db = t.AddProgram("db", "shop/db", 5432);
  t.blueprint.graph.operations = {{web, t.Str("get")}, {db, t.Str("read")}};
  t.blueprint.graph.operations[0].calls = 1;
  t.blueprint.graph.calls = {{1, 1.0f, 1.0f, 0, false, 0, 0.05f, 1.0f}};
  t.blueprint.graph.services[web].operations = 1;
  t.blueprint.graph.services[db].first_operation = 1;
  t.blueprint.graph.services[db].operations = 1;
  const RevId tmpl = t.AddTemplate({});
  t.Start();
  t.AddDeployment("web", tmpl, 1, web + 1);
  t.RunTo(20);
  const u32 container = t.sim.At<Pod>(t.FirstPod()).first_container;
  EXPECT_TRUE(HasLine(ContainerLogs(t.sim, container, false), "listening on :8080"));
  EXPECT_FALSE(HasLine(ContainerLogs(t.sim, container, false), "ERROR"));
  t.world.Rows<FlowServiceRow>()[web].rate = 10;
  t.world.Rows<FlowServiceRow>()[db].error = 1;
  EXPECT_TRUE(HasLine(ContainerLogs(t.sim, container, false),
                      "ERROR get: call to db/read failed: dial tcp: lookup db: no such host"));
  t.AddService("db", "db", 80, 5432);
  EXPECT_TRUE(HasLine(ContainerLogs(t.sim, container, false),
                      "dial tcp db:80: connect: connection refused"));
}

TEST(Kinds, TheKubeletFindsConfigMapsAndSecretsInTheTableOfKinds) {
  EXPECT_EQ(FindKind("v1", "ConfigMap") - AllKinds().data(), kConfigMapKind);
  EXPECT_EQ(FindKind("v1", "Secret") - AllKinds().data(), kSecretKind);
}

TEST(Worlds, ReadingTextsLeavesTheBytesAlone) {
  OnePod one;
  const u64 before = HashWorld(one.t.world);
  DescribePod(one.t.sim, one.pod);
  DescribeNode(one.t.sim, 1);
  GetEventsText(one.t.sim, one.t.Str("shop"));
  ContainerLogs(one.t.sim, one.t.sim.At<Pod>(one.pod).first_container, false);
  EXPECT_EQ(HashWorld(one.t.world), before);
}

}  // namespace
}  // namespace wt::test
