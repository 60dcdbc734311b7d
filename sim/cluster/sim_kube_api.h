// SPDX-License-Identifier: Apache-2.0
// The simulator behind the seam of sim/api/kube_api.h: what kubectl and client libraries would be
// answered by the API server of this World.
//   Served: GET, list and watch (labelSelector, fieldSelector, resourceVersion) of every kind that
//   has rows (Node, Deployment, ReplicaSet, Pod, Service) and of every carried document, ConfigMap
//   and Secret among them; list of Events; the namespaces that objects live in (without uid and
//   resourceVersion, and not as changes of a watch); POST of an object, but for ReplicaSets and
//   Namespaces; PATCH (json, merge, strategic); DELETE with DeleteOptions, in the background
//   alone; dryRun of all three.
//   Not served: PUT (405), generateName, server-side apply (415), Foreground and Orphan (422),
//   deleting Nodes and ReplicaSets (405), WatchList (422), watches of Events; kinds that a real
//   cluster fills and this one does not model (Endpoints, EndpointSlices, Leases, ...: 404);
//   /version, discovery, OpenAPI, Tables, subresources other than GET of status (scale, log, exec,
//   eviction), limit and continue (a list is always whole), resourceVersionMatch (a list is always
//   of now), bookmarks.
// Sources: Kubernetes v1.35 API concepts; apiserver pkg/endpoints/handlers and
// pkg/storage/cacher (a change that moves an object into or out of a selector is ADDED or DELETED).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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
  // The watch must not outlive this object. One of a resourceVersion that is not reached yet ends
  // with an ERROR line of 504, as one from before the history does of 410.
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override;

  void Changed(ObjectKind kind, u32 row) override;
  void Deleting(ObjectKind kind, u32 row) override;
  void Settled() override;

 private:
  friend class SimApiWatch;

  ApiReply Get(const ApiPath& path, const ApiQuery& query) const;
  ApiReply Delete(const ApiRequest& request, const ApiPath& path, const ApiQuery& query);
  ApiReply Post(const ApiRequest& request, const ApiPath& path, const ApiQuery& query);
  ApiReply PatchObject(const ApiRequest& request, const ApiPath& path, const ApiQuery& query);
  std::vector<Json> Items(const ApiPath& path, const ApiQuery& query) const;
  std::optional<ObjectRef> Find(const ApiPath& path) const;
  u32 version() const { return sim_.world.header().resource_version; }
  ApiChange ChangeOf(ObjectRef object, bool gone);
  void Forget();

  Sim sim_;
  u32 actor_;
  std::vector<ObjectRef> pending_;                     // changed since the last Settled
  std::map<std::pair<const void*, u32>, Json> shown_;  // what selectors saw of (kind, row)
  std::set<std::string, std::less<>> namespaces_;      // that objects live in, or lived
  std::vector<ApiChange> gone_;                        // deleted since the last Settled
  std::deque<ApiChange> history_;                      // by resourceVersion
  u64 dropped_ = 0;                                    // changes that left the history
  u32 oldest_rv_;                                      // watches can start from here
};

}  // namespace wt
