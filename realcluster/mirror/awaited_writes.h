// SPDX-License-Identifier: Apache-2.0
// Writes that an API server has accepted and that its objects must show before long: one that says
// yes and stores nothing is found out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "episodes/trace/trace.h"
#include "sim/api/kube_api.h"
#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// A watch tells of a write within a second or so, after a broken connection within some more.
inline constexpr SimTime kShownWithin = 30 * kSecond;

class AwaitedWrites {
 public:
  // An accepted PATCH (merge), POST or DELETE of a WriteRequests; `status`: what it was answered.
  void Add(SimTime at, const ApiRequest& request, int status);
  // What came of the object at `path`: a write is shown by an object that has what it says, a
  // DELETE by one that is gone or going.
  void Seen(std::string_view path, ChangeType type, const Json& object);
  bool None() const { return writes_.empty(); }
  // The oldest that has not been shown for longer than kShownWithin. kEnvironment, with the remedy.
  std::optional<Error> Overdue(SimTime now) const;

 private:
  struct Write {
    SimTime at;
    std::string method, path;
    std::string written;  // JSON: what must be seen; of DELETE empty
    int status;
  };
  std::vector<Write> writes_;
};

}  // namespace wt
