// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/load_meter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <map>

#include "realcluster/replay/load_lines.h"
#include "realcluster/replay/service_meter.h"
#include "sim/telemetry/cluster_events.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

// /metrics texts by pod; what is not there is answered by 503.
class FakePodsApi final : public KubeApi {
 public:
  Result<ApiReply> Call(const ApiRequest& request) override {
    asked.push_back(request.path);
    const auto found = texts.find(request.path);
    if (found == texts.end()) return ApiReply{503, "{\"kind\":\"Status\"}"};
    return ApiReply{200, found->second};
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest&) override {
    return Error{ErrorCode::kNotFound, "watch", "none here"};
  }

  std::map<std::string, std::string> texts;
  std::vector<std::string> asked;
};

class LoadMeterTest : public testing::Test {
 protected:
  LoadMeterTest() : cluster_(Started(pool_)) {}

  static SimCluster Started(WorldPool& pool) {
    Result<StartedEpisode> started = StartEpisode(Catalog().setups[0], pool, 5);
    WT_CHECK(started.ok(), "an episode of the catalog starts");
    return std::move(started->cluster);
  }

  Sim View() { return cluster_.View(); }
  void Pass(double seconds) {
    cluster_.world().header().now_ns += static_cast<SimTime>(seconds * 1e9);
  }

  u32 ServiceOf(std::string_view name) {
    const auto& services = View().blueprint.graph.services;
    for (u32 s = 0; s < services.size(); ++s) {
      if (View().Text(services[s].name) == name) return s;
    }
    ADD_FAILURE() << "no service " << name;
    return 0;
  }
  // Rows of the containers that run it.
  std::vector<u32> ContainersOf(std::string_view name) {
    std::vector<u32> out;
    const u32 service = ServiceOf(name);
    for (u32 c = 1; c < View().world.Used<Container>(); ++c) {
      const Container& row = View().At<Container>(c);
      if (row.state == ContainerState::kRunning && row.service == service + 1) out.push_back(c);
    }
    return out;
  }
  std::string PathOf(u32 container, i32 port) {
    const Sim sim = View();
    const u32 pod = sim.At<Container>(container).pod;
    return fmt::format("/api/v1/namespaces/{}/pods/{}:{}/proxy/metrics",
                       sim.Text(sim.At<Pod>(pod).ns), PodName(sim, pod), port);
  }
  // The pod of this container has counted so much since its start.
  void Put(u32 container, const std::string& service, const std::string& operation, int fast,
           int slow, double cpu_s, const std::string& more = "") {
    const i32 port = View().blueprint.graph.services[ServiceOf(service)].listen_port;
    const std::string labels =
        fmt::format("service=\"{}\",operation=\"{}\"", service, operation);
    const std::string head = "wavetank_request_duration_seconds_";
    api_.texts[PathOf(container, port)] =
        fmt::format("{0}bucket{{{1},le=\"0.01\"}} {2}\n{0}bucket{{{1},le=\"1\"}} {3}\n"
                    "{0}bucket{{{1},le=\"+Inf\"}} {3}\n{0}sum{{{1}}} {4}\n{0}count{{{1}}} {3}\n"
                    "wavetank_requests_in_flight 2\nwavetank_slots_busy 4\n"
                    "process_cpu_seconds_total {5}\n{6}",
                    head, labels, fast, fast + slow, 0.005 * fast + 0.5 * slow, cpu_s, more);
  }
  std::string Calls(const std::string& callee, int ok, int refused) {
    return fmt::format("wavetank_calls_total{{service=\"x\",operation=\"y\",callee=\"{0}\","
                       "ending=\"ok\"}} {1}\nwavetank_calls_total{{service=\"x\",operation=\"y\","
                       "callee=\"{0}\",ending=\"refused\"}} {2}\n",
                       callee, ok, refused);
  }

  Result<std::unique_ptr<LoadMeter>> StartMeter(const std::string& mode) {
    LoadMeterOptions options;
    options.load_binary = "wavetank-load";
    options.prefix = {WT_PYTHON, std::string(WT_TEST_DIR) + "/fake_load.py", mode};
    options.targets = {{"frontend", "127.0.0.1:1"}};
    options.mix = {{"frontend/search", 1.0}};
    return LoadMeter::Start(api_, options);
  }

  FakePodsApi api_;
  WorldPool pool_;
  SimCluster cluster_;
};

