// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/addresses.h"
#include "sim/objects/canonical.h"
#include "sim/objects/quantity.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr std::array<std::string_view, 9> kCounted{"pods",
                                                   "resourcequotas",
                                                   "services",
                                                   "secrets",
                                                   "configmaps",
                                                   "replicationcontrollers",
                                                   "persistentvolumeclaims",
                                                   "services.nodeports",
                                                   "services.loadbalancers"};

constexpr std::array<std::string_view, 11> kMeasured{
    "cpu",          "memory",          "ephemeral-storage",
    "requests.cpu", "requests.memory", "requests.ephemeral-storage",
    "limits.cpu",   "limits.memory",   "limits.ephemeral-storage",
    "storage",      "requests.storage"};

bool IsCounted(std::string_view name) {
  return std::find(kCounted.begin(), kCounted.end(), name) != kCounted.end();
}

bool IsStandard(std::string_view name) {
  return IsCounted(name) || name.starts_with("hugepages-") ||
         name.starts_with("requests.hugepages-") ||
         std::find(kMeasured.begin(), kMeasured.end(), name) != kMeasured.end();
}

bool HasDomain(std::string_view name) { return name.find('/') != std::string_view::npos; }

bool IsNative(std::string_view name) {
  return !HasDomain(name) || name.find("kubernetes.io/") != std::string_view::npos;
}

bool IsExtended(std::string_view name) {
  return !IsNative(name) && !name.starts_with("requests.") &&
         QualifiedNameComplaints("requests." + std::string(name)).empty();
}

std::optional<i64> Percent(const Json& value) {
  if (!value.is_string() || !PercentComplaints(TextOf(value)).empty()) return std::nullopt;
  const std::string_view text = TextOf(value);
  i64 number = 0;
  std::from_chars(text.data(), text.data() + text.size() - 1, number);
  return number;
}

}  // namespace

bool IsOvercommitAllowed(std::string_view resource) {
  return IsNative(resource) && !resource.starts_with("hugepages-");
}

bool CheckResourceName(Checker& check, std::string_view name, const FieldPath& path) {
  const Complaints complaints = QualifiedNameComplaints(name);
  check.Each(path, name, complaints);
  if (!complaints.empty()) return false;
  if (HasDomain(name) || IsStandard(name)) return true;
  check.Invalid(path, Shown(name), "must be a standard resource type or fully qualified");
  return false;
}

void CheckContainerResourceName(Checker& check, std::string_view name, const FieldPath& path) {
  const bool standard = name == "cpu" || name == "memory" || name == "ephemeral-storage" ||
                        name.starts_with("hugepages-");
  if (standard) return;
  CheckResourceName(check, name, path);
  if (!HasDomain(name)) {
    check.Invalid(path, Shown(name), "must be a standard resource for containers");
  } else if (!IsNative(name) && !IsExtended(name)) {
    check.Invalid(path, Shown(name), "doesn't follow extended resource name standard");
  }
}

void CheckQuotaResourceName(Checker& check, std::string_view name, const FieldPath& path) {
  CheckResourceName(check, name, path);
  if (!HasDomain(name) && !IsStandard(name)) {
    check.Invalid(path, Shown(name), "must be a standard resource for quota");
  }
}

void CheckResourceQuantity(Checker& check, std::string_view resource, const Json& amount,
                           const FieldPath& path) {
  const Result<Quantity> q = ParseQuantity(TextOf(amount));
  if (!q) return;
  if (Sign(*q) < 0) {
    check.Invalid(path, Shown(CanonicalText(*q)), "must be greater than or equal to 0");
  }
  if ((IsCounted(resource) || IsExtended(resource)) && MilliValue(*q) % 1000 != 0) {
    check.Invalid(path, Shown(CanonicalText(*q)), "must be an integer");
  }
}

void CheckPortNumberOrName(Checker& check, const Json* port, const FieldPath& path) {
  if (port != nullptr && port->is_string()) {
    const Complaints complaints = PortNameComplaints(TextOf(*port));
    if (!complaints.empty()) check.Each(path, TextOf(*port), complaints);
    return;
  }
  const i64 number = port != nullptr && port->is_number_integer() ? port->get<i64>() : 0;
  const Complaints complaints = PortNumberComplaints(number);
  if (!complaints.empty()) check.Each(path, number, complaints);
}

void CheckIntOrPercent(Checker& check, const Json* value, const FieldPath& path) {
  if (value == nullptr) return;
  if (value->is_string()) {
    check.Each(path, TextOf(*value), PercentComplaints(TextOf(*value)));
  } else if (value->is_number_integer() && value->get<i64>() < 0) {
    check.Invalid(path, Shown(value), "must be greater than or equal to 0");
  }
}

void CheckAtMost100Percent(Checker& check, const Json* value, const FieldPath& path) {
  if (value == nullptr || Percent(*value).value_or(0) <= 100) return;
  check.Invalid(path, Shown(value), "must not be greater than 100%");
}

i64 IntOrPercentValue(const Json* value) {
  if (value == nullptr) return 0;
  if (value->is_number_integer()) return value->get<i64>();
  if (const std::optional<i64> percent = Percent(*value)) return *percent;
  i64 number = 0;
  const std::string_view text = TextOf(*value);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Complaints IpComplaints(std::string_view text) {
  if (ParseIp(text)) return {};
  return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

}  // namespace wt
