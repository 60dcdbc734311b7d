// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/pod_resources.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {
namespace {

Json Units(const ResourceList& list) {
  Json out = Json::object();
  for (const auto& [name, amount] : list) out[name] = ResourceUnits(name, amount);
  return out;
}

}  // namespace

std::string CheckPodResources(const Json& input, const Json& want) {
  const Json& pod = input.at("pod");
  const Json got = {{"qosClass", QosClassName(PodQosClass(pod))},
                    {"requests", Units(PodRequests(pod))},
                    {"limits", Units(PodLimits(pod))}};
  return Difference(got, want);
}

}  // namespace wt::conformance