TEST_F(LoadMeterTest, ServicesThatNobodyReachesAreToldWithTheirAddresses) {
  for (const char* mode : {"unheard", "stubborn"}) {
    auto meter = StartMeter(mode);
    ASSERT_TRUE(meter) << meter.error().Text();
    usleep(500'000);
    const Status reached = (*meter)->CheckReached();
    EXPECT_EQ(reached.ok(), mode == std::string("stubborn"));
    if (reached) continue;
    EXPECT_EQ(reached.error().code, ErrorCode::kEnvironment);
    const std::string text = reached.error().Text();
    EXPECT_NE(text.find("cannot reach the Services"), text.npos) << text;
    EXPECT_NE(text.find("frontend at 127.0.0.1:1"), text.npos) << text;
  }
}

TEST_F(LoadMeterTest, TheWorldCountsWhatTheLoadPrinted) {
  auto meter = StartMeter("steady");
  ASSERT_TRUE(meter.ok());
  Sim sim = View();
  ASSERT_TRUE((*meter)->Report(sim).ok());
  LoadSums before;
  const auto add = [](LoadSums& sums, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      const Result<LoadLine> read = ReadLoadLine(line);
      ASSERT_TRUE(read.ok());
      sums.Add(*read);
    }
  };
  add(before, (*meter)->TakeLines());
  const WorldHeader& header = cluster_.world().header();
  const f64 requests = header.client_requests, errors = header.client_errors;
  LoadSums printed;
  u64 lines_seen = 0;
  for (int i = 0; i < 20'000 && lines_seen < 280; ++i) {
    usleep(1000 * static_cast<u32>(i % 7));
    Pass(0.1 + 0.37 * (i % 5));
    ASSERT_TRUE((*meter)->Report(sim).ok());
    const std::vector<std::string> lines = (*meter)->TakeLines();
    lines_seen += lines.size();
    add(printed, lines);
    // To the rounding of one report; it does not grow.
    ASSERT_NEAR(header.client_requests - requests, static_cast<f64>(printed.requests), 1e-4);
    ASSERT_LE(header.client.error, 1.0f);
  }
  ASSERT_GE(lines_seen, 250u);
  EXPECT_GT(printed.requests, 1000u);
  // Failures that one report had no room for (none sent) come with the next that has.
  EXPECT_NEAR(header.client_errors - errors, static_cast<f64>(printed.errors), 1e-4);
  EXPECT_EQ(std::llround(header.client_requests - requests), static_cast<i64>(printed.requests));
  EXPECT_EQ(std::llround(header.client_errors - errors), static_cast<i64>(printed.errors));
  EXPECT_GT(header.client.p99_s, 0.03f);
  EXPECT_LT(header.client.p99_s, 0.051f);
  EXPECT_GT(header.client.p99_s, header.client.p50_s);
}

TEST_F(LoadMeterTest, TheLoadIsToldWhatToSend) {
  LoadMeterOptions options;
  options.load_binary = "load";
  options.prefix = {WT_PYTHON, std::string(WT_TEST_DIR) + "/fake_load.py", "refuses"};
  options.targets = {{"frontend", "10.0.0.1:5000"}};
  options.mix = {{"frontend/search", 0.6}, {"frontend/user", 0.4}};
  options.rps = 12.5;
  options.seed = 9;
  auto meter = LoadMeter::Start(api_, options);
  ASSERT_TRUE(meter.ok());
  Status status = Ok{};
  for (int i = 0; i < 4000 && status; ++i) {
    usleep(5000);
    Sim sim = View();
    status = (*meter)->Report(sim);
  }
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().Text().find(
                "exit code 2: load --target frontend=10.0.0.1:5000 --rate 12.5 --mix "
                "frontend.search=0.6,frontend.user=0.4 --seed 9 --timeout 10s --for 2592000 "
                "--every 1"),
            std::string::npos)
      << status.error().Text();
}

