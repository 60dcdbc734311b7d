// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "realcluster/kube/exec.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

constexpr const char* kProtocol = "v4.channel.k8s.io";

int ConnectTo(int port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons(static_cast<std::uint16_t>(port));
  if (connect(client, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0) return client;
  close(client);
  return -1;
}

std::string ReadAll(int client, std::size_t most = std::string::npos) {
  std::string text;
  char buffer[65536];
  while (text.size() < most) {
    const ssize_t got = recv(client, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

void SendAll(int client, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// As the kubelet begins: the port on both channels.
void BeginForward(FakeConnection& connection, const FakeRequest& request) {
  connection.Upgrade(request, kProtocol);
  const int port = std::stoi(request.parameters.at("ports"));
  for (const char channel : {'\0', '\1'}) {
    const char head[] = {channel, static_cast<char>(port), static_cast<char>(port >> 8)};
    connection.SendMessage({head, sizeof head});
  }
}

void Echo(FakeConnection& connection, const FakeRequest& request) {
  BeginForward(connection, request);
  while (const auto message = connection.ReadMessage()) {
    ASSERT_EQ((*message)[0], '\0');
    if (!connection.SendMessage(*message)) return;
  }
}

TEST(PortForward, AMegabyteGoesThereAndBack) {
  std::string path;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    path = request.path + "?" + request.query;
    Echo(connection, request);
  });
  auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 8080);
  ASSERT_TRUE(forward) << forward.error().Text();
  EXPECT_EQ(path, "/api/v1/namespaces/shop/pods/web-1/portforward?ports=8080");
  std::string sent(1 << 20, ' ');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 >> 3);
  const int client = ConnectTo((*forward)->local_port());
  std::thread sender([&] { SendAll(client, sent); });
  EXPECT_EQ(ReadAll(client, sent.size()), sent);
  sender.join();
  close(client);
  EXPECT_EQ((*forward)->last_error(), "");
}

TEST(PortForward, ManyConnectionsGoAtOnce) {
  FakeServer server({}, Echo);
  auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 8080);
  ASSERT_TRUE(forward);
  std::vector<int> clients;
  for (int i = 0; i < 12; ++i) clients.push_back(ConnectTo((*forward)->local_port()));
  for (std::size_t i = 0; i < clients.size(); ++i)
    SendAll(clients[i], "hello " + std::to_string(i));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string expected = "hello " + std::to_string(i);
    EXPECT_EQ(ReadAll(clients[i], expected.size()), expected);
    close(clients[i]);
  }
}

TEST(PortForward, TheAnswerAfterTheClientsEndStillComes) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    BeginForward(connection, request);
    if (!connection.ReadMessage()) return;
    usleep(200000);
    connection.SendMessage(std::string("\0answer", 7));
    connection.SendClose();
    connection.Close();
  });
  auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 80);
  ASSERT_TRUE(forward);
  const int client = ConnectTo((*forward)->local_port());
  SendAll(client, "question");
  shutdown(client, SHUT_WR);
  EXPECT_EQ(ReadAll(client), "answer");
  close(client);
}

TEST(PortForward, TheErrorChannelIsTold) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest& request) {
    BeginForward(connection, request);
    connection.SendMessage("\1failed to connect to localhost:81: connection refused");
  });
  auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 81);
  ASSERT_TRUE(forward) << forward.error().Text();
  const int client = ConnectTo((*forward)->local_port());
  EXPECT_EQ(ReadAll(client), "");
  EXPECT_EQ((*forward)->last_error(), "failed to connect to localhost:81: connection refused");
  close(client);
}

TEST(PortForward, RefusalsComeWhenItIsOpened) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(404, StatusBody(404, "NotFound", "pods web-1 not found"));
  });
  const auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 80);
  ASSERT_FALSE(forward);
  EXPECT_EQ(forward.error().code, ErrorCode::kNotFound);
  EXPECT_NE(forward.error().what.find("pods web-1 not found"), std::string::npos);
}

TEST(PortForward, APortInUseIsAnError) {
  FakeServer server({}, Echo);
  const auto forward =
      PortForward::Open(TargetOf(server), "shop", "web-1", 80, /*local_port=*/server.port());
  ASSERT_FALSE(forward);
  EXPECT_EQ(forward.error().code, ErrorCode::kEnvironment);
}

TEST(PortForward, EndsAtOnceWithConnectionsOpen) {
  FakeServer server({}, Echo);
  auto forward = PortForward::Open(TargetOf(server), "shop", "web-1", 80);
  ASSERT_TRUE(forward);
  const int port = (*forward)->local_port();
  const int client = ConnectTo(port);
  SendAll(client, "x");
  EXPECT_EQ(ReadAll(client, 1), "x");
  const auto begin = std::chrono::steady_clock::now();
  forward->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_EQ(ReadAll(client), "");
  EXPECT_EQ(ConnectTo(port), -1);
  close(client);
}

}  // namespace
}  // namespace wt
