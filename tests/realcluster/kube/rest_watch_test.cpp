// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;

std::string Line(const char* type, int version, const std::string& note = "") {
  return fmt::format(R"({{"type":"{}","object":{{"kind":"Pod","metadata":{{"name":"a","uid":"u",)"
                     R"("resourceVersion":"{}"}},"note":"{}"}}}})",
                     type, version, note) +
         "\n";
}

std::unique_ptr<RestKubeApi> Connect(const FakeServer& server) {
  return std::move(*RestKubeApi::Open(TargetOf(server),
                                      {.connect_timeout_s = 1, .timeout_s = 2, .retry_for_s = 1}));
}

// Lines until `count` have come, an error, or 5 s.
std::vector<std::string> Take(RestKubeApi& api, ApiWatch& watch, std::size_t count,
                              std::string* error = nullptr) {
  std::vector<std::string> lines;
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (lines.size() < count && Clock::now() < deadline) {
    Result<std::optional<std::string>> line = watch.Next();
    if (!line) {
      if (error != nullptr) *error = line.error().Text();
      return lines;
    }
    if (*line) {
      lines.push_back(**line);
    } else {
      api.WaitForWatches(0.5);
    }
  }
  return lines;
}

TEST(Watch, GoesOnFromTheLastVersionAfterEndsAndDrops) {
  std::mutex mutex;
  std::vector<FakeRequest> seen;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    std::size_t which = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      seen.push_back(request);
      which = seen.size();
    }
    connection.BeginChunks();
    if (which == 1) {
      connection.Chunk(Line("ADDED", 11) + Line("BOOKMARK", 12));
      connection.EndChunks();
    } else if (which == 2) {
      connection.Chunk(Line("MODIFIED", 13) + Line("MODIFIED", 14).substr(0, 30));
      connection.Drop();
    } else {
      connection.Chunk(Line("MODIFIED", 14) + Line("DELETED", 15));
      char byte;
      connection.ReadSome(&byte, 1);
    }
  });
  auto api = Connect(server);
  auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=10&labelSelector=app%3Dweb"});
  ASSERT_TRUE(watch) << watch.error().Text();
  const auto lines = Take(*api, **watch, 5);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[2] + "\n", Line("MODIFIED", 13));
  EXPECT_EQ(lines[4] + "\n", Line("DELETED", 15));
  const std::lock_guard<std::mutex> lock(mutex);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].parameters["resourceVersion"], "10");
  EXPECT_EQ(seen[1].parameters["resourceVersion"], "12");
  EXPECT_EQ(seen[2].parameters["resourceVersion"], "13");
  for (FakeRequest& request : seen) {
    EXPECT_EQ(request.parameters["watch"], "true");
    EXPECT_EQ(request.parameters["allowWatchBookmarks"], "true");
    EXPECT_EQ(request.parameters["labelSelector"], "app=web");
  }
}

TEST(Watch, A410IsTheLastLineWhetherAnswerOrLine) {
  const std::string expired = StatusBody(410, "Expired", "too old");
  for (const bool as_line : {false, true}) {
    FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
      if (!as_line) return (void)connection.Reply(410, expired);
      connection.BeginChunks();
      connection.Chunk(R"({"type":"ERROR","object":)" + expired + "}\n");
      connection.EndChunks();
    });
    auto api = Connect(server);
    auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
    ASSERT_TRUE(watch) << watch.error().Text();
    const auto lines = Take(*api, **watch, 1);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0], R"({"type":"ERROR","object":)" + expired + "}");
    EXPECT_EQ(*(*watch)->Next(), std::nullopt);
    EXPECT_EQ(server.requests(), 1);
  }
}

TEST(Watch, WithoutAVersionItDoesNotGoOnInTheMiddleOfTheFirstObjects) {
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    connection.Chunk(Line("ADDED", 50));
    connection.Drop();
  });
  auto api = Connect(server);
  auto watch = api->Watch({.path = "/pods"});
  const auto lines = Take(*api, **watch, 2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[1].find("\"ERROR\""), std::string::npos);
  EXPECT_NE(lines[1].find("410"), std::string::npos);
}

struct RefusedRow {
  int status;
  ErrorCode code;
};

TEST(Watch, RefusalsAreErrors) {
  for (const RefusedRow row :
       {RefusedRow{400, ErrorCode::kBadRequest}, RefusedRow{403, ErrorCode::kForbidden},
        RefusedRow{404, ErrorCode::kNotFound}, RefusedRow{422, ErrorCode::kInvalidObject},
        RefusedRow{401, ErrorCode::kEnvironment}, RefusedRow{503, ErrorCode::kEnvironment}}) {
    FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
      connection.Reply(row.status, StatusBody(row.status, "R", "words"));
    });
    const auto watch = Connect(server)->Watch({.path = "/pods", .query = "resourceVersion=1"});
    ASSERT_FALSE(watch) << row.status;
    EXPECT_EQ(watch.error().code, row.code) << row.status;
    EXPECT_NE(watch.error().what.find("words"), std::string::npos);
  }
}

