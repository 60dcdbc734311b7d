// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "realcluster/kube/rest_kube_api.h"
#include "sim/api/file_io.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

RestOptions Quick() { return {.connect_timeout_s = 1, .timeout_s = 2, .retry_for_s = 1.5}; }

std::unique_ptr<RestKubeApi> Connect(const FakeServer& server, RestOptions options = Quick()) {
  return std::move(*RestKubeApi::Open(TargetOf(server), options));
}

struct RetryRow {
  const char* title;
  const char* method;
  std::vector<int> statuses;  // of the tries, one after the other; the last again and again
  int final_status;
  int requests;  // 0: more than one
};

class Retries : public testing::TestWithParam<RetryRow> {};

TEST_P(Retries, AreSentAsOftenAsTheMethodAllows) {
  const RetryRow& row = GetParam();
  std::atomic<std::size_t> served{0};
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
    const std::size_t which = std::min(served++, row.statuses.size() - 1);
    const int status = row.statuses[which];
    if (status == 0) return connection.Drop();
    connection.Reply(status, status < 300 ? "{}" : StatusBody(status, "R", "words"));
  });
  auto api = Connect(server);
  const Result<ApiReply> reply = api->Call({.method = row.method, .path = "/api/v1/x"});
  if (row.final_status == 0) {
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kEnvironment);
    EXPECT_EQ(reply.error().where, server.url());
  } else {
    ASSERT_TRUE(reply) << reply.error().Text();
    EXPECT_EQ(reply->status, row.final_status);
  }
  if (row.requests > 0) {
    EXPECT_EQ(server.requests(), row.requests);
  } else {
    EXPECT_GT(server.requests(), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Retries,
                         testing::Values(RetryRow{"get_500", "GET", {500, 503, 200}, 200, 3},
                                         RetryRow{"get_504_to_the_end", "GET", {504}, 504, 0},
                                         RetryRow{"get_404", "GET", {404}, 404, 1},
                                         RetryRow{"get_409", "GET", {409}, 409, 1},
                                         RetryRow{"get_dropped", "GET", {0, 0, 200}, 200, 3},
                                         RetryRow{"get_dropped_to_the_end", "GET", {0}, 0, 0},
                                         RetryRow{"post_429", "POST", {429, 201}, 201, 2},
                                         RetryRow{"post_500", "POST", {500, 201}, 500, 1},
                                         RetryRow{"post_503", "POST", {503, 201}, 503, 1},
                                         RetryRow{"post_dropped", "POST", {0, 201}, 0, 1},
                                         RetryRow{"patch_dropped", "PATCH", {0, 200}, 0, 1},
                                         RetryRow{"delete_dropped", "DELETE", {0, 200}, 0, 1},
                                         RetryRow{"delete_429", "DELETE", {429, 429, 200}, 200, 3}),
                         [](const auto& row) { return row.param.title; });

TEST(RestCall, AWriteIsSentOnceAlsoWhenAKeptConnectionTurnsOutDead) {
  std::atomic<int> posts{0};
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    if (request.method == "GET") {
      connection.Reply(200, "{}");
    } else {
      ++posts;
      connection.Drop();
    }
  });
  auto api = Connect(server);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(api->Call({.path = "/api"}));
    EXPECT_FALSE(api->Call({.method = "POST", .path = "/api", .body = "{}"}));
    EXPECT_FALSE(api->Call({.method = "DELETE", .path = "/api"}));
  }
  EXPECT_EQ(posts, 10);
}

TEST(RestCall, ARefusedConnectionIsTriedAgainForWritesToo) {
  const int port = UnusedPort();
  KubeTarget target;
  target.server = "http://127.0.0.1:" + std::to_string(port);
  auto api = RestKubeApi::Open(target, {.connect_timeout_s = 1, .retry_for_s = 0.8});
  const Result<ApiReply> reply = (*api)->Call({.method = "POST", .path = "/api"});
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().what.find("tries in"), std::string::npos) << reply.error().Text();
}

TEST(RestCall, RetryAfterIsKeptTo) {
  std::atomic<int> served{0};
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest&) {
    if (served++ == 0) {
      connection.Reply(429, "{}", {"Retry-After: 1"});
    } else {
      connection.Reply(200, "{}");
    }
  });
  auto api = Connect(server);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(api->Call({.path = "/api"})->status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1000));
}

TEST(RestCall, ARetryAfterBeyondTheTimeGivesTheAnswerAtOnce) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(429, "{}", {"Retry-After: 60"});
  });
  auto api = Connect(server);
  EXPECT_EQ(api->Call({.path = "/api"})->status, 429);
  EXPECT_EQ(server.requests(), 1);
}

TEST(RestCall, AnAnswerTooLargeIsAnErrorAndNotKept) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    const std::string megabyte(1 << 20, 'x');
    while (connection.Chunk(megabyte)) {
    }
  });
  RestOptions options = Quick();
  options.body_bytes_max = 3 << 20;
  auto api = Connect(server, options);
  const Result<ApiReply> reply = api->Call({.path = "/api"});
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().what.find("more than 3145728 bytes"), std::string::npos);
  EXPECT_EQ(server.requests(), 1);
}

