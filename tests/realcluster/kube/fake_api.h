// SPDX-License-Identifier: Apache-2.0
// Pods of one namespace behind FakeServer: lists in pages, watches with a history that can be
// forgotten, and troubles drawn from a seed. Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "realcluster/kube/kubeconfig.h"
#include "tests/realcluster/kube/fake_server.h"

namespace wt {

// How to reach `server`.
KubeTarget TargetOf(const FakeServer& server);

// {"kind":"Status",...}
std::string StatusBody(int code, const std::string& reason, const std::string& message);

struct FakeTroubles {
  unsigned seed = 1;
  double drop_line = 0;     // probability that a watch is cut within a line
  double end_watch = 0;     // ... ended in order after a line
  double refuse_watch = 0;  // ... answered by 429, 500 or a reset
  double bookmark = 0;      // ... sends a BOOKMARK after a line
};

class FakePods {
 public:
  struct Event {
    std::string type, name, uid;  // ADDED, MODIFIED, DELETED
    int version = 0;
  };
  struct Pod {
    std::string uid;
    int version = 0;
    bool operator==(const Pod&) const = default;
  };

  explicit FakePods(FakeTroubles troubles = {}, std::size_t pod_bytes = 0)
      : troubles_(troubles),
        random_(troubles.seed),
        rest_(R"("spec":{"note":")" + std::string(pod_bytes, 'x') + R"("})") {}

  // Pods that look like `pod`: a Pod as JSON without spaces, "metadata" before what lasts. In its
  // metadata @N, @U and @V stand for each pod's name, uid and resourceVersion. Before any request.
  void LookLike(std::string_view pod);

  void Put(const std::string& name);     // made, or changed
  void Remove(const std::string& name);  // nothing when there is none
  // Watches from before now are answered by 410, and so are pages of lists begun before now.
  void Forget();
  void EndWatches();

  std::map<std::string, Pod> pods();
  std::vector<Event> history();
  int lists() const { return lists_; }

  // FakeServer::Handler. Who accepts as=PartialObjectMetadata gets that.
  void Serve(FakeConnection& connection, const FakeRequest& request);

  static constexpr const char* kPath = "/api/v1/namespaces/shop/pods";

 private:
  struct Snapshot {
    int version = 0;
    std::map<std::string, Pod> pods;
  };
  bool Happens(double probability);  // locked
  std::string ObjectOf(const std::string& name, const Pod& pod, bool partial) const;
  std::string LineOf(const Event& event, bool partial) const;
  std::string Page(const FakeRequest& request, int& status);  // locked
  void List(FakeConnection& connection, const FakeRequest& request);
  void Watch(FakeConnection& connection, const FakeRequest& request);
  bool Refuse(FakeConnection& connection);
  bool SendLine(FakeConnection& connection, const Event& event, bool partial);

  std::mutex mutex_;
  std::condition_variable changed_;
  FakeTroubles troubles_;
  std::mt19937 random_;
  std::string metadata_ =
      R"("metadata":{"name":"@N","namespace":"shop","uid":"@U","resourceVersion":"@V"})";
  std::string rest_;  // of a pod's members
  static constexpr int kFirstVersion = 100;
  int version_ = kFirstVersion, forgotten_ = 0, ended_watches_ = 0, uids_ = 0;
  std::atomic<int> lists_{0};
  std::map<std::string, Pod> pods_;
  std::vector<Event> history_;
  std::map<std::string, Snapshot> snapshots_;  // by version, of lists in pages
};

}  // namespace wt
