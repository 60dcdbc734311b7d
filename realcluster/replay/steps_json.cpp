// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "realcluster/kube/api_status.h"
#include "realcluster/replay/steps.h"
#include "sim/objects/access.h"

namespace wt {
namespace {

constexpr std::chrono::milliseconds kSlice{100};  // how soon Ctrl-C is heard

Result<Json> Parsed(Result<std::string> body, const std::string& path) {
  if (!body) return body.error();
  Json json = Json::parse(*body, nullptr, false);
  if (json.is_object()) return json;
  return Error{ErrorCode::kEnvironment, path, "the API answered with no object"};
}

}  // namespace

void Say(const ApplyOptions& options, const std::string& line) {
  if (options.progress) options.progress(line);
}

bool Interrupted(const ApplyOptions& options) {
  return options.interrupted && options.interrupted();
}

Patience::Patience(const ApplyOptions& options, double seconds)
    : options_(options), seconds_(seconds), began_(std::chrono::steady_clock::now()) {}

double Patience::spent_s() const {
  if (options_.wait) return waited_;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

bool Patience::Wait(double seconds) {
  if (Interrupted(options_) || spent_s() >= seconds_) return false;
  if (options_.wait) {
    options_.wait(seconds);
    waited_ += seconds;
    return !Interrupted(options_);
  }
  for (const double until = spent_s() + seconds; spent_s() < until;) {
    std::this_thread::sleep_for(kSlice);
    if (Interrupted(options_)) return false;
  }
  return true;
}

Result<std::optional<Json>> GetObject(KubeApi& api, const std::string& path) {
  Result<ApiReply> reply = api.Call({.path = path});
  if (reply && reply->status == 404) return std::optional<Json>();
  auto object = Parsed(SuccessBody(std::move(reply), path, {.path = path}), path);
  if (!object) return object.error();
  return std::optional<Json>(std::move(*object));
}

Result<std::vector<Json>> GetItems(KubeApi& api, const std::string& path) {
  const ApiRequest request{.path = path};
  const auto list = Parsed(SuccessBody(api.Call(request), path, request), path);
  if (!list) return list.error();
  const Json& items = List(*list, "items");
  return std::vector<Json>(items.begin(), items.end());
}

std::string UidOf(const Json& object) { return std::string(Text(Map(object, "metadata"), "uid")); }

bool HasController(const Json& object) {
  return std::ranges::any_of(List(Map(object, "metadata"), "ownerReferences"),
                             [](const Json& owner) { return Flag(owner, "controller"); });
}

bool MayBeOurs(const Json& object) {
  const Json& managed = List(Map(object, "metadata"), "managedFields");
  return managed.empty() || std::ranges::any_of(managed, [](const Json& entry) {
           return Text(entry, "manager").starts_with("wavetank");
         });
}

std::string CollectionOfPath(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string NamespaceOfPath(const std::string& path) {
  constexpr std::string_view kWord = "/namespaces/";
  const size_t at = path.find(kWord);
  if (at == path.npos) return "";
  const size_t from = at + kWord.size(), end = path.find('/', from);
  return end == path.npos ? "" : path.substr(from, end - from);
}

std::string LabelOfPath(const std::string& path) {
  const std::string collection = CollectionOfPath(path), name_space = NamespaceOfPath(path);
  return collection.substr(collection.rfind('/') + 1) + " " + name_space +
         (name_space.empty() ? "" : "/") + path.substr(path.rfind('/') + 1);
}

}  // namespace wt
