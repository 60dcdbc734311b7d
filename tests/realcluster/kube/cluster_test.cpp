// SPDX-License-Identifier: Apache-2.0
// The client against the cluster of WAVETANK_TEST_KUBECONFIG: a namespace of its own, one pod of
// the testbed's image in it, removed at the end. Exit code 77 without a cluster.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/exec.h"
#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/rest_kube_api.h"

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPod = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"app"},"spec":{
  "terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"wavetank.local/app:1",
  "imagePullPolicy":"Never","readinessProbe":{"httpGet":{"path":"/readyz","port":8080},
  "periodSeconds":1}}]}})";

class Cluster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto target = ReadKubeconfig(std::getenv("WAVETANK_TEST_KUBECONFIG"), "");
    ASSERT_TRUE(target) << target.error().Text();
    auto opened = RestKubeApi::Open(*target);
    ASSERT_TRUE(opened) << opened.error().Text();
    api_ = opened->release();
    name_space_ = fmt::format("kube-client-test-{}", getpid());
    collection_ = "/api/v1/namespaces/" + name_space_ + "/pods";
    Must({.method = "POST",
          .path = "/api/v1/namespaces",
          .body = fmt::format(R"({{"kind":"Namespace","apiVersion":"v1","metadata":{{)"
                              R"("name":"{}"}}}})",
                              name_space_)});
    WaitForServiceAccount();
    Must({.method = "POST", .path = collection_, .body = kPod});
    WaitForReady();
  }
  static void TearDownTestSuite() {
    if (api_ == nullptr) return;
    Must({.method = "DELETE", .path = "/api/v1/namespaces/" + name_space_});
    delete api_;
  }

  static std::string Must(const ApiRequest& request) {
    const Result<std::string> body = SuccessBody(api_->Call(request), request.path);
    EXPECT_TRUE(body) << body.error().Text();
    return body ? *body : "";
  }
  static void WaitForServiceAccount() {
    const std::string path = "/api/v1/namespaces/" + name_space_ + "/serviceaccounts/default";
    for (int i = 0; i < 100 && api_->Call({.path = path})->status != 200; ++i) usleep(100000);
  }
  static void WaitForReady() {
    Informer informer(*api_, {.path = collection_});
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < deadline) {
      const auto changes = informer.Poll();
      ASSERT_TRUE(changes) << changes.error().Text();
      for (const Informer::Change& change : *changes) {
        const std::string_view conditions =
            FindMember(FindMember(change.object, "status"), "conditions");
        bool ready = false;
        ForEachElement(conditions, [&](std::string_view condition) {
          ready = ready || (FindMember(condition, "type") == "\"Ready\"" &&
                            FindMember(condition, "status") == "\"True\"");
          return !ready;
        });
        if (ready) return;
      }
      api_->WaitForWatches(1);
    }
    FAIL() << "the pod does not become ready";
  }
  static Result<ExecResult> Run(std::vector<std::string> command) {
    return Exec(api_->target(), {.name_space = name_space_,
                                 .pod = "app",
                                 .container = "",
                                 .command = std::move(command),
                                 .input = "",
                                 .timeout_s = 20});
  }

  static RestKubeApi* api_;
  static std::string name_space_, collection_;
};

RestKubeApi* Cluster::api_ = nullptr;
std::string Cluster::name_space_, Cluster::collection_;

TEST_F(Cluster, ListsNodesAndAllPods) {
  for (const char* path : {"/api/v1/nodes", "/api/v1/pods", "/api/v1/events",
                           "/apis/apps/v1/deployments", "/api/v1/namespaces"}) {
    int objects = 0;
    const auto version = ListAll(
        *api_, {.path = path},
        [&](std::string_view object) {
          ++objects;
          EXPECT_FALSE(FindMember(object, "kind").empty());
          EXPECT_FALSE(FindMember(FindMember(object, "metadata"), "uid").empty()) << object;
        },
        nullptr);
    ASSERT_TRUE(version) << version.error().Text();
    if (std::string_view(path).ends_with("nodes")) {
      EXPECT_GT(objects, 0);
    }
  }
}

TEST_F(Cluster, AWatchToldToEndGoesOn) {
  const auto version = ListAll(
      *api_, {.path = collection_}, [](std::string_view) {}, nullptr);
  auto watch =
      api_->Watch({.path = collection_, .query = "timeoutSeconds=1&resourceVersion=" + *version});
  ASSERT_TRUE(watch) << watch.error().Text();
  const auto later = Clock::now() + std::chrono::milliseconds(1500);
  while (Clock::now() < later) api_->WaitForWatches(0.1);
  Must({.method = "PATCH",
        .path = collection_ + "/app",
        .content_type = "application/merge-patch+json",
        .body = R"({"metadata":{"labels":{"seen":"yes"}}})"});
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  bool seen = false;
  while (!seen && Clock::now() < deadline) {
    const auto line = (*watch)->Next();
    ASSERT_TRUE(line) << line.error().Text();
    seen = *line && (*line)->find(R"("seen":"yes")") != std::string::npos;
    if (!*line) api_->WaitForWatches(0.5);
  }
  EXPECT_TRUE(seen);
}

TEST_F(Cluster, AnOldVersionIs410AndInformersListAgain) {
  auto watch = api_->Watch({.path = collection_, .query = "resourceVersion=1"});
  ASSERT_TRUE(watch) << watch.error().Text();
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  std::string line;
  while (line.empty() && Clock::now() < deadline) {
    const auto next = (*watch)->Next();
    ASSERT_TRUE(next) << next.error().Text();
    if (*next) line = **next;
    if (line.empty()) api_->WaitForWatches(0.5);
  }
  EXPECT_FALSE(line.empty()) << "neither a change nor a 410";
}

