// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "realcluster/service/killer_api.h"

namespace wt::service {
namespace {

using Json = nlohmann::json;

constexpr double kIntervalMin = 0.05, kIntervalMax = 86400;

Json Parsed(const std::string& text) { return Json::parse(text, nullptr, false); }

const Json& Member(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

std::string TextIn(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace

bool ReadKillerOrders(const std::string& config_map, KillerOrders& orders) {
  const Json object = Parsed(config_map);
  const Json& data = Member(object, "data");
  orders.name_space = TextIn(data, "namespace");
  orders.selector = TextIn(data, "selector");
  const std::string interval = TextIn(data, "interval_s");
  char* end = nullptr;
  orders.interval_s = std::strtod(interval.c_str(), &end);
  return !orders.name_space.empty() && !orders.selector.empty() && !interval.empty() &&
         *end == '\0' && orders.interval_s >= kIntervalMin && orders.interval_s <= kIntervalMax;
}

std::vector<LivePod> LivePods(const std::string& pod_list) {
  std::vector<LivePod> pods;
  const Json list = Parsed(pod_list);
  for (const Json& item : Member(list, "items")) {
    const Json& metadata = Member(item, "metadata");
    if (!Member(metadata, "deletionTimestamp").is_null()) continue;
    LivePod pod;
    pod.name = TextIn(metadata, "name");
    const Json& grace = Member(Member(item, "spec"), "terminationGracePeriodSeconds");
    if (grace.is_number_integer()) pod.grace_s = grace.get<long>();
    if (!pod.name.empty()) pods.push_back(std::move(pod));
  }
  return pods;
}

std::string StatusMessage(const std::string& body) {
  const std::string message = TextIn(Parsed(body), "message");
  return message.empty() ? body.substr(0, 200) : message;
}

std::string PodKillText(const std::string& name, const std::string& name_space,
                        const std::string& pod_name_space, const LivePod& pod) {
  const Json object = {
      {"apiVersion", "chaos-mesh.org/v1alpha1"},
      {"kind", "PodChaos"},
      {"metadata", {{"name", name}, {"namespace", name_space}}},
      {"spec",
       {{"action", "pod-kill"},
        {"mode", "one"},
        {"gracePeriod", pod.grace_s},
        {"selector",
         {{"namespaces", Json::array({pod_name_space})},
          {"pods", {{pod_name_space, Json::array({pod.name})}}}}}}}};
  return object.dump();
}

}  // namespace wt::service
