// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/kubeconfig.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "realcluster/kube/base64.h"
#include "realcluster/kube/credentials.h"
#include "realcluster/kube/kubeconfig_values.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n";

// A folder of its own, and an environment without kubeconfigs.
class Kubeconfig : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("kubeconfig-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "pki");
    setenv("HOME", folder_.c_str(), 1);
    for (const char* name : {"KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"}) {
      unsetenv(name);
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text, bool runs = false) {
    const fs::path path = folder_ / name;
    std::ofstream(path) << text;
    if (runs) chmod(path.c_str(), 0755);
    return path.string();
  }
  // One context "c" of cluster "k" and user "u".
  std::string WriteOne(const std::string& cluster, const std::string& user) {
    return Write("one",
                 "kind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: "
                 "{cluster: k, user: u, namespace: shop}\nclusters:\n- name: k\n  cluster: " +
                     cluster + "\nusers:\n- name: u\n  user: " + user + "\n");
  }
  fs::path folder_;
};

constexpr const char* kServer = "{server: 'https://127.0.0.1:6443'}";

TEST_F(Kubeconfig, ReadsDataFieldsNamespaceAndServer) {
  const std::string pem = EncodeBase64(kPem);
  const auto target = ReadKubeconfig(
      WriteOne("{server: 'https://127.0.0.1:6443/', certificate-authority-data: " + pem +
                   ", tls-server-name: kube, proxy-url: 'http://127.0.0.1:3128'}",
               "{client-certificate-data: " + pem + ", client-key-data: " + pem + "}"),
      "");
  ASSERT_TRUE(target) << target.error().Text();
  EXPECT_EQ(target->server, "https://127.0.0.1:6443");
  EXPECT_EQ(target->ca_pem, kPem);
  EXPECT_EQ(target->client_cert_pem, kPem);
  EXPECT_EQ(target->client_key_pem, kPem);
  EXPECT_EQ(target->tls_server_name, "kube");
  EXPECT_EQ(target->proxy_url, "http://127.0.0.1:3128");
  EXPECT_EQ(target->name_space, "shop");
  EXPECT_EQ(target->context, "c");
}

TEST_F(Kubeconfig, RelativePathsBeginAtTheFile) {
  Write("pki/ca.crt", kPem);
  const auto target =
      ReadKubeconfig(WriteOne("{server: 'https://a', certificate-authority: pki/ca.crt}",
                              "{tokenFile: pki/token}"),
                     "");
  ASSERT_TRUE(target) << target.error().Text();
  EXPECT_EQ(target->ca_pem, kPem);
  EXPECT_EQ(target->token_file, (folder_ / "pki/token").string());
}

TEST_F(Kubeconfig, OfSeveralFilesTheFirstThatNamesAThingWins) {
  const std::string first = Write("first", R"(
clusters: [{name: k, cluster: {server: 'https://first'}}]
users: [{name: u, user: {token: first}}]
)");
  const std::string second = Write("second", R"(
current-context: d
contexts: [{name: c, context: {cluster: k, user: u}}, {name: d, context: {cluster: l, user: v}}]
clusters:
- {name: k, cluster: {server: 'https://second'}}
- {name: l, cluster: {server: 'https://l'}}
users: [{name: u, user: {token: second}}, {name: v, user: {username: ann, password: p}}]
)");
  const auto c = ReadKubeconfig(first + ":" + second, "c");
  ASSERT_TRUE(c) << c.error().Text();
  EXPECT_EQ(c->server, "https://first");
  EXPECT_EQ(c->token, "first");
  setenv("KUBECONFIG", (folder_.string() + "/absent:" + first + ":" + second).c_str(), 1);
  const auto d = ReadKubeconfig("", "");
  ASSERT_TRUE(d) << d.error().Text();
  EXPECT_EQ(d->server, "https://l");
  EXPECT_EQ(d->username, "ann");
  EXPECT_EQ(ReadKubeconfig(first + ":" + folder_.string() + "/absent", "c").error().code,
            ErrorCode::kEnvironment);
}

TEST_F(Kubeconfig, HomeThenServiceAccountThenNothing) {
  const auto none = ReadKubeconfig("", "");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kEnvironment);
  setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
  setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  Write("token", "tok");
  Write("ca.crt", kPem);
  Write("namespace", "shop");
  const auto inside = ReadServiceAccount(folder_.string());
  ASSERT_TRUE(inside) << inside.error().Text();
  EXPECT_EQ(inside->server, "https://10.96.0.1:443");
  EXPECT_EQ(inside->token_file, (folder_ / "token").string());
  EXPECT_EQ(inside->name_space, "shop");
  fs::create_directories(folder_ / ".kube");
  fs::rename(WriteOne(kServer, "{token: t}"), folder_ / ".kube/config");
  const auto home = ReadKubeconfig("", "");
  ASSERT_TRUE(home) << home.error().Text();
  EXPECT_EQ(home->token, "t");
}