TEST_F(Cluster, EveryKindOfPatchIsTaken) {
  const std::string pod = collection_ + "/app";
  Must({.method = "PATCH",
        .path = pod,
        .query = "dryRun=All",
        .content_type = "application/json-patch+json",
        .body = R"([{"op":"add","path":"/metadata/labels","value":{"a":"1"}}])"});
  Must({.method = "PATCH",
        .path = pod,
        .content_type = "application/strategic-merge-patch+json",
        .body = R"({"metadata":{"annotations":{"a":"2"}}})"});
  const std::string applied = Must(
      {.method = "PATCH",
       .path = pod,
       .query = "fieldManager=wavetank&force=true",
       .content_type = "application/apply-patch+yaml",
       .body = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"app","labels":{"b":"3"}}})"});
  EXPECT_EQ(FindMember(FindMember(FindMember(applied, "metadata"), "labels"), "b"), "\"3\"");
  EXPECT_EQ(FindMember(FindMember(FindMember(applied, "metadata"), "labels"), "a"), "");
}

TEST_F(Cluster, RefusalsAreToldInItsWords) {
  const auto missing = SuccessBody(api_->Call({.path = collection_ + "/none"}), "");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what, "pods \"none\" not found (404 NotFound)");
  const auto again =
      SuccessBody(api_->Call({.method = "POST", .path = collection_, .body = kPod}), "");
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(api_->Watch({.path = "/api/v1/nonsense"}).error().code, ErrorCode::kNotFound);
}

TEST_F(Cluster, LogsAreReadAndFollowed) {
  EXPECT_EQ(Must({.path = collection_ + "/app/log"}), "serving on :8080\n");
  std::string text;
  const Status followed = api_->Stream({.path = collection_ + "/app/log", .query = "follow=true"},
                                       [&](std::string_view bytes) {
                                         text += bytes;
                                         return !bytes.empty();
                                       });
  ASSERT_TRUE(followed) << followed.error().Text();
  EXPECT_EQ(text, "serving on :8080\n");
}

TEST_F(Cluster, CommandsGiveTheirOutputsAndExitCodes) {
  const auto get = Run({"/testbed-app", "get", "http://127.0.0.1:8080/"});
  ASSERT_TRUE(get) << get.error().Text();
  EXPECT_EQ(get->exit_code, 0);
  EXPECT_EQ(get->out, "app\n");
  const auto failing = Run({"/testbed-app", "get", "http://127.0.0.1:1/"});
  ASSERT_TRUE(failing) << failing.error().Text();
  EXPECT_EQ(failing->exit_code, 7);
  EXPECT_FALSE(failing->err.empty());
  const auto nothing = Run({"/no-such-program"});
  EXPECT_TRUE(!nothing || nothing->exit_code != 0);
  const auto nobody = Exec(
      api_->target(),
      {.name_space = name_space_, .pod = "none", .container = "", .command = {"x"}, .input = ""});
  EXPECT_EQ(nobody.error().code, ErrorCode::kNotFound) << nobody.error().Text();
}

std::string AskForwarded(int port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons(static_cast<std::uint16_t>(port));
  std::string text;
  if (connect(client, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0) {
    const std::string_view request = "GET / HTTP/1.0\r\n\r\n";
    (void)!write(client, request.data(), request.size());
    char buffer[4096];
    for (ssize_t got; (got = read(client, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(got));
    }
  }
  close(client);
  return text;
}

TEST_F(Cluster, APortIsForwarded) {
  auto forward = PortForward::Open(api_->target(), name_space_, "app", 8080);
  ASSERT_TRUE(forward) << forward.error().Text();
  for (int i = 0; i < 5; ++i) {
    const std::string answer = AskForwarded((*forward)->local_port());
    EXPECT_TRUE(answer.ends_with("app\n")) << answer << (*forward)->last_error();
  }
  auto closed = PortForward::Open(api_->target(), name_space_, "app", 81);
  ASSERT_TRUE(closed) << closed.error().Text();
  EXPECT_EQ(AskForwarded((*closed)->local_port()), "");
  EXPECT_NE((*closed)->last_error(), "");
}

TEST_F(Cluster, ZAnEvictionRemovesThePod) {
  Must({.method = "POST",
        .path = collection_ + "/app/eviction",
        .body = R"({"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"app"}})"});
  Informer informer(*api_, {.path = collection_});
  bool gone = false;
  const auto deadline = Clock::now() + std::chrono::seconds(40);
  for (bool first = true; !gone && Clock::now() < deadline; first = false) {
    const auto changes = informer.Poll();
    ASSERT_TRUE(changes) << changes.error().Text();
    gone = first && changes->empty();
    for (const auto& change : *changes) {
      gone = gone || change.type == Informer::Change::Type::kDeleted;
    }
    if (!gone) api_->WaitForWatches(1);
  }
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const char* kubeconfig = std::getenv("WAVETANK_TEST_KUBECONFIG");
  if (kubeconfig == nullptr || *kubeconfig == '\0') {
    std::puts("skipped: WAVETANK_TEST_KUBECONFIG names no cluster (wavetank testbed up)");
    return 77;
  }
  return RUN_ALL_TESTS();
}