TEST(Watch, AServerThatIsGoneIsAnErrorOnceTheRetriesAreOver) {
  auto server = std::make_unique<FakeServer>(FakeOptions{},
                                             [](FakeConnection& connection, const FakeRequest&) {
                                               connection.BeginChunks();
                                               char byte;
                                               connection.ReadSome(&byte, 1);
                                             });
  auto api = Connect(*server);
  auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
  ASSERT_TRUE(watch);
  server.reset();
  std::string error;
  EXPECT_TRUE(Take(*api, **watch, 1, &error).empty());
  EXPECT_NE(error.find("tries in"), std::string::npos) << error;
}

TEST(Watch, WhatIsNoWatchLineIsAnError) {
  for (const char* line :
       {"nonsense\n", "{\"type\":\"ADDED\"}\n", "{\"type\":\"ADDED\",\"object\":{\n"}) {
    FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
      connection.BeginChunks();
      connection.Chunk(line);
      connection.EndChunks();
    });
    auto api = Connect(server);
    auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
    std::string error = watch ? "" : watch.error().Text();
    if (watch) Take(*api, **watch, 1, &error);
    EXPECT_NE(error.find("no watch line"), std::string::npos) << line << ": " << error;
  }
}

TEST(Watch, LinesNotTakenAreNotPiledUp) {
  std::atomic<long> sent{0};
  std::atomic<bool> stop{false};
  const std::string line = Line("MODIFIED", 20, std::string(100000, 'x'));
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    while (!stop && sent < 400 && connection.Chunk(line)) ++sent;
    if (!stop) connection.Chunk(Line("DELETED", 21));
    char byte;
    connection.ReadSome(&byte, 1);
  });
  auto api = Connect(server);
  auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
  ASSERT_TRUE(watch);
  const auto until = Clock::now() + std::chrono::milliseconds(700);
  while (Clock::now() < until) api->WaitForWatches(0.01);
  const long before = sent;
  EXPECT_LT(before, 250) << "40 MB were sent; what is not taken is 4 MiB and the kernel's buffers";
  EXPECT_EQ(Take(*api, **watch, 401).size(), 401u);
  EXPECT_EQ(sent, 400);
  stop = true;
}

TEST(Watch, WaitingEndsWhenTheOtherDescriptorIsReadable) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    char byte;
    connection.ReadSome(&byte, 1);
  });
  auto api = Connect(server);
  auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
  const int wake = eventfd(1, EFD_CLOEXEC);
  const auto begin = Clock::now();
  api->WaitForWatches(10, wake);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  close(wake);
  const auto again = Clock::now();
  api->WaitForWatches(0.3);
  EXPECT_GE(Clock::now() - again, std::chrono::milliseconds(290));
}

TEST(Watch, CallsGoOnBesideIt) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    if (!request.parameters.contains("watch")) return (void)connection.Reply(200, "{}");
    connection.BeginChunks();
    for (int i = 2; i < 102; ++i) connection.Chunk(Line("MODIFIED", i));
    char byte;
    connection.ReadSome(&byte, 1);
  });
  auto api = Connect(server);
  auto watch = api->Watch({.path = "/pods", .query = "resourceVersion=1"});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(api->Call({.path = "/x"})->status, 200);
  EXPECT_EQ(Take(*api, **watch, 100).size(), 100u);
}

TEST(Watch, A401OnTheWayIsCuredByANewToken) {
  const std::string path = testing::TempDir() + "watch-token-" + std::to_string(getpid());
  std::ofstream(path) << "one";
  std::atomic<int> requests{0};
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    if (++requests == 2) {
      std::ofstream(path) << "two";
      return (void)connection.Reply(401, StatusBody(401, "Unauthorized", "no"));
    }
    connection.BeginChunks();
    connection.Chunk(Line(requests == 1 ? "ADDED" : "MODIFIED", 10 + requests,
                          request.headers.at("authorization")));
    connection.EndChunks();
  });
  KubeTarget target = TargetOf(server);
  target.token_file = path;
  auto api = RestKubeApi::Open(target, {.retry_for_s = 1});
  auto watch = (*api)->Watch({.path = "/pods", .query = "resourceVersion=1"});
  const auto lines = Take(**api, **watch, 2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[1].find("Bearer two"), std::string::npos);
  unlink(path.c_str());
}

}  // namespace
}  // namespace wt
