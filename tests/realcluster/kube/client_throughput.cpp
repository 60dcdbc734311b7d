// SPDX-License-Identifier: Apache-2.0
// How fast the client reads: lists of 1,000 pods and a watch, from a server in a process of its
// own, or from the collection of a kubeconfig's cluster.
//   client_throughput [PODS [BYTES_PER_POD [CHANGES]]]
//   client_throughput --kubeconfig FILE PATH          e.g. /api/v1/pods: lists alone
// For client_go.py, which runs it beside client-go; what is measured is printed as JSON:
//   client_throughput --serve KUBECONFIG POD_FILE PODS CHANGES     until its input ends
//   client_throughput --measure KUBECONFIG PATH text|parsed list|watch LISTS|CHANGES
// text: objects are handed out as text; parsed: each is then parsed, as AnyCluster does.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"
#include "tests/realcluster/kube/throughput_parse.h"
#include "tests/realcluster/kube/throughput_server.h"

namespace {

using namespace wt;
using SteadyClock = std::chrono::steady_clock;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double CpuSeconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return Seconds(use.ru_utime) + Seconds(use.ru_stime);
}

// Of this program: getrusage's maximum begins with that of the process that started it.
double PeakMib() {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word && word != "VmHWM:") {
  }
  double kib = 0;
  file >> kib;
  return kib / 1024;
}

struct Measured {
  long objects = 0;
  std::size_t bytes = 0;
  double seconds = 0, cpu_s = 0;
  long unnamed = 0;  // objects whose name was not found by parsing
};

// What is done with each object.
struct Reader {
  bool parses = false;
  Measured measured = {};
  SteadyClock::time_point begin = SteadyClock::now();
  double cpu_before = CpuSeconds();

  void Take(std::string_view object) {
    ++measured.objects;
    measured.bytes += object.size();
    if (parses && NameByParsing(object).empty()) ++measured.unnamed;
  }
  Measured Done() {
    measured.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    measured.cpu_s = CpuSeconds() - cpu_before;
    return measured;
  }
};

Result<Measured> Lists(RestKubeApi& api, const std::string& path, long times, bool parses) {
  Reader reader{.parses = parses};
  for (long i = 0; i < times; ++i) {
    const auto version = ListAll(
        api, {.path = path}, [&](std::string_view object) { reader.Take(object); }, nullptr);
    if (!version) return version.error();
  }
  return reader.Done();
}

// From the end of the informer's first list on.
Result<Measured> Changes(RestKubeApi& api, const std::string& path, long changes, bool parses) {
  const Result<Measured> list = Lists(api, path, 1, false);
  if (!list) return list.error();
  Informer informer(api, {.path = path});
  long listed = 0;
  while (listed < list->objects) {
    const auto came = informer.Poll();
    if (!came) return came.error();
    listed += static_cast<long>(came->size());
  }
  Reader reader{.parses = parses};
  while (listed + reader.measured.objects < list->objects + changes) {
    const auto came = informer.Poll();
    if (!came) return came.error();
    for (const Informer::Change& change : *came) reader.Take(change.object);
    if (came->empty()) api.WaitForWatches(1);
  }
  return reader.Done();
}

int Fail(const Error& error) {
  fmt::print(stderr, "{}\n", error.Text());
  return 1;
}

int Print(const char* what, const Result<Measured>& measured) {
  if (!measured) return Fail(measured.error());
  const Measured& m = *measured;
  const double megabytes = static_cast<double>(m.bytes) * 1e-6;
  fmt::print(
      "{:<8} {:>8} objects {:>8.1f} MB {:>7.3f} s {:>9.0f} objects/s {:>7.1f} MB/s "
      "{:>6.2f} us CPU each, peak RSS {:.0f} MiB\n",
      what, m.objects, megabytes, m.seconds, static_cast<double>(m.objects) / m.seconds,
      megabytes / m.seconds, 1e6 * m.cpu_s / static_cast<double>(m.objects), PeakMib());
  return 0;
}

int PrintJson(const Result<Measured>& measured) {
  if (!measured) return Fail(measured.error());
  if (measured->unnamed > 0) return Fail({ErrorCode::kEnvironment, "", "objects without a name"});
  fmt::print(R"({{"objects":{},"bytes":{},"seconds":{},"cpu_s":{},"peak_mib":{}}})",
             measured->objects, measured->bytes, measured->seconds, measured->cpu_s, PeakMib());
  fmt::print("\n");
  return 0;
}

int MeasureFake(const ThroughputPods& pods) {
  const ThroughputServer server(pods);
  auto api = std::move(*RestKubeApi::Open(server.target()));
  if (Print("list", Lists(*api, FakePods::kPath, 20, false)) != 0) return 1;
  return Print("watch", Changes(*api, FakePods::kPath, pods.changes, false));
}

int Serve(char** words) {
  const Result<std::string> like = ReadPodFile(words[1]);
  if (!like) return Fail(like.error());
  const Status served = ServeUntilInputEnds(
      {.pods = std::atoi(words[2]), .changes = std::atoi(words[3]), .pod_bytes = 0, .like = *like},
      words[0]);
  return served ? 0 : Fail(served.error());
}

// The first list is not measured: it makes the connection.
int Measure(RestKubeApi& api, char** words) {
  const std::string path = words[0];
  const bool parses = std::string_view(words[1]) == "parsed";
  const long times = std::atol(words[3]);
  if (std::string_view(words[2]) == "watch") return PrintJson(Changes(api, path, times, parses));
  const Result<Measured> first = Lists(api, path, 1, parses);
  return first ? PrintJson(Lists(api, path, times, parses)) : Fail(first.error());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "--serve" && argc == 6) return Serve(argv + 2);
  if ((mode == "--kubeconfig" && argc == 4) || (mode == "--measure" && argc == 7)) {
    const auto target = ReadKubeconfig(argv[2], "");
    if (!target) return Fail(target.error());
    auto api = std::move(*RestKubeApi::Open(*target));
    return argc == 4 ? Print("list", Lists(*api, argv[3], 20, false)) : Measure(*api, argv + 3);
  }
  const auto number = [&](int i, int fallback) { return argc > i ? std::atoi(argv[i]) : fallback; };
  return MeasureFake({.pods = number(1, 1000),
                      .changes = number(3, 20000),
                      .pod_bytes = static_cast<std::size_t>(number(2, 5000))});
}
