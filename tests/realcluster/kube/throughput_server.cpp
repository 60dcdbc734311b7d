// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/kube/throughput_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "realcluster/kube/base64.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

struct Serving {
  explicit Serving(const ThroughputPods& pods)
      : store({}, pods.pod_bytes),
        server({}, [this, pods](FakeConnection& connection, const FakeRequest& request) {
          if (request.parameters.contains("watch")) Change(pods);
          store.Serve(connection, request);
        }) {
    if (!pods.like.empty()) store.LookLike(pods.like);
    for (int i = 0; i < pods.pods; ++i) store.Put(NameOf(i));
  }
  void Change(const ThroughputPods& pods) {
    for (int i = 0; i < pods.changes; ++i) store.Put(NameOf(i % pods.pods));
  }
  static std::string NameOf(int i) { return fmt::format("frontend-6f7c9d8b54-{:05}", i); }

  FakePods store;
  FakeServer server;
};

[[noreturn]] void ServeForever(int ready, const ThroughputPods& pods) {
  const Serving serving(pods);
  const std::string text = serving.server.url() + "\n" + serving.server.ca_pem();
  (void)!write(ready, text.c_str(), text.size() + 1);
  for (;;) pause();
}

}  // namespace

ThroughputServer::ThroughputServer(const ThroughputPods& pods) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  child_ = fork();
  if (child_ == 0) ServeForever(ends[1], pods);
  close(ends[1]);
  std::string text;
  char byte;
  while (read(ends[0], &byte, 1) == 1 && byte != '\0') text += byte;
  close(ends[0]);
  const std::size_t line = text.find('\n');
  target_.server = text.substr(0, line);
  target_.ca_pem = text.substr(line + 1);
}

ThroughputServer::~ThroughputServer() {
  kill(child_, SIGTERM);
  waitpid(child_, nullptr, 0);
}

Status ServeUntilInputEnds(const ThroughputPods& pods, const std::string& kubeconfig_path) {
  const Serving serving(pods);
  std::ofstream file(kubeconfig_path);
  file << fmt::format(
      R"({{"apiVersion":"v1","kind":"Config","current-context":"fake",)"
      R"("clusters":[{{"name":"fake","cluster":{{"server":"{}",)"
      R"("certificate-authority-data":"{}"}}}}],"users":[{{"name":"fake","user":{{}}}}],)"
      R"("contexts":[{{"name":"fake","context":{{"cluster":"fake","user":"fake"}}}}]}})",
      serving.server.url(), EncodeBase64(serving.server.ca_pem()));
  file.close();
  if (!file) return Error{ErrorCode::kEnvironment, kubeconfig_path, "cannot be written"};
  fmt::print("ready\n");
  std::fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return Ok{};
}

Result<std::string> ReadPodFile(const std::string& path) {
  std::ifstream file(path);
  std::string pod, line;
  while (std::getline(file, line)) pod += line.substr(std::min(line.find_first_not_of(' '),
                                                               line.size()));
  if (pod.empty()) return Error{ErrorCode::kEnvironment, path, "cannot be read, or is empty"};
  return pod;
}

}  // namespace wt
