// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/pod_resources.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr std::size_t kDataBytesMax = 1u << 20;

void CheckImmutableData(Checker& check, const Json& object, const Json& old,
                        std::initializer_list<std::string_view> members) {
  CheckMetaUpdate(check, object, old);
  if (!Flag(old, "immutable")) return;
  if (!Flag(object, "immutable")) {
    check.Forbidden(FieldPath("immutable"), "field is immutable when `immutable` is set");
  }
  for (const std::string_view member : members) {
    if (Map(object, member) != Map(old, member)) {
      check.Forbidden(FieldPath(member), "field is immutable when `immutable` is set");
    }
  }
}

void CheckDataKey(Checker& check, const std::string& key, const FieldPath& path) {
  const Complaints complaints = ConfigMapKeyComplaints(key);
  if (!complaints.empty()) check.Each(path.Key(key), key, complaints);
}

struct SecretRule {
  std::string_view type;
  std::string_view key;
};

// Each type and a key that it cannot do without.
constexpr SecretRule kSecretRules[] = {
    {"kubernetes.io/dockercfg", ".dockercfg"},
    {"kubernetes.io/dockerconfigjson", ".dockerconfigjson"},
    {"kubernetes.io/ssh-auth", "ssh-privatekey"},
    {"kubernetes.io/tls", "tls.crt"},
    {"kubernetes.io/tls", "tls.key"},
};

bool HasSecretKey(const Json& secret, std::string_view key) {
  return Find(Map(secret, "data"), key) != nullptr ||
         Find(Map(secret, "stringData"), key) != nullptr;
}

void CheckSecretType(Checker& check, const Json& object) {
  const std::string_view type = Text(object, "type");
  const FieldPath data("data");
  for (const SecretRule& rule : kSecretRules) {
    if (rule.type == type && !HasSecretKey(object, rule.key)) check.Required(data.Key(rule.key));
  }
  if (type == "kubernetes.io/basic-auth" && !HasSecretKey(object, "username") &&
      !HasSecretKey(object, "password")) {
    check.Required(data.Key("username"));
    check.Required(data.Key("password"));
  }
  constexpr std::string_view kAccount = "kubernetes.io/service-account.name";
  if (type != "kubernetes.io/service-account-token") return;
  if (!Text(Map(Map(object, "metadata"), "annotations"), kAccount).empty()) return;
  const FieldPath meta("metadata");
  const FieldPath annotations = meta.Child("annotations");
  check.Required(annotations.Key(kAccount));
}

void CheckTaints(Checker& check, const Json& taints, const FieldPath& path) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t k = 0; k < taints.size(); ++k) {
    const FieldPath here = path.Index(k);
    const std::string_view key = Text(taints[k], "key");
    const std::string_view value = Text(taints[k], "value");
    const std::string_view effect = Text(taints[k], "effect");
    CheckLabelKey(check, key, here.Child("key"));
    check.Each(here.Child("value"), value, LabelValueComplaints(value));
    check.OneOf(here.Child("effect"), effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    if (!seen.insert({key, effect}).second) {
      check.Duplicate(here, Shown(&taints[k]));
      check.causes.back().message += ": taints must be unique by key and effect pair";
    }
  }
}

using AmountsOf = std::map<std::string, std::map<std::string_view, Quantity>>;

// One comparison of two amounts of a limit: `low` must not exceed `high`.
struct LimitOrder {
  std::string_view low, high;  // members
  std::string_view field;      // that gets the complaint
  std::string_view shown;      // member whose amount is printed
  std::string_view low_words, high_words;
};

constexpr LimitOrder kLimitOrders[] = {
    {"min", "max", "min", "min", "min value", "max value"},
    {"min", "defaultRequest", "defaultRequest", "defaultRequest", "min value",
     "default request value"},
    {"defaultRequest", "max", "defaultRequest", "defaultRequest", "default request value",
     "max value"},
    {"defaultRequest", "default", "defaultRequest", "defaultRequest", "default request value",
     "default limit value"},
    {"min", "default", "default", "min", "min value", "default value"},
    {"default", "max", "default", "max", "default value", "max value"},
};

void CheckRatio(Checker& check, const std::string& name,
                const std::map<std::string_view, Quantity>& amounts, const FieldPath& path) {
  const auto ratio = amounts.find("maxLimitRequestRatio");
  if (ratio == amounts.end()) return;
  const FieldPath list = path.Child("maxLimitRequestRatio");
  const std::string text = CanonicalText(ratio->second);
  if (Compare(ratio->second, QuantityFromInteger(1, QuantityFormat::kDecimalSI)) < 0) {
    check.Invalid(list.Key(name), Shown(text), fmt::format("ratio {} is less than 1", text));
  }
  const auto least = amounts.find("min");
  const auto most = amounts.find("max");
  if (least == amounts.end() || most == amounts.end() || Sign(least->second) == 0) return;
  const double bound = static_cast<double>(MilliValue(most->second)) /
                       static_cast<double>(MilliValue(least->second));
  if (static_cast<double>(MilliValue(ratio->second)) / 1000.0 > bound) {
    check.Invalid(list.Key(name), Shown(text),
                  fmt::format("ratio {} is greater than max/min = {:f}", text, bound));
  }
}

