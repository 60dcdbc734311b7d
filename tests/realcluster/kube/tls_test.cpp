// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "realcluster/kube/exec.h"
#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

const FakeServer::Handler kSayWho = [](FakeConnection& connection, const FakeRequest& request) {
  connection.Reply(200, request.peer_name);
};

Result<ApiReply> Ask(const KubeTarget& target) {
  auto api = RestKubeApi::Open(target, {.connect_timeout_s = 1, .retry_for_s = 1});
  return (*api)->Call({.path = "/api"});
}

// What a WebSocket meets is the same.
Error AskToExec(const KubeTarget& target) {
  return Exec(target,
              {.name_space = "a", .pod = "b", .container = "", .command = {"true"}, .input = ""})
      .error();
}

TEST(Tls, AClientCertificateSaysWhoItIs) {
  const Certificate authority = MakeAuthority("clients");
  FakeServer server({.certificate = {}, .client_ca_pem = authority.cert_pem}, kSayWho);
  KubeTarget target = TargetOf(server);
  const Certificate ann = MakeCertificate(authority, "ann");
  target.client_cert_pem = ann.cert_pem;
  target.client_key_pem = ann.key_pem;
  const Result<ApiReply> reply = Ask(target);
  ASSERT_TRUE(reply) << reply.error().Text();
  EXPECT_EQ(reply->body, "ann");
}

TEST(Tls, AServerThatWantsACertificateRefusesWithoutOne) {
  const Certificate authority = MakeAuthority("clients"), other = MakeAuthority("others");
  FakeServer server({.certificate = {}, .client_ca_pem = authority.cert_pem}, kSayWho);
  KubeTarget target = TargetOf(server);
  EXPECT_EQ(Ask(target).error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(AskToExec(target).code, ErrorCode::kEnvironment);
  const Certificate bob = MakeCertificate(other, "bob");
  target.client_cert_pem = bob.cert_pem;
  target.client_key_pem = bob.key_pem;
  EXPECT_EQ(Ask(target).error().code, ErrorCode::kEnvironment);
}

TEST(Tls, AServerOfAnotherAuthorityIsNotTrusted) {
  FakeServer server({}, kSayWho);
  KubeTarget target = TargetOf(server);
  target.ca_pem = MakeAuthority("other").cert_pem;
  const Result<ApiReply> reply = Ask(target);
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().what.find("certificate"), std::string::npos) << reply.error().Text();
  EXPECT_EQ(reply.error().what.find("tries"), std::string::npos) << "tried again in vain";
  const Error exec = AskToExec(target);
  EXPECT_NE(exec.what.find("certificate"), std::string::npos) << exec.Text();
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, AnExpiredServerIsNotTrusted) {
  const Certificate authority = MakeAuthority("mine");
  FakeServer server(
      {.certificate = MakeCertificate(authority, "old", "old.example", -60), .client_ca_pem = ""},
      kSayWho);
  KubeTarget target = TargetOf(server);
  target.ca_pem = authority.cert_pem;
  EXPECT_NE(Ask(target).error().what.find("expired"), std::string::npos)
      << Ask(target).error().Text();
  EXPECT_NE(AskToExec(target).what.find("expired"), std::string::npos) << AskToExec(target).Text();
  target.ca_pem.clear();
  target.insecure = true;
  EXPECT_TRUE(Ask(target));
}

TEST(Tls, TlsServerNameIsWhatIsChecked) {
  std::string host;
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    host = request.headers.at("host");
    connection.Reply(403, StatusBody(403, "Forbidden", "no"));
  });
  KubeTarget target = TargetOf(server);
  target.tls_server_name = "fake.example";
  const Result<ApiReply> reply = Ask(target);
  ASSERT_TRUE(reply) << reply.error().Text();
  EXPECT_EQ(host, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(AskToExec(target).code, ErrorCode::kForbidden);
  target.tls_server_name = "other.example";
  EXPECT_FALSE(Ask(target));
  EXPECT_EQ(AskToExec(target).code, ErrorCode::kEnvironment);
}

TEST(Tls, AnswersThatAreNoTlsAreNotTriedForLong) {
  FakeServer server({.tls = false, .certificate = {}, .client_ca_pem = ""}, kSayWho);
  KubeTarget target;
  target.server = "https://127.0.0.1:" + std::to_string(server.port());
  target.insecure = true;
  const Result<ApiReply> reply = Ask(target);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().where, target.server);
}

TEST(Tls, ABadKeyIsNamedAndNotShown) {
  FakeServer server({}, kSayWho);
  KubeTarget target = TargetOf(server);
  target.client_cert_pem = MakeCertificate(MakeAuthority("x"), "x").cert_pem;
  target.client_key_pem = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
  for (const Error& error : {Ask(target).error(), AskToExec(target)}) {
    EXPECT_EQ(error.code, ErrorCode::kEnvironment);
    EXPECT_NE(error.what.find("key"), std::string::npos) << error.Text();
    EXPECT_EQ(error.what.find("c2VjcmV0"), std::string::npos) << error.Text();
  }
}

}  // namespace
}  // namespace wt
