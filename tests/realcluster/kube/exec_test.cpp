// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/exec.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

constexpr const char* kV5 = "v5.channel.k8s.io";
constexpr const char* kV4 = "v4.channel.k8s.io";

ExecRequest Request(std::vector<std::string> command, std::string input = "") {
  ExecRequest request;
  request.name_space = "shop";
  request.pod = "web-1";
  request.command = std::move(command);
  request.input = std::move(input);
  request.timeout_s = 10;
  return request;
}

std::string On(int channel, const std::string& data) {
  return std::string(1, static_cast<char>(channel)) + data;
}

std::string ExitStatus(int code) {
  if (code == 0) return On(3, R"({"metadata":{},"status":"Success"})");
  return On(3, R"({"metadata":{},"status":"Failure","reason":"NonZeroExitCode","details":)"
               R"({"causes":[{"reason":"ExitCode","message":")" +
                   std::to_string(code) + "\"}]}}");
}

// A container whose commands are: "exit N", "cat" (needs its input's end, or with v4 "\x04").
void Container(FakeConnection& connection, const FakeRequest& request,
               const std::string& protocol) {
  connection.Upgrade(request, protocol);
  const std::vector<std::string> command = request.All("command");
  if (command[0] == "exit") {
    connection.SendMessage(On(1, "out"));
    connection.SendMessage(On(2, "err"));
    connection.SendMessage(ExitStatus(std::stoi(command[1])));
    connection.SendClose();
    return connection.Close();
  }
  for (;;) {
    const auto message = connection.ReadMessage();
    if (!message) return;
    const bool is_end = protocol == kV5 ? *message == std::string("\xff\0", 2)
                                        : message->find('\x04') != message->npos;
    if (is_end) break;
    ASSERT_EQ((*message)[0], 0) << "a frame that does not begin with its channel";
    connection.SendMessage(On(1, message->substr(1)));
  }
  connection.SendMessage(ExitStatus(0));
}

class ExecOver : public testing::TestWithParam<const char*> {
 protected:
  FakeServer server_{{}, [](FakeConnection& connection, const FakeRequest& request) {
                       Container(connection, request, GetParam());
                     }};
};

TEST_P(ExecOver, GivesOutputsAndTheExitCode) {
  for (const int code : {0, 1, 3, 137}) {
    const auto result = Exec(TargetOf(server_), Request({"exit", std::to_string(code)}));
    ASSERT_TRUE(result) << result.error().Text();
    EXPECT_EQ(result->exit_code, code);
    EXPECT_EQ(result->out, "out");
    EXPECT_EQ(result->err, "err");
    EXPECT_FALSE(result->truncated);
  }
}

TEST_P(ExecOver, SendsAMegabyteOfInputWhileOutputComesBack) {
  std::string input(1 << 20, 'a');
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<char>('a' + i % 23);
  ExecRequest request = Request({"cat"}, input + (GetParam() == kV4 ? "\x04" : ""));
  request.bytes_max = 4 << 20;
  const auto result = Exec(TargetOf(server_), request);
  ASSERT_TRUE(result) << result.error().Text();
  // With v4 the last message, which ends the command, is not answered.
  EXPECT_TRUE(input.starts_with(result->out));
  EXPECT_GE(result->out.size(), GetParam() == kV5 ? input.size() : input.size() - (32 << 10));
}

TEST_P(ExecOver, KeepsNoMoreOutputThanAsked) {
  ExecRequest request = Request({"exit", "0"});
  request.bytes_max = 4;
  const auto result = Exec(TargetOf(server_), request);
  ASSERT_TRUE(result) << result.error().Text();
  EXPECT_EQ(result->out + result->err, "oute");
  EXPECT_TRUE(result->truncated);
}

INSTANTIATE_TEST_SUITE_P(Protocols, ExecOver, testing::Values(kV5, kV4),
                         [](const auto& which) { return std::string(which.param).substr(0, 2); });