void CheckLimitAmounts(Checker& check, const Json& item, const FieldPath& path) {
  const bool pod = Text(item, "type") == "Pod";
  AmountsOf amounts;
  for (const std::string_view member :
       {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
    const FieldPath list = path.Child(member);
    const bool of_default = member.starts_with("default");
    if (of_default && pod) {
      if (!Map(item, member).empty()) {
        check.Forbidden(list, "may not be specified when `type` is 'Pod'");
      }
      continue;
    }
    for (const auto& [name, amount] : ReadResourceList(item, member)) {
      const FieldPath key = list.Key(name);
      if (Text(item, "type") == "Container") {
        CheckContainerResourceName(check, name, key);
      } else {
        CheckResourceName(check, name, key);
      }
      amounts[name].emplace(member, amount);
    }
  }
  for (const auto& [name, of] : amounts) {
    for (const LimitOrder& order : kLimitOrders) {
      const auto low = of.find(order.low);
      const auto high = of.find(order.high);
      if (low == of.end() || high == of.end() || Compare(low->second, high->second) <= 0) continue;
      const FieldPath list = path.Child(order.field);
      check.Invalid(
          list.Key(name), Shown(CanonicalText(of.at(order.shown))),
          fmt::format("{} {} is greater than {} {}", order.low_words, CanonicalText(low->second),
                      order.high_words, CanonicalText(high->second)));
    }
    CheckRatio(check, name, of, path);
  }
}

void CheckLimitType(Checker& check, std::string_view type, const FieldPath& path) {
  const Complaints complaints = QualifiedNameComplaints(type);
  check.Each(path, type, complaints);
  const bool standard = type == "Pod" || type == "Container" || type == "PersistentVolumeClaim";
  if (complaints.empty() && !standard && type.find('/') == std::string_view::npos) {
    check.Invalid(path, Shown(type), "must be a standard limit type or fully qualified");
  }
}

}  // namespace

void ValidateConfigMap(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath data("data");
  const FieldPath binary("binaryData");
  std::size_t bytes = 0;
  for (const auto& [key, value] : Map(object, "data").items()) {
    CheckDataKey(check, key, data);
    if (Find(Map(object, "binaryData"), key) != nullptr) {
      check.Invalid(data.Key(key), Shown(key), "duplicate of key present in binaryData");
    }
    bytes += TextOf(value).size();
  }
  for (const auto& [key, value] : Map(object, "binaryData").items()) {
    CheckDataKey(check, key, binary);
    bytes += TextOf(value).size() / 4 * 3;
  }
  if (bytes > kDataBytesMax) {
    check.TooLong(FieldPath(""), fmt::format("may not be more than {} bytes", kDataBytesMax));
  }
  if (old != nullptr) CheckImmutableData(check, object, *old, {"data", "binaryData"});
}

void ValidateSecret(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath data("data");
  std::size_t bytes = 0;
  for (const auto& [key, value] : Map(object, "data").items()) {
    CheckDataKey(check, key, data);
    bytes += TextOf(value).size() / 4 * 3;
  }
  for (const auto& [key, value] : Map(object, "stringData").items()) {
    if (Find(Map(object, "data"), key) == nullptr) CheckDataKey(check, key, data);
    bytes += TextOf(value).size();
  }
  if (bytes > kDataBytesMax) {
    check.TooLong(data, fmt::format("may not be more than {} bytes", kDataBytesMax));
  }
  CheckSecretType(check, object);
  if (old == nullptr) return;
  CheckImmutableData(check, object, *old, {"data"});
  if (Text(object, "type") != Text(*old, "type")) {
    check.Invalid(FieldPath("type"), Shown(Text(object, "type")), "field is immutable");
  }
}

