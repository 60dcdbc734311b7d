// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/open_cluster.h"

#include <gtest/gtest.h>

#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

std::string Refusal(const KubeTarget& target, bool on_testbed = false) {
  const auto opened = OpenCluster(target, "some.kubeconfig", on_testbed);
  if (opened) return "";
  EXPECT_EQ(opened.error().code, ErrorCode::kEnvironment);
  return opened.error().Text();
}

KubeTarget WithCertificate(const FakeServer& server, long valid_s) {
  KubeTarget target = TargetOf(server);
  const Certificate own = MakeCertificate(MakeAuthority("users"), "ann", "fake.example", valid_s);
  target.client_cert_pem = own.cert_pem;
  target.client_key_pem = own.key_pem;
  return target;
}

TEST(OpenCluster, CredentialsThatAreNotAcceptedAreToldWithTheirFile) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(401, StatusBody(401, "Unauthorized", "no"));
  });
  const std::string old = Refusal(WithCertificate(server, -60));
  EXPECT_TRUE(old.starts_with("some.kubeconfig: ")) << old;
  EXPECT_NE(old.find("the client certificate has expired"), old.npos) << old;
  const std::string wrong = Refusal(WithCertificate(server, 3600));
  EXPECT_NE(wrong.find("wrong or have expired"), wrong.npos) << wrong;
}

TEST(OpenCluster, ATestbedThatDoesNotAnswerIsToldWithTheCommandThatLooks) {
  KubeTarget nowhere;
  nowhere.server = "http://127.0.0.1:9";
  const std::string local = Refusal(nowhere, true);
  EXPECT_NE(local.find("wavetank testbed status"), local.npos) << local;
}

TEST(OpenCluster, WhoMayNotReadThatIsLetIn) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(403, StatusBody(403, "Forbidden", "no"));
  });
  EXPECT_EQ(Refusal(TargetOf(server)), "");
}

}  // namespace
}  // namespace wt
