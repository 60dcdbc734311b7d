// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/pod_resources.h"

namespace wt {
namespace {

void AddTo(ResourceList& sum, const ResourceList& more) {
  for (const auto& [name, amount] : more) {
    const auto [at, fresh] = sum.try_emplace(name, amount);
    if (!fresh) at->second = Add(at->second, amount);
  }
}

void MaxWith(ResourceList& most, const ResourceList& other) {
  for (const auto& [name, amount] : other) {
    const auto [at, fresh] = most.try_emplace(name, amount);
    if (!fresh && Compare(amount, at->second) > 0) at->second = amount;
  }
}

ResourceList OfContainer(const Json& container, std::string_view which) {
  return ReadResourceList(Map(container, "resources"), which);
}

// While init container i runs, the sidecars before it run too.
ResourceList Aggregate(const Json& pod_spec, std::string_view which) {
  ResourceList total;
  for (const Json& container : List(pod_spec, "containers")) {
    AddTo(total, OfContainer(container, which));
  }
  ResourceList sidecars;
  ResourceList largest_step;
  for (const Json& container : List(pod_spec, "initContainers")) {
    ResourceList own = OfContainer(container, which);
    if (Text(container, "restartPolicy") == "Always") {
      AddTo(total, own);
      AddTo(sidecars, own);
      MaxWith(largest_step, sidecars);
    } else {
      AddTo(own, sidecars);
      MaxWith(largest_step, own);
    }
  }
  MaxWith(total, largest_step);
  return total;
}

void OverrideAtPodLevel(ResourceList& total, const Json& pod_spec, std::string_view which) {
  for (auto& [name, amount] : ReadResourceList(Map(pod_spec, "resources"), which)) {
    if (IsPodLevelResource(name)) total[name] = amount;
  }
}

// cpu and memory amounts above zero.
ResourceList QosAmounts(const Json& resources, std::string_view which) {
  ResourceList out;
  for (const auto& [name, amount] : ReadResourceList(resources, which)) {
    if ((name == "cpu" || name == "memory") && Sign(amount) > 0) out.emplace(name, amount);
  }
  return out;
}

struct QosInputs {
  ResourceList requests;
  ResourceList limits;
  bool every_limit = true;
};

void Collect(const Json& resources, QosInputs& in) {
  AddTo(in.requests, QosAmounts(resources, "requests"));
  const ResourceList limits = QosAmounts(resources, "limits");
  in.every_limit &= limits.size() == 2;
  AddTo(in.limits, limits);
}

}  // namespace

ResourceList ReadResourceList(const Json& object, std::string_view key) {
  ResourceList out;
  for (const auto& [name, value] : Map(object, key).items()) {
    const Result<Quantity> amount =
        value.is_string() ? ParseQuantity(TextOf(value)) : ParseQuantity(Canonical(value));
    if (amount) out.emplace(name, *amount);
  }
  return out;
}

bool IsPodLevelResource(std::string_view name) {
  return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

ResourceList ContainerRequests(const Json& pod_spec) { return Aggregate(pod_spec, "requests"); }

ResourceList ContainerLimits(const Json& pod_spec) { return Aggregate(pod_spec, "limits"); }

ResourceList PodRequests(const Json& pod) {
  const Json& spec = Map(pod, "spec");
  ResourceList total = ContainerRequests(spec);
  OverrideAtPodLevel(total, spec, "requests");
  AddTo(total, ReadResourceList(spec, "overhead"));
  return total;
}

ResourceList PodLimits(const Json& pod) {
  const Json& spec = Map(pod, "spec");
  ResourceList total = ContainerLimits(spec);
  OverrideAtPodLevel(total, spec, "limits");
  for (const auto& [name, amount] : ReadResourceList(spec, "overhead")) {
    const auto at = total.find(name);
    if (at != total.end()) at->second = Add(at->second, amount);
  }
  return total;
}

QosClass PodQosClass(const Json& pod) {
  const Json& spec = Map(pod, "spec");
  QosInputs in;
  if (const Json* resources = Find(spec, "resources")) {
    in.every_limit = true;
    AddTo(in.requests, QosAmounts(*resources, "requests"));
    in.limits = QosAmounts(*resources, "limits");
    if (!Map(*resources, "limits").empty()) in.every_limit = in.limits.size() == 2;
  } else {
    for (const Json& container : List(spec, "containers")) {
      Collect(Map(container, "resources"), in);
    }
    for (const Json& container : List(spec, "initContainers")) {
      Collect(Map(container, "resources"), in);
    }
  }
  if (in.requests.empty() && in.limits.empty()) return QosClass::kBestEffort;
  if (!in.every_limit || in.requests.size() != in.limits.size()) return QosClass::kBurstable;
  for (const auto& [name, request] : in.requests) {
    const auto limit = in.limits.find(name);
    if (limit == in.limits.end() || Compare(limit->second, request) != 0) {
      return QosClass::kBurstable;
    }
  }
  return QosClass::kGuaranteed;
}

i64 ResourceUnits(std::string_view name, const Quantity& amount) {
  return name == "cpu" ? MilliValue(amount) : Value(amount);
}

std::string_view QosClassName(QosClass qos) {
  switch (qos) {
    case QosClass::kBestEffort:
      return "BestEffort";
    case QosClass::kBurstable:
      return "Burstable";
    case QosClass::kGuaranteed:
      return "Guaranteed";
  }
  return "";
}

}  // namespace wt
