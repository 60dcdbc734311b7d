// SPDX-License-Identifier: Apache-2.0
// How fast the client reads: lists of 1,000 pods and a watch, from a server in a process of its
// own, or from the collection of a kubeconfig's cluster.
//   client_throughput [PODS [BYTES_PER_POD [CHANGES]]]
//   client_throughput --kubeconfig FILE PATH          e.g. /api/v1/pods: lists alone
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"

namespace {

using namespace wt;
using Clock = std::chrono::steady_clock;

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

struct Use {
  double cpu_s;
  double peak_mib;
};

Use OfThisProcess() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return {Seconds(use.ru_utime) + Seconds(use.ru_stime), static_cast<double>(use.ru_maxrss) / 1024};
}

void Print(const char* what, long objects, std::size_t bytes, double seconds, double cpu_s) {
  if (objects == 0) return (void)fmt::print("{:<8} no objects\n", what);
  fmt::print(
      "{:<8} {:>8} objects {:>8.1f} MB {:>7.3f} s {:>9.0f} objects/s {:>7.1f} MB/s "
      "{:>6.2f} us CPU each, peak RSS {:.0f} MiB\n",
      what, objects, static_cast<double>(bytes) * 1e-6, seconds,
      static_cast<double>(objects) / seconds, static_cast<double>(bytes) * 1e-6 / seconds,
      1e6 * cpu_s / static_cast<double>(objects), OfThisProcess().peak_mib);
}

bool MeasureLists(RestKubeApi& api, const std::string& path, int times) {
  long objects = 0;
  std::size_t bytes = 0;
  const double cpu_before = OfThisProcess().cpu_s;
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) {
    const auto version = ListAll(
        api, {.path = path},
        [&](std::string_view object) {
          ++objects;
          bytes += object.size();
        },
        nullptr);
    if (!version) {
      fmt::print(stderr, "{}\n", version.error().Text());
      return false;
    }
  }
  Print("list", objects, bytes, Since(begin), OfThisProcess().cpu_s - cpu_before);
  return true;
}

// The server process: PODS pods, then, once a watch has come, CHANGES changes.
struct Server {
  Server(int pods, std::size_t pod_bytes, int changes) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    child = fork();
    if (child == 0) Serve(ends[1], pods, pod_bytes, changes);
    close(ends[1]);
    std::string text;
    char byte;
    while (read(ends[0], &byte, 1) == 1 && byte != '\0') text += byte;
    close(ends[0]);
    const std::size_t line = text.find('\n');
    target.server = text.substr(0, line);
    target.ca_pem = text.substr(line + 1);
  }
  ~Server() {
    kill(child, SIGTERM);
    waitpid(child, nullptr, 0);
  }
  [[noreturn]] static void Serve(int ready, int pods, std::size_t pod_bytes, int changes) {
    FakePods store({}, pod_bytes);
    for (int i = 0; i < pods; ++i) store.Put(fmt::format("pod-{:05}", i));
    std::atomic<bool> watched{false};
    FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
      if (request.parameters.contains("watch") && !watched.exchange(true)) {
        for (int i = 0; i < changes; ++i) store.Put(fmt::format("pod-{:05}", i % pods));
      }
      store.Serve(connection, request);
    });
    const std::string text = server.url() + "\n" + server.ca_pem();
    (void)!write(ready, text.c_str(), text.size() + 1);
    for (;;) pause();
  }

  pid_t child = -1;
  KubeTarget target;
};

int MeasureFake(int pods, std::size_t pod_bytes, int changes) {
  const Server server(pods, pod_bytes, changes);
  auto api = std::move(*RestKubeApi::Open(server.target));
  if (!MeasureLists(*api, FakePods::kPath, 20)) return 1;
  Informer informer(*api, {.path = FakePods::kPath});
  long objects = -pods;
  std::size_t bytes = 0;
  double cpu_before = 0;
  auto begin = Clock::now();
  while (objects < changes) {
    const auto came = informer.Poll();
    if (!came) {
      fmt::print(stderr, "{}\n", came.error().Text());
      return 1;
    }
    if (objects < 0) {
      begin = Clock::now();
      cpu_before = OfThisProcess().cpu_s;
    }
    objects += static_cast<long>(came->size());
    for (const Informer::Change& change : *came) bytes += change.object.size();
    if (came->empty()) api->WaitForWatches(1);
  }
  Print("watch", objects, bytes, Since(begin), OfThisProcess().cpu_s - cpu_before);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--kubeconfig") {
    const auto target = ReadKubeconfig(argv[2], "");
    if (!target) {
      fmt::print(stderr, "{}\n", target.error().Text());
      return 2;
    }
    auto api = std::move(*RestKubeApi::Open(*target));
    return MeasureLists(*api, argv[3], 20) ? 0 : 1;
  }
  const auto number = [&](int i, int fallback) { return argc > i ? std::atoi(argv[i]) : fallback; };
  return MeasureFake(number(1, 1000), static_cast<std::size_t>(number(2, 5000)), number(3, 20000));
}