TEST(Exec, AsksForBothProtocolsAndOnlyForWhatIsNeeded) {
  FakeRequest seen;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    seen = request;
    Container(connection, request, kV5);
  });
  KubeTarget target = TargetOf(server);
  target.token = "tok";
  ExecRequest request = Request({"exit", "0", "a&b c"});
  request.container = "main";
  ASSERT_TRUE(Exec(target, request));
  EXPECT_EQ(seen.path, "/api/v1/namespaces/shop/pods/web-1/exec");
  EXPECT_EQ(seen.query,
            "stdout=true&stderr=true&container=main&command=exit&command=0"
            "&command=a%26b%20c");
  EXPECT_EQ(seen.headers["sec-websocket-protocol"], "v5.channel.k8s.io, v4.channel.k8s.io");
  EXPECT_EQ(seen.headers["authorization"], "Bearer tok");
}

TEST(Exec, RefusalsAreTheServersWords) {
  for (const auto& [status, code] :
       {std::pair(404, ErrorCode::kNotFound), std::pair(403, ErrorCode::kForbidden),
        std::pair(400, ErrorCode::kBadRequest), std::pair(401, ErrorCode::kEnvironment),
        std::pair(500, ErrorCode::kEnvironment)}) {
    FakeServer server({}, [status = status](FakeConnection& connection, const FakeRequest&) {
      connection.Reply(status, StatusBody(status, "R", std::string(5000, 'w')));
    });
    const auto result = Exec(TargetOf(server), Request({"true"}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << status;
    EXPECT_NE(result.error().what.find("wwww"), std::string::npos) << result.error().Text();
    EXPECT_EQ(server.requests(), 1);
  }
}

TEST(Exec, ACommandThatDidNotRunIsAnError) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    connection.Upgrade(request, kV5);
    connection.SendMessage(On(3, R"({"status":"Failure","reason":"InternalError",)"
                                 R"("message":"exec: nope: executable file not found"})"));
  });
  const auto result = Exec(TargetOf(server), Request({"nope"}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kBadRequest);
  EXPECT_NE(result.error().what.find("executable file not found"), std::string::npos);
}

TEST(Exec, ACutConnectionIsNoExitCode) {
  for (const bool in_order : {true, false}) {
    FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
      connection.Upgrade(request, kV5);
      connection.SendMessage(On(1, "half"));
      if (in_order) {
        connection.SendClose();
        connection.Close();
      } else {
        connection.Drop();
      }
    });
    const auto result = Exec(TargetOf(server), Request({"true"}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kEnvironment);
  }
}

TEST(Exec, EndsAtItsTimeLimit) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    connection.Upgrade(request, kV5);
    while (connection.SendMessage(On(1, "tick"))) usleep(10000);
  });
  ExecRequest request = Request({"sleep"});
  request.timeout_s = 0.4;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = Exec(TargetOf(server), request);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("within 0.4 s"), std::string::npos) << result.error().Text();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

TEST(Exec, AServerThatSpeaksNeitherProtocolIsRefused) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    connection.Upgrade(request, "channel.k8s.io");
  });
  EXPECT_NE(Exec(TargetOf(server), Request({"true"})).error().what.find("speaks 'channel.k8s.io'"),
            std::string::npos);
}

TEST(Exec, NobodyThereIsAnError) {
  KubeTarget target;
  target.server = "https://127.0.0.1:" + std::to_string(UnusedPort());
  const auto result = Exec(target, Request({"true"}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kEnvironment);
  EXPECT_NE(result.error().what.find("refused"), std::string::npos) << result.error().Text();
}

TEST(Exec, GoesWithoutTlsToo) {
  FakeServer server({.tls = false, .certificate = {}, .client_ca_pem = ""},
                    [](FakeConnection& connection, const FakeRequest& request) {
                      Container(connection, request, kV5);
                    });
  const auto result = Exec(TargetOf(server), Request({"exit", "7"}));
  ASSERT_TRUE(result) << result.error().Text();
  EXPECT_EQ(result->exit_code, 7);
}

}  // namespace
}  // namespace wt
