// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/replay/noted_api.h"
#include "realcluster/replay/steps.h"
#include "sim/objects/access.h"

namespace wt {
namespace {

// The object that a write is about: its path without a subresource; "" of a collection.
std::string ObjectOf(const std::string& path) {
  std::vector<std::size_t> slashes;
  for (std::size_t at = 0; at != path.npos; at = path.find('/', at + 1)) slashes.push_back(at);
  std::size_t kind = path.starts_with("/apis/") ? 3 : 2;  // /api/v1/KIND, /apis/GROUP/V/KIND
  // A namespace's own subresources are status and finalize; else a collection follows its name.
  const bool below = slashes.size() > kind + 2 && path.find("/namespaces/") == slashes[kind];
  if (below && !path.ends_with("/status") && !path.ends_with("/finalize")) kind += 2;
  if (slashes.size() < kind + 2) return "";
  return slashes.size() > kind + 2 ? path.substr(0, slashes[kind + 2]) : path;
}

}  // namespace

// Cleanup deletes the namespace with everything in it.
bool NotedApi::GoesWithNamespace(const std::string& path) const {
  const std::string name = NamespaceOfPath(path);
  const Inventory::Entry* known =
      name.empty() ? nullptr : inventory_.Find("/api/v1/namespaces/" + name);
  return known != nullptr && known->created;
}

Status NotedApi::NoteChange(const std::string& path, bool deletes) {
  if (inventory_.Find(path) != nullptr || GoesWithNamespace(path)) return Ok{};
  const auto there = GetObject(api_, path);
  if (!there) {
    Error error = there.error();
    error.what += "; it is not changed, as it could not be put back";
    return error;
  }
  if (!there->has_value() || (deletes && HasController(**there))) return Ok{};
  return inventory_.WillChange(path, (*there)->dump());
}

Result<ApiReply> NotedApi::Post(const ApiRequest& request) {
  const Json object = Json::parse(request.body, nullptr, false);
  const std::string name(object.is_object() ? Text(Map(object, "metadata"), "name") : "");
  const std::string path = request.path + "/" + name;
  if (name.empty()) {
    return Error{ErrorCode::kBadRequest, request.path,
                 "an object without a name could not be taken away again"};
  }
  const auto there = GetObject(api_, path);
  if (!there) return there.error();
  if (there->has_value()) return api_.Call(request);  // which refuses it
  if (Status noted = inventory_.WillCreate(path); !noted) return noted.error();
  auto reply = api_.Call(request);
  if (!reply) return reply;
  // Answers of 5xx may have changed something: a time-out behind the API server.
  const Inventory::Entry* known = inventory_.Find(path);
  Status noted = Ok{};
  if (reply->status >= 200 && reply->status < 300) {
    const Json made = Json::parse(reply->body, nullptr, false);
    noted = inventory_.Created(path, made.is_object() ? UidOf(made) : "");
  } else if (reply->status < 500 && known->before.empty()) {
    noted = inventory_.Gone(path);
  }
  if (!noted) return noted.error();
  return reply;
}

Result<ApiReply> NotedApi::Call(const ApiRequest& request) {
  if (request.method == "GET") return api_.Call(request);
  const std::string path = ObjectOf(request.path);
  if (path.empty()) {
    if (request.method == "POST") return Post(request);
    return Error{ErrorCode::kBadRequest, request.path,
                 "a whole collection could not be put back; expected one object"};
  }
  const bool deletes = request.method == "DELETE" || request.path.ends_with("/eviction");
  if (Status noted = NoteChange(path, deletes); !noted) return noted.error();
  return api_.Call(request);
}

}  // namespace wt
