// SPDX-License-Identifier: Apache-2.0
// The simulator behind the seam of sim/api/kube_api.h: what kubectl and client libraries would be
// answered by the API server of this World. Kinds that have rows are served (Node, Deployment,
// ReplicaSet, Pod, Service and every carried document, ConfigMap and Secret among them); GET, list
// and watch with selectors, PATCH and DELETE. Making objects is not served (405).
// Sources: Kubernetes v1.35 API concepts; apiserver pkg/endpoints/handlers and
// pkg/storage/cacher (a change that moves an object into or out of a selector is ADDED or DELETED).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/kube_api.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

struct ApiChange;
struct ApiPath;
struct ApiQuery;

class SimKubeApi final : public KubeApi, public ChangeSink {
 public:
  // The World must stay where it is. Watches see what happens while this is its sink. Writes are
  // those of `actor`. O(objects).
  explicit SimKubeApi(const Sim& sim, u32 actor = kAgent);
  ~SimKubeApi() override;
  SimKubeApi(const SimKubeApi&) = delete;
  SimKubeApi& operator=(const SimKubeApi&) = delete;

  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override;

  void Changed(ObjectKind kind, u32 row) override;
  void Deleting(ObjectKind kind, u32 row) override;
  void Settled() override;

 private:
  friend class SimApiWatch;

  ApiReply Get(const ApiPath& path, const ApiQuery& query) const;
  ApiReply Write(const ApiRequest& request, const ApiPath& path, const ApiQuery& query);
  std::vector<ObjectRef> Rows(const ApiPath& path, const ApiQuery& query) const;
  void Keep(ObjectRef object, bool gone);
  void Forget();

  Sim sim_;
  u32 actor_;
  std::vector<ObjectRef> pending_;                     // changed since the last Settled
  std::map<std::pair<const void*, u32>, Json> shown_;  // what selectors saw of (kind, row)
  std::deque<ApiChange> history_;                      // by resourceVersion
  u64 dropped_ = 0;                                    // changes that left the history
  u32 oldest_rv_;                                      // watches can start from here
};

}  // namespace wt