TEST_F(Kubeconfig, AWrongNameIsToldWithThePlaceAndTheNearest) {
  const std::string path = Write("kind", R"(current-context: kid-kind
contexts:
- name: kind-kind
  context:
    cluster: kind-kimd
clusters:
- name: kind-kind
  cluster: {server: 'https://127.0.0.1:1'}
)");
  EXPECT_EQ(ReadKubeconfig(path, "").error().Text(),
            path + ":1: context 'kid-kind' not found; did you mean 'kind-kind'?");
  EXPECT_EQ(ReadKubeconfig(path, "kind-kind").error().Text(),
            path + ":5: cluster 'kind-kimd' not found; did you mean 'kind-kind'?");
  EXPECT_EQ(ReadKubeconfig(path, "").error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(ReadKubeconfig(path, "a-wholly-other-one").error().code, ErrorCode::kUsage);
  EXPECT_EQ(ReadKubeconfig(path, "a-wholly-other-one").error().Text(),
            path + ": context 'a-wholly-other-one' not found; there are kind-kind");
}

struct WrongRow {
  const char* cluster;
  const char* user;
  const char* complaint;
};

TEST_F(Kubeconfig, WhatCannotBeMeantIsRefused) {
  const WrongRow rows[] = {
      {"{}", "{}", "one:8: server: expected https://HOST:PORT"},
      {"{server: 127.0.0.1}", "{}", "one:8: server: expected https://HOST:PORT"},
      {"{server: [a]}", "{}", "one:8: server: expected a text"},
      {"[]", "{}", "one:8: cluster: expected a mapping"},
      {"{server: 'https://a', certificate-authority: absent.crt}", "{}", "certificate-authority: "},
      {"{server: 'https://a', certificate-authority-data: '!!'}", "{}",
       "one:8: certificate-authority-data is not base64"},
      {"{server: 'https://a', certificate-authority-data: YWJj}", "{}",
       "one:8: certificate-authority-data is not PEM (no -----BEGIN)"},
      {kServer, "{client-key-data: c2VjcmV0}", "one:11: client-key-data is not PEM"},
      {kServer, "{token: a, username: b}", "one:11: both a token and a username"},
      {kServer, "{as: bob}", "one:11: as: acting as another user"},
      {kServer, "{auth-provider: {name: gcp}}", "one:11: auth-provider: left"},
      {kServer, "{exec: {}}", "one:11: exec.command is missing"},
      {kServer, "{exec: {command: a}}", "exec.apiVersion is ''"},
      {kServer, "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1alpha1}}",
       "expected client.authentication.k8s.io/v1 or"},
      {kServer, "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1}}",
       "exec.interactiveMode is ''"},
      {kServer, "{exec: {command: a, args: b}}", "one:11: exec.args: expected a list"},
  };
  for (const WrongRow& row : rows) {
    const auto target = ReadKubeconfig(WriteOne(row.cluster, row.user), "");
    ASSERT_FALSE(target) << row.cluster << row.user;
    EXPECT_EQ(target.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(target.error().Text().find(row.complaint), std::string::npos)
        << target.error().Text() << " lacks " << row.complaint;
    EXPECT_EQ(target.error().Text().find("c2VjcmV0"), std::string::npos) << "a secret is told";
  }
}

TEST_F(Kubeconfig, InsecureBesideAnAuthorityIsRefused) {
  const auto target = ReadKubeconfig(
      WriteOne(
          "{server: 'https://a', insecure-skip-tls-verify: true, certificate-authority-data: " +
              EncodeBase64(kPem) + "}",
          "{}"),
      "");
  ASSERT_FALSE(target);
  EXPECT_NE(target.error().what.find("only one can be meant"), std::string::npos);
}

TEST_F(Kubeconfig, BrokenFilesAreToldWithTheirLine) {
  const std::string broken = Write("broken", "a: 1\nusers: [{token: s3cret\n");
  const Error error = ReadKubeconfig(broken, "").error();
  EXPECT_EQ(error.code, ErrorCode::kEnvironment);
  EXPECT_TRUE(error.where.starts_with(broken + ":")) << error.Text();
  EXPECT_EQ(error.Text().find("s3cret"), std::string::npos);
  EXPECT_EQ(ReadKubeconfig(Write("list", "[a]"), "").error().where, Write("list", "[a]") + ":1");
  EXPECT_FALSE(ReadKubeconfig(Write("empty", ""), ""));
  const std::string other = Write("other", "a: 1\nkind: Pod\n");
  EXPECT_EQ(ReadKubeconfig(other, "").error().Text(), other + ":2: kind is Pod; expected Config");
  EXPECT_EQ(ReadKubeconfig(folder_.string(), "").error().code, ErrorCode::kEnvironment);
}

class ExecPlugin : public Kubeconfig {
 protected:
  KubeTarget Plugin(const std::string& script, const std::string& more = "") {
    Write("plugin", "#!/bin/sh\n" + script, /*runs=*/true);
    const auto target =
        ReadKubeconfig(WriteOne(kServer,
                                "{exec: {command: ./plugin, args: [one, 'two words'], "
                                "env: [{name: WHO, value: ann}], installHint: 'get it there', "
                                "apiVersion: client.authentication.k8s.io/v1, "
                                "interactiveMode: IfAvailable" +
                                    more + "}}"),
                       "");
    EXPECT_TRUE(target) << target.error().Text();
    return *target;
  }
  static constexpr const char* kHead =
      R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{)";
};

TEST_F(ExecPlugin, GivesATokenForAsLongAsItSays) {
  KubeTarget target =
      Plugin(std::string(kHead) + R"("token":"'"$WHO-$1-$2"'","expirationTimestamp":)"
                                  R"("2030-01-01T01:00:00.5+01:00"}}')");
  double expires = 0;
  const Status run = RunExecPlugin(target, expires);
  ASSERT_TRUE(run) << run.error().Text();
  EXPECT_EQ(target.token, "ann-one-two words");
  EXPECT_EQ(expires, 1893456000);
}

TEST_F(ExecPlugin, IsToldTheClusterWhenItAsks) {
  KubeTarget target =
      Plugin("echo \"$KUBERNETES_EXEC_INFO\" > info\n" + std::string(kHead) + R"("token":"t"}}')",
             ", provideClusterInfo: true");
  double expires = 0;
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  ASSERT_TRUE(RunExecPlugin(target, expires));
  fs::current_path(before);
  EXPECT_TRUE(std::isinf(expires));
  std::string info;
  std::getline(std::ifstream(folder_ / "info"), info);
  EXPECT_EQ(info, R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
                  R"("spec":{"cluster":{"server":"https://127.0.0.1:6443"},"interactive":false}})");
}

TEST_F(ExecPlugin, FailuresSayWhyAndNeverTheSecret) {
  const std::pair<const char*, const char*> rows[] = {
      {"echo 'log in first' >&2; exit 3", "ended with exit code 3; it said: log in first"},
      {"echo s3cret", "did not print an ExecCredential"},
      {"echo "
       "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"v0\",\"status\":{\"token\":\"s3cret\"}}'",
       "printed apiVersion v0; expected client.authentication.k8s.io/v1"},
      {"kill -9 $$", "ended with exit code 137"},
      {"sleep 20", "did not end within 0.3 s"},
      {"yes s3cret", "printed more than"},
  };
  for (const auto& [script, complaint] : rows) {
    KubeTarget target = Plugin(script);
    double expires = 0;
    const Status run = RunExecPlugin(target, expires, 0.3);
    ASSERT_FALSE(run) << script;
    EXPECT_EQ(run.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(run.error().Text().find(complaint), std::string::npos) << run.error().Text();
    EXPECT_EQ(run.error().Text().find("s3cret"), std::string::npos);
  }
  KubeTarget target = Plugin(std::string(kHead) + R"("token":"s","expirationTimestamp":"soon"}}')");
  double expires = 0;
  EXPECT_NE(RunExecPlugin(target, expires).error().what.find("expirationTimestamp soon"),
            std::string::npos);
  target.exec_command[0] = "no-such-plugin";
  EXPECT_EQ(RunExecPlugin(target, expires).error().Text(),
            "exec plugin no-such-plugin: no such program in PATH; get it there");
}

TEST_F(ExecPlugin, IsRunAgainOnceItsTokenHasExpired) {
  const std::string count = (folder_ / "count").string();
  KubeTarget target = Plugin("echo x >> " + count + "\n" + kHead +
                             "\"token\":\"t\",\"expirationTimestamp\":\"'\"$WHEN\"'\"}}'");
  const auto runs = [&] {
    std::ifstream file(count);
    return std::count(std::istreambuf_iterator<char>(file), {}, 'x');
  };
  setenv("WHEN", "2099-01-01T00:00:00Z", 1);
  Credentials lasting(target);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lasting.Refresh());
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(lasting.Authorization(), "Bearer t");
  EXPECT_TRUE(*lasting.Renew());
  EXPECT_EQ(runs(), 2);
  setenv("WHEN", "2001-01-01T00:00:00Z", 1);
  Credentials expired(target);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(expired.Refresh());
  EXPECT_EQ(runs(), 5);
}

TEST_F(ExecPlugin, ThatMustAskIsRefusedWithoutATerminal) {
  if (isatty(STDIN_FILENO) != 0) GTEST_SKIP() << "there is a terminal";
  KubeTarget target = Plugin("exit 0");
  target.exec_asks = true;
  double expires = 0;
  EXPECT_NE(RunExecPlugin(target, expires).error().what.find("no terminal"), std::string::npos);
}

}  // namespace
}  // namespace wt
