// SPDX-License-Identifier: Apache-2.0
// What a pod asks for and may use in all, and its QoS class, from the pod's JSON form.
// Source: component-helpers/resource/helpers.go and pkg/apis/core/v1/helper/qos, Kubernetes v1.35
// (pod-level resources on): sums of containers and sidecars, the largest init step, pod-level
// values in their place, overhead on top. Quantities that do not parse count as absent.
#pragma once

#include <map>
#include <string>

#include "sim/objects/json_fwd.h"
#include "sim/objects/quantity.h"
#include "sim/typed.h"

namespace wt {

using ResourceList = std::map<std::string, Quantity, std::less<>>;

// Each O(containers * resources).
ResourceList PodRequests(const Json& pod);
ResourceList PodLimits(const Json& pod);
QosClass PodQosClass(const Json& pod);

// Without pod-level resources and overhead.
ResourceList ContainerRequests(const Json& pod_spec);
ResourceList ContainerLimits(const Json& pod_spec);

// The ResourceList under a member, e.g. ReadResourceList(resources, "limits").
ResourceList ReadResourceList(const Json& object, std::string_view key);

// True for cpu, memory and hugepages-*.
bool IsPodLevelResource(std::string_view name);

// cpu in millicores, all else in base units, rounded up.
i64 ResourceUnits(std::string_view name, const Quantity& amount);

std::string_view QosClassName(QosClass qos);

}  // namespace wt
