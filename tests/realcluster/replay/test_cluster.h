// SPDX-License-Identifier: Apache-2.0
// A simulated cluster without an app behind its Kubernetes API, for what applies one and takes it
// away: with namespaces that can be made and deleted, a clock that `wait` moves, and a process that
// can die at any call.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "realcluster/replay/deployment.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/cluster/sim_kube_api.h"

namespace wt {

// web and cart with all that belongs to them, in namespace shop; `with` is added to the manifests.
App SmallApp(const std::string& with = "");

struct Died {};

class TestCluster final : public KubeApi {
 public:
  // The images of SmallApp(with) can be pulled; none of its objects is there.
  explicit TestCluster(const std::string& with = "");
  ~TestCluster() override;

  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override;

  // Lets simulated time pass and keeps the lines.
  ApplyOptions Options();
  // The ConfigMap that `testbed` makes.
  void MarkAsTestbed();
  // Creates; the path of it.
  std::string Post(const std::string& collection, const std::string& object);
  std::string Get(const std::string& path);
  // Every object that a person would see: path, uid and what clients wrote.
  std::map<std::string, std::string> Objects();

  std::vector<std::string> lines;   // of progress
  std::vector<std::string> writes;  // "POST /api/v1/namespaces" ...
  int calls = 0;
  int die_at = -1;         // throws Died at that call,
  bool die_after = false;  // once the cluster has carried it out
  int unreachable_from = -1;
  double passed_s = 0;

 private:
  struct Inside;
  Result<ApiReply> Answer(const ApiRequest& request);
  ApiReply AnswerNamespace(const ApiRequest& request, const std::string& name);
  void Pass(double seconds);

  std::unique_ptr<Inside> inside_;
};

}  // namespace wt
