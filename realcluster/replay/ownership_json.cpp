// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/kube/api_status.h"
#include "realcluster/replay/deployment.h"

namespace wt {
namespace {

constexpr const char* kMark = "/api/v1/namespaces/kube-system/configmaps/wavetank-testbed";
constexpr size_t kLabelMax = 63;

// RFC 1123, as apimachinery's IsDNS1123Label.
bool IsLabel(std::string_view name) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLabelMax && alphanumeric(name.front()) &&
         alphanumeric(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return c == '-' || alphanumeric(c); });
}

}  // namespace

Status CheckNamespaceName(const std::string& name_space) {
  if (!name_space.empty() && !IsLabel(name_space)) {
    return Error{ErrorCode::kUsage, "--namespace",
                 fmt::format("'{}' is no name of a namespace; expected lower case letters, digits "
                             "and '-'",
                             name_space)};
  }
  if (name_space.starts_with("kube-")) {
    return Error{ErrorCode::kUsage, "--namespace",
                 name_space + " is a namespace of the system; expected one of your own"};
  }
  return Ok{};
}

Status CheckOwnership(KubeApi& api, const Ownership& ownership) {
  const std::string& name_space = ownership.name_space;
  if (Status right = CheckNamespaceName(name_space); !right) return right;
  const auto reply = api.Call({.path = kMark});
  if (!reply) return reply.error();
  if (reply->status == 200) return Ok{};
  if (reply->status != 404 && reply->status != 403) {
    return RefusalError(ReadRefusal(reply->status, reply->body), kMark);
  }
  if (ownership.i_own_this_cluster && !name_space.empty()) return Ok{};
  const char* missing = ownership.i_own_this_cluster ? "--namespace NAME"
                        : name_space.empty()         ? "--i-own-this-cluster --namespace NAME"
                                                     : "--i-own-this-cluster";
  const char* why = reply->status == 403
                        ? "whether `wavetank testbed` made this cluster cannot be told: these "
                          "credentials may not read ConfigMap kube-system/wavetank-testbed (403)"
                        : "this cluster was not made by `wavetank testbed` (it has no ConfigMap "
                          "wavetank-testbed in kube-system)";
  return Error{ErrorCode::kEnvironment, "",
               fmt::format("{}, so nothing was changed. Faults are injected into it: if it is "
                           "yours to break, pass {}; else bring one up with `wavetank testbed up "
                           "--local`",
                           why, missing)};
}

}  // namespace wt
