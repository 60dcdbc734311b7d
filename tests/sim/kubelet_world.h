// SPDX-License-Identifier: Apache-2.0
// A small cluster made by hand for tests of the kubelet and of telemetry: templates, nodes and
// objects from a few words, and a recorder of what kubectl would have shown over time.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sim.h"
#include "sim/telemetry/cluster_events.h"

namespace wt::test {

struct TestContainer {
  std::string name = "main";
  std::string image = "shop/app:1";
  std::string command;
  i64 memory_limit = 0;
  std::vector<u16> ports = {8080};
  std::map<ProbeType, ProbeSpec> probes;
  std::vector<ConfigRef> refs;
  PullPolicy pull = PullPolicy::kIfNotPresent;
};

struct TestPod {
  std::vector<TestContainer> containers{1};
  i32 grace_s = 30;
  RestartPolicy restart = RestartPolicy::kAlways;
};

// A blob of the Blueprint under construction: a struct, then the arrays it refers to.
class BlobWriter {
 public:
  template <class T>
  explicit BlobWriter(const T& head) : bytes_(sizeof(T)) {
    __builtin_memcpy(bytes_.data(), &head, sizeof(T));
  }
  template <class T>
  RelArray<T> Append(const std::vector<T>& items) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const RelArray<T> array{static_cast<u16>(bytes_.size()), static_cast<u16>(items.size())};
    const auto* from = reinterpret_cast<const std::byte*>(items.data());
    bytes_.insert(bytes_.end(), from, from + items.size() * sizeof(T));
    return array;
  }
  template <class T>
  void Put(std::size_t offset, const T& value) {
    __builtin_memcpy(bytes_.data() + offset, &value, sizeof(T));
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

struct Seen {  // one line of `kubectl get pods -w`
  f64 at_s = 0;
  std::string status, ready;
  u32 restarts = 0;
};

class TestCluster {
 public:
  // Declares programs and objects; call Start before anything runs.
  TestCluster();

  StrId Str(std::string_view text) { return blueprint.strings.Add(text); }
  void AddImage(std::string_view name, std::vector<std::string> commands = {""});
  // A program with its Service; returns its index in the graph.
  u32 AddProgram(std::string_view name, std::string_view image_repo, u16 port);
  RevId AddTemplate(const TestPod& pod, std::string_view app = "web");
  RevId AddConfig(const std::vector<std::string>& keys);

  void Start(u64 key = 1);  // lays the World out, adds one node
  u32 AddPod(RevId tmpl);   // a bare pod named "worker"
  u32 AddDeployment(std::string_view name, RevId tmpl, i32 replicas, u32 program_plus_1);
  u32 AddService(std::string_view name, std::string_view app, u16 port, u16 target);
  u32 AddConfigMap(std::string_view name, RevId data);

  // Runs to `until_s`, noting every change of the columns of every pod.
  void RunTo(f64 until_s);
  void RunFor(f64 seconds) { RunTo(Now() + seconds); }
  f64 Now() const { return static_cast<f64>(sim.now()) * 1e-9; }

  u32 FirstPod() const;  // the oldest live pod
  u32 PodCount() const;
  Container& FirstContainer(u32 pod) const {
    return sim.At<Container>(sim.At<Pod>(pod).first_container);
  }
  const std::vector<Seen>& SeenOf(u32 born) { return seen_[born]; }
  // The distinct STATUS values in order, joined by spaces; ContainerCreating and Pending left out.
  std::string Statuses(u32 born);
  // The record of the pod whose reason and message begin so; count 0 when there is none.
  RenderedEvent Event(std::string_view reason, std::string_view message = "") const;

  Blueprint blueprint;
  WorldPool pool;
  World world;
  Sim sim;

 private:
  RevId AddRevision(RevKind kind, const std::vector<std::byte>& blob);
  void Note();

  std::map<u32, std::vector<Seen>> seen_;
};

inline ProbeSpec HttpProbe(StrId path, u16 port = 8080, u16 period_s = 10, u16 failures = 3) {
  ProbeSpec probe;
  probe.kind = ProbeKind::kHttp;
  probe.path = path;
  probe.port = port;
  probe.period_s = period_s;
  probe.failure_threshold = failures;
  return probe;
}

inline constexpr i64 kMiB = 1024 * 1024;

}  // namespace wt::test
