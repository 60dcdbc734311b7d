// SPDX-License-Identifier: Apache-2.0
#include "realcluster/mirror/awaited_writes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/mirror/written_part.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr std::size_t kBodyShownMax = 200;

}  // namespace

void AwaitedWrites::Add(SimTime at, const ApiRequest& request, int status) {
  Write write{at, request.method, request.path, request.body, status};
  if (request.method == "POST") {
    const Result<Json> object = ParseJson(request.body, request.path);
    if (!object) return;
    write.path += fmt::format("/{}", Text(Map(*object, "metadata"), "name"));
  }
  writes_.push_back(std::move(write));
}

void AwaitedWrites::Seen(std::string_view path, ChangeType type, const Json& object) {
  std::erase_if(writes_, [&](const Write& write) {
    if (write.path != path) return false;
    const bool going = !Text(Map(object, "metadata"), "deletionTimestamp").empty();
    if (type == ChangeType::kDeleted || going) return true;  // it was there, or no longer is
    if (write.method == "DELETE") return false;
    const Result<Json> written = ParseJson(write.written, path);
    return !written || Shows(object, *written);
  });
}

std::optional<Error> AwaitedWrites::Overdue(SimTime now) const {
  for (const Write& write : writes_) {
    if (now - write.at <= kShownWithin) continue;
    return Error{
        ErrorCode::kEnvironment, write.path,
        fmt::format(
            "the API accepted the fault's {} at {:.1f} s (status {}), but the object does not show "
            "it after {:.0f} s{}{}; look at it with `kubectl get --raw {}`: does a proxy or an "
            "admission webhook drop or change what is written?",
            write.method, ToSeconds(write.at), write.status, ToSeconds(kShownWithin),
            write.written.empty() ? "" : ": ", write.written.substr(0, kBodyShownMax), write.path)};
  }
  return std::nullopt;
}

}  // namespace wt
