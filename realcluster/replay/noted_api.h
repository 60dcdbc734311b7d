// SPDX-License-Identifier: Apache-2.0
// A KubeApi that writes into an Inventory what every write is about to do, before it is sent, so
// that Cleanup undoes what a fault or an agent does to the cluster.
#pragma once

#include "realcluster/replay/deployment.h"

namespace wt {

class NotedApi final : public KubeApi {
 public:
  // Both must outlive this.
  NotedApi(KubeApi& api, Inventory& inventory) : api_(api), inventory_(inventory) {}

  // POST of an object that is not there: created, with its uid once it is known. PATCH, PUT, DELETE
  // and subresources (eviction, scale) of an object that the run did not create: as it was, once.
  // Nothing for what goes with a namespace of ours or comes back by its controller.
  // Errors: those of the call; of the inventory, and kForbidden and the like when the object cannot
  // be read first: then nothing was sent. One GET before the first write to an object.
  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override {
    return api_.Watch(request);
  }

 private:
  Result<ApiReply> Post(const ApiRequest& request);
  Status NoteChange(const std::string& path, bool deletes);
  bool GoesWithNamespace(const std::string& path) const;

  KubeApi& api_;
  Inventory& inventory_;
};

}  // namespace wt