void ValidateNamespace(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, false, &Dns1123LabelComplaints);
  const FieldPath spec("spec");
  for (const Json& finalizer : List(Map(object, "spec"), "finalizers")) {
    check.Each(spec.Child("finalizers"), TextOf(finalizer),
               QualifiedNameComplaints(TextOf(finalizer)));
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

void ValidateNode(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, false, &Dns1123SubdomainComplaints);
  const FieldPath spec("spec");
  CheckTaints(check, List(Map(object, "spec"), "taints"), spec.Child("taints"));
  const FieldPath status("status");
  for (const char* list : {"capacity", "allocatable"}) {
    const FieldPath amounts = status.Child(list);
    for (const auto& [name, amount] : Map(Map(object, "status"), list).items()) {
      CheckResourceQuantity(check, name, amount, amounts.Key(name));
    }
  }
  if (old == nullptr) return;
  CheckMetaUpdate(check, object, *old);
  const Json& before = Map(*old, "spec");
  const Json& now = Map(object, "spec");
  const bool moved = !Text(before, "podCIDR").empty() &&
                     (Text(before, "podCIDR") != Text(now, "podCIDR") ||
                      List(before, "podCIDRs") != List(now, "podCIDRs"));
  if (moved) {
    check.Forbidden(spec.Child("podCIDRs"),
                    "node updates may not change podCIDR except from \"\" to valid");
  }
  const std::string_view provider = Text(before, "providerID");
  if (!provider.empty() && provider != Text(now, "providerID")) {
    check.Forbidden(spec.Child("providerID"),
                    "node updates may not change providerID except from \"\" to valid");
  }
  if (Text(before, "externalID") != Text(now, "externalID") || moved ||
      (!provider.empty() && provider != Text(now, "providerID"))) {
    check.Forbidden(FieldPath(""),
                    "node updates may only change labels, taints, or capacity (or configSource, "
                    "if the DynamicKubeletConfig feature gate is enabled)");
  }
}

void ValidateClaim(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const Json& modes = List(spec, "accessModes");
  const FieldPath modes_path = path.Child("accessModes");
  if (modes.empty()) check.Required(modes_path, "at least 1 access mode is required");
  CheckLabelSelector(check, Find(spec, "selector"), path.Child("selector"));
  bool exclusive = false;
  for (const Json& mode : modes) {
    check.OneOf(modes_path, TextOf(mode),
                {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
    exclusive |= TextOf(mode) == "ReadWriteOncePod";
  }
  if (exclusive && modes.size() > 1) {
    check.Forbidden(modes_path, "may not use ReadWriteOncePod with other access modes");
  }
  const ResourceList requests = ReadResourceList(Map(spec, "resources"), "requests");
  const auto storage = requests.find("storage");
  const FieldPath resources = path.Child("resources");
  if (storage == requests.end()) {
    check.Required(resources.Key("storage"));
  } else if (Sign(storage->second) <= 0) {
    check.Invalid(resources.Key("storage"), Shown(CanonicalText(storage->second)),
                  "must be greater than zero");
  }
  const std::string_view storage_class = Text(spec, "storageClassName");
  if (!storage_class.empty()) {
    check.Each(path.Child("storageClassName"), storage_class,
               Dns1123SubdomainComplaints(storage_class));
  }
  const std::string_view mode = Text(spec, "volumeMode");
  if (!mode.empty()) check.OneOf(path.Child("volumeMode"), mode, {"Block", "Filesystem"});
  if (old == nullptr) return;
  CheckMetaUpdate(check, object, *old);
  Json now = spec;
  Json before = Map(*old, "spec");
  for (Json* side : {&now, &before}) {
    side->erase("resources");
    side->erase("volumeAttributesClassName");
  }
  if (!before.contains("volumeName")) now.erase("volumeName");
  if (now != before) {
    check.Forbidden(path,
                    "spec is immutable after creation except resources.requests and "
                    "volumeAttributesClassName for bound claims");
  }
}

void ValidateResourceQuota(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath spec("spec");
  const FieldPath hard = spec.Child("hard");
  for (const auto& [name, amount] : Map(Map(object, "spec"), "hard").items()) {
    CheckQuotaResourceName(check, name, hard.Key(name));
    CheckResourceQuantity(check, name, amount, hard.Key(name));
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

void ValidateLimitRange(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath spec("spec");
  const FieldPath list = spec.Child("limits");
  const Json& limits = List(Map(object, "spec"), "limits");
  std::set<std::string_view> types;
  for (std::size_t k = 0; k < limits.size(); ++k) {
    const FieldPath here = list.Index(k);
    const std::string_view type = Text(limits[k], "type");
    CheckLimitType(check, type, here.Child("type"));
    if (!types.insert(type).second) check.Duplicate(here.Child("type"), Shown(type));
    CheckLimitAmounts(check, limits[k], here);
    const bool sized = Find(Map(limits[k], "min"), "storage") != nullptr ||
                       Find(Map(limits[k], "max"), "storage") != nullptr;
    if (type == "PersistentVolumeClaim" && !sized) {
      check.Required(here.Child("limits"),
                     "either minimum or maximum storage value is required, but neither was "
                     "provided");
    }
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

}  // namespace wt