TEST_F(LoadMeterTest, TheRealLoadProgramIsUnderstood) {
  LoadMeterOptions options;
  options.load_binary = WT_LOAD;
  options.targets = {{"frontend", "127.0.0.1:1"}};  // nobody listens there
  options.mix = {{"frontend/search", 0.6}, {"frontend/user", 0.4}};
  options.rps = 50;
  auto meter = LoadMeter::Start(api_, options);
  ASSERT_TRUE(meter.ok());
  Sim sim = View();
  ASSERT_TRUE((*meter)->Report(sim).ok());
  const WorldHeader& header = cluster_.world().header();
  const f64 requests = header.client_requests, errors = header.client_errors;
  std::vector<std::string> lines;
  LoadLine sum;
  for (int i = 0; i < 1000 && lines.size() < 2; ++i) {
    usleep(20'000);
    Pass(0.02);
    ASSERT_TRUE((*meter)->Report(sim).ok());
    for (const std::string& line : (*meter)->TakeLines()) {
      const Result<LoadLine> read = ReadLoadLine(line);
      ASSERT_TRUE(read.ok());
      EXPECT_EQ(read->ok, 0u);
      EXPECT_EQ(read->operations.size(), 2u);
      sum.failed += read->failed;
      sum.latency_s += read->latency_s;
      for (const auto& [time, n] : read->times_s) sum.not_sent += n;
      lines.push_back(line);
    }
  }
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_GT(sum.failed, 40u);
  EXPECT_EQ(sum.not_sent, sum.failed);  // each has its time
  EXPECT_GT(sum.latency_s, 0);
  EXPECT_NEAR(header.client_requests - requests, static_cast<f64>(sum.failed), 1e-4);
  EXPECT_NEAR(header.client_errors - errors, static_cast<f64>(sum.failed), 1e-4);
  EXPECT_EQ(header.client.error, 1.0f);
}

TEST_F(LoadMeterTest, ALoadThatEndsIsAnErrorOnceItsLinesAreReported) {
  auto meter = StartMeter("dies");
  ASSERT_TRUE(meter.ok());
  Status status = Ok{};
  std::size_t lines = 0;
  for (int i = 0; i < 4000 && status; ++i) {
    usleep(5000);
    Pass(0.5);
    Sim sim = View();
    status = (*meter)->Report(sim);
    lines += (*meter)->TakeLines().size();
  }
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kEnvironment);
  EXPECT_NE(status.error().Text().find("exit code 3: no such target"), std::string::npos)
      << status.error().Text();
  EXPECT_EQ(lines, 2u);
}

TEST_F(LoadMeterTest, WhatIsNoSummaryIsAnError) {
  auto meter = StartMeter("nonsense");
  ASSERT_TRUE(meter.ok());
  Status status = Ok{};
  for (int i = 0; i < 4000 && status; ++i) {
    usleep(5000);
    Sim sim = View();
    status = (*meter)->Report(sim);
  }
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().Text().find("not a summary"), std::string::npos);
}

TEST_F(LoadMeterTest, CallersSayWhatFailsAndServersHowLongItTakes) {
  const u32 search = ContainersOf("search").at(0), geo = ContainersOf("geo").at(0);
  Put(search, "search", "nearby", 1000, 0, 5, Calls("geo/nearby", 900, 0));
  Put(geo, "geo", "nearby", 900, 0, 7);
  ServiceMeter meter(api_);
  EXPECT_FALSE(meter.Scrape(View(), {}));  // what came before is nobody's
  Pass(5);
  Put(search, "search", "nearby", 1050, 0, 5.5, Calls("geo/nearby", 930, 10));
  Put(geo, "geo", "nearby", 928, 2, 8);
  LoadSums load;
  load.operations["frontend.search"] = {45, 5};
  ASSERT_TRUE(meter.Scrape(View(), load));
  const FlowServiceRow& row = meter.services()[ServiceOf("geo")];
  EXPECT_FLOAT_EQ(row.rate, 8);       // 40 attempts in 5 s
  EXPECT_FLOAT_EQ(row.error, 0.25f);  // 10 of them refused: geo knows nothing of those
  EXPECT_FLOAT_EQ(row.latency_s, static_cast<f32>((28 * 0.005 + 2 * 0.5) / 30));
  EXPECT_FLOAT_EQ(row.p99_s, static_cast<f32>(0.01 + 0.99 * (29.7 - 28) / 2));
  EXPECT_FLOAT_EQ(row.cpu_cores, 0.2f);
  EXPECT_FLOAT_EQ(row.in_flight, 2);
  EXPECT_FLOAT_EQ(row.utilisation, 4.0f / 128);
  const FlowServiceRow& frontend = meter.services()[ServiceOf("frontend")];
  EXPECT_FLOAT_EQ(frontend.rate, 10);
  EXPECT_FLOAT_EQ(frontend.error, 0.1f);
  EXPECT_EQ(meter.services()[ServiceOf("user")].rate, 0);  // nobody asked it
  const u32 operation = View().blueprint.graph.services[ServiceOf("geo")].first_operation;
  EXPECT_FLOAT_EQ(meter.operations()[operation].rate, 8);
  EXPECT_GT(meter.operations()[operation].variance_s2, 0);
}

