// SPDX-License-Identifier: Apache-2.0
// What the path and the query of a request to the API name.
// Source: Kubernetes v1.35, API concepts, "Resource URIs"; RFC 3986 section 2.1.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/api/result.h"
#include "sim/objects/kinds.h"
#include "sim/objects/selector.h"

namespace wt {

struct ApiPath {
  const KindInfo* kind = nullptr;
  std::string ns, name, subresource;  // "" = all namespaces, the collection, the object itself
};

// /api/v1/... or /apis/GROUP/VERSION/..., with or without namespaces/NAME/. Error: kNotFound, with
// upstream's text.
Result<ApiPath> ReadApiPath(std::string_view path);

// "/apis/apps/v1/namespaces/shop/deployments"; `ns` empty: of the whole cluster.
std::string CollectionPath(const KindInfo& kind, std::string_view ns);

struct ApiQuery {
  LabelSelector labels;
  FieldSelector fields;  // of metadata.name and metadata.namespace, and those of pods and events
  u64 resource_version = 0;          // 0: not given, or any
  bool send_initial_events = false;  // the parameter was given, whatever its value
  bool dry_run = false;
  std::string grace_period, propagation_policy, orphan_dependents;  // of DELETE, as written
};

// Parameters that it does not know are left alone, as the API server does; those that choose among
// objects too when `one_object`. Error: kBadRequest.
Result<ApiQuery> ReadApiQuery(std::string_view query, bool one_object = false);

}  // namespace wt
