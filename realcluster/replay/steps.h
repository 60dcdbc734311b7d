// SPDX-License-Identifier: Apache-2.0
// What applying and cleaning up share: calls read as JSON, waiting that can be interrupted.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "realcluster/replay/deployment.h"
#include "sim/objects/json_fwd.h"

namespace wt {

void Say(const ApplyOptions& options, const std::string& line);
bool Interrupted(const ApplyOptions& options);

// How long something may still take. Time is what `options.wait` let pass, else the clock's.
class Patience {
 public:
  Patience(const ApplyOptions& options, double seconds);
  // Lets `seconds` pass. False, at once: the time is up, or the run is interrupted.
  bool Wait(double seconds);
  double spent_s() const;

 private:
  const ApplyOptions& options_;
  double seconds_, waited_ = 0;
  std::chrono::steady_clock::time_point began_;
};

// The object at `path`; nothing on 404. Errors: of the call, refusals.
Result<std::optional<Json>> GetObject(KubeApi& api, const std::string& path);
// The items of a list. Errors: of the call, refusals.
Result<std::vector<Json>> GetItems(KubeApi& api, const std::string& path);

std::string UidOf(const Json& object);
// Deleted, it is made again by what owns it.
bool HasController(const Json& object);
// Whether this client may have created it: another client's name in its managed fields says no.
bool MayBeOurs(const Json& object);

// ".../deployments/web" -> ".../deployments".
std::string CollectionOfPath(const std::string& path);
// "/apis/apps/v1/namespaces/shop/deployments/web" -> "shop"; "" for objects of the whole cluster,
// namespaces among them.
std::string NamespaceOfPath(const std::string& path);
// "deployments shop/web", as errors name it.
std::string LabelOfPath(const std::string& path);

}  // namespace wt
