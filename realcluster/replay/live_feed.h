// SPDX-License-Identifier: Apache-2.0
// The changes of an API server's objects as they arrive: an Informer for each collection, in a
// thread and with connections of their own, so that neither a slow write nor a silent pod delays
// what a change is stamped with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/mirror/any_cluster.h"

namespace wt {

class LiveFeed final : public ChangeFeed {
 public:
  // `clock` is asked in the thread, too; it must outlive this. Error: those of RestKubeApi::Open.
  static Result<std::unique_ptr<LiveFeed>> Start(KubeTarget target, RealClock& clock,
                                                 const std::vector<std::string>& collections,
                                                 RestOptions options = {});
  ~LiveFeed() override;

  // The first call waits until every collection has been listed, 60 s at most. An error of a
  // collection is told by every call until the collection has been listed anew and is watched.
  // So is a server that answers nothing any more, though its watches are open (heartbeat.h).
  Status Take(std::vector<TraceChange>& out) override;
  std::optional<SimTime> LastAnswer() override;

 private:
  struct Inside;
  explicit LiveFeed(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wt