TEST_F(LoadMeterTest, CountersOfARestartedContainerBeginAnew) {
  const u32 geo = ContainersOf("geo").at(0);
  Put(geo, "geo", "nearby", 900, 0, 7);
  ServiceMeter meter(api_);
  meter.Scrape(View(), {});
  Pass(5);
  View().At<Container>(geo).restarts += 1;
  View().At<Container>(geo).started_ms = View().now_ms() - 2000;
  Put(geo, "geo", "nearby", 4, 1, 0.5);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  const FlowServiceRow& row = meter.services()[ServiceOf("geo")];
  EXPECT_FLOAT_EQ(row.latency_s, (4 * 0.005f + 0.5f) / 5);
  EXPECT_FLOAT_EQ(row.cpu_cores, 0.1f);
  // The restart not yet seen in the pod's status: counters went back.
  Pass(5);
  Put(geo, "geo", "nearby", 2, 0, 0.1);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("geo")].latency_s, 0.005f);
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("geo")].cpu_cores, 0.02f);
}

TEST_F(LoadMeterTest, AnOldPodThatAnswersForTheFirstTimeCountsFromThere) {
  const u32 geo = ContainersOf("geo").at(0);
  ServiceMeter meter(api_);
  meter.Scrape(View(), {});
  const f32 known = meter.services()[ServiceOf("geo")].latency_s;
  Pass(5);
  Put(geo, "geo", "nearby", 900, 900, 7);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_EQ(meter.services()[ServiceOf("geo")].latency_s, known);
  Pass(5);
  Put(geo, "geo", "nearby", 901, 900, 7);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("geo")].latency_s, 0.005f);
}

TEST_F(LoadMeterTest, APodThatDoesNotAnswerIsNoDataAndOneThatIsGoneIsNothing) {
  const u32 geo = ContainersOf("geo").at(0);
  Put(geo, "geo", "nearby", 900, 0, 7);
  ServiceMeter meter(api_);
  meter.Scrape(View(), {});
  Pass(5);
  Put(geo, "geo", "nearby", 910, 0, 7.5);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  const auto full = api_.texts;
  api_.texts.clear();
  Pass(5);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("geo")].latency_s, 0.005f);
  // It answers again: the time that it was silent counts, so that rates are not too high.
  api_.texts = full;
  Pass(5);
  Put(geo, "geo", "nearby", 930, 0, 9.5);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("geo")].cpu_cores, 0.2f);
  for (const u32 c : ContainersOf("geo")) {
    View().At<Container>(c).state = ContainerState::kTerminated;
  }
  Pass(5);
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_EQ(meter.services()[ServiceOf("geo")].latency_s, 0);
  EXPECT_EQ(meter.services()[ServiceOf("geo")].cpu_cores, 0);
}

TEST_F(LoadMeterTest, AServiceOnAUdpPortIsReadAtAnotherPortOfItsContainer) {
  const u32 jaeger = ContainersOf("jaeger").at(0);
  api_.texts[PathOf(jaeger, 14269)] =
      "wavetank_request_duration_seconds_count{service=\"jaeger\",operation=\"report\"} 3\n"
      "process_cpu_seconds_total 1\n";
  ServiceMeter meter(api_);
  meter.Scrape(View(), {});
  const std::size_t first = api_.asked.size();
  Pass(5);
  api_.texts[PathOf(jaeger, 14269)] =
      "wavetank_request_duration_seconds_count{service=\"jaeger\",operation=\"report\"} 3\n"
      "process_cpu_seconds_total 2\n";
  ASSERT_TRUE(meter.Scrape(View(), {}));
  EXPECT_FLOAT_EQ(meter.services()[ServiceOf("jaeger")].cpu_cores, 0.2f);
  EXPECT_LT(api_.asked.size() - first, first);  // the port is known now
}

TEST_F(LoadMeterTest, BetweenScrapesRowsStayAsTheyWere) {
  auto meter = StartMeter("steady");
  ASSERT_TRUE(meter.ok());
  Sim sim = View();
  ASSERT_TRUE((*meter)->Report(sim).ok());
  const std::size_t asked = api_.asked.size();
  EXPECT_GT(asked, 0u);
  const f32 before = sim.world.Rows<FlowServiceRow>()[ServiceOf("geo")].latency_s;
  for (int i = 0; i < 4; ++i) {
    usleep(20'000);
    Pass(1);
    ASSERT_TRUE((*meter)->Report(sim).ok());
  }
  EXPECT_EQ(api_.asked.size(), asked);
  EXPECT_EQ(sim.world.Rows<FlowServiceRow>()[ServiceOf("geo")].latency_s, before);
  usleep(20'000);
  Pass(1.5);
  ASSERT_TRUE((*meter)->Report(sim).ok());
  EXPECT_GT(api_.asked.size(), asked);
}

}  // namespace
}  // namespace wt