TEST(RestCall, ASlowAnswerEndsAtTheTimeLimit) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    while (connection.Chunk("x")) usleep(20000);
  });
  RestOptions options = Quick();
  options.timeout_s = 0.5;
  options.retry_for_s = 0.2;
  auto api = Connect(server, options);
  const auto begin = std::chrono::steady_clock::now();
  const Result<ApiReply> reply = api->Call({.path = "/api"});
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().what.find("timed out"), std::string::npos) << reply.error().Text();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(RestCall, ConnectionsAreKeptAliveForReads) {
  FakeServer server(
      {}, [](FakeConnection& connection, const FakeRequest&) { connection.Reply(200, "{}"); });
  auto api = Connect(server);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(api->Call({.path = "/api"})->status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST(RestCall, MethodQueryBodyAndTypeArriveAsTheyWereAsked) {
  FakeRequest seen;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    seen = request;
    connection.Reply(201, "{}");
  });
  auto api = Connect(server);
  ASSERT_TRUE(api->Call({.method = "PATCH",
                         .path = "/apis/apps/v1/namespaces/shop/deployments/web",
                         .query = "fieldManager=wavetank&force=true&dryRun=All",
                         .content_type = "application/apply-patch+yaml",
                         .body = "{\"a\":1}"}));
  EXPECT_EQ(seen.method, "PATCH");
  EXPECT_EQ(seen.path, "/apis/apps/v1/namespaces/shop/deployments/web");
  EXPECT_EQ(seen.query, "fieldManager=wavetank&force=true&dryRun=All");
  EXPECT_EQ(seen.headers["content-type"], "application/apply-patch+yaml");
  EXPECT_EQ(seen.headers["accept"], "application/json");
  EXPECT_EQ(seen.headers["user-agent"], "wavetank");
  EXPECT_EQ(seen.body, "{\"a\":1}");
  ASSERT_TRUE(api->Call({.method = "DELETE", .path = "/api/v1/x"}));
  EXPECT_EQ(seen.body, "");
  EXPECT_FALSE(seen.headers.contains("content-type"));
  ASSERT_TRUE(api->Call({.method = "DELETE", .path = "/api/v1/x", .body = "{}"}));
  EXPECT_EQ(seen.headers["content-type"], "application/json");
}

TEST(RestCall, APathThatDoesNotBeginWithASlashGoesNowhere) {
  FakeServer server(
      {}, [](FakeConnection& connection, const FakeRequest&) { connection.Reply(200, "{}"); });
  auto api = Connect(server);
  EXPECT_EQ(api->Call({.path = "@elsewhere/api"}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(server.requests(), 0);
}

TEST(RestCall, ATokenFileIsReadAgainAfter401) {
  const std::string path = testing::TempDir() + "token-" + std::to_string(getpid());
  ASSERT_TRUE(WriteFileWhole(path, "old\n"));
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    if (request.headers.at("authorization") == "Bearer new")
      return (void)connection.Reply(200, "{}");
    std::ofstream(path) << "new\n";  // the same file: its time may not tell
    connection.Reply(401, StatusBody(401, "Unauthorized", "no"));
  });
  KubeTarget target = TargetOf(server);
  target.token_file = path;
  auto api = RestKubeApi::Open(target, Quick());
  ASSERT_TRUE(api) << api.error().Text();
  EXPECT_EQ((*api)->Call({.method = "POST", .path = "/api"})->status, 200);
  EXPECT_EQ(server.requests(), 2);
  unlink(path.c_str());
}

TEST(RestCall, A401ThatNothingCuresIsHandedOut) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(401, StatusBody(401, "Unauthorized", "no"));
  });
  KubeTarget target = TargetOf(server);
  target.token = "secret";
  auto api = RestKubeApi::Open(target, Quick());
  EXPECT_EQ((*api)->Call({.path = "/api"})->status, 401);
  EXPECT_EQ(server.requests(), 1);
}

TEST(RestCall, BasicAuthIsSent) {
  std::string seen;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    seen = request.headers.at("authorization");
    connection.Reply(200, "{}");
  });
  KubeTarget target = TargetOf(server);
  target.username = "ann";
  target.password = "p:w";
  auto api = RestKubeApi::Open(target, Quick());
  ASSERT_TRUE((*api)->Call({.path = "/api"}));
  EXPECT_EQ(seen, "Basic YW5uOnA6dw==");
}

TEST(RestStream, HandsOnBytesAndEndsWhenAsked) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    if (request.path == "/none") {
      return (void)connection.Reply(404, StatusBody(404, "NotFound", "pods a not found"));
    }
    connection.BeginChunks();
    if (request.path == "/cut") {
      connection.Chunk("one\n");
      return connection.Drop();
    }
    for (int i = 0; i < 3; ++i) connection.Chunk("line\n");
    if (request.path == "/ends") return (void)connection.EndChunks();
    while (connection.Chunk("more\n")) usleep(1000);
  });
  auto api = Connect(server);
  std::string text;
  ASSERT_TRUE(api->Stream({.path = "/ends"}, [&](std::string_view bytes) {
    text += bytes;
    return true;
  }));
  EXPECT_EQ(text, "line\nline\nline\n");
  text.clear();
  ASSERT_TRUE(api->Stream({.path = "/goes-on"}, [&](std::string_view bytes) {
    text += bytes;
    return text.find("more") == text.npos;
  }));
  const auto all = [](std::string_view) { return true; };
  const Status none = api->Stream({.path = "/none"}, all);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  const int before = server.requests();
  const Status cut = api->Stream({.path = "/cut"}, all);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(server.requests(), before + 1);
}

TEST(RestStream, ASilentStreamCanBeEnded) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.BeginChunks();
    char byte;
    connection.ReadSome(&byte, 1);
  });
  auto api = Connect(server);
  int calls = 0;
  ASSERT_TRUE(api->Stream({.path = "/quiet"}, [&](std::string_view bytes) {
    EXPECT_TRUE(bytes.empty());
    return ++calls < 1;
  }));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace wt
