// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_delete.h"
#include "sim/cluster/api_status.h"
#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

// Half a month: longer than any run, and short of where milliseconds in 32 bits overflow.
constexpr i64 kGraceMaxS = 15 * 24 * 3600;

Error WrongType(std::string_view field) {
  return BadRequestError(fmt::format("DeleteOptions: {} has the wrong type", field));
}

Error Unsupported(std::string field, const Json& value, std::string_view supported) {
  return InvalidOptionsError(
      "DeleteOptions", std::move(field),
      fmt::format("Unsupported value: {}: supported values: {}", value.dump(), supported));
}

Status CheckKind(const Json& options) {
  if (!options.is_object()) return BadRequestError("the body of a DELETE is no DeleteOptions");
  const std::string_view kind = Text(options, "kind"), version = Text(options, "apiVersion");
  if ((kind.empty() || kind == "DeleteOptions") &&
      (Find(options, "kind") == nullptr || options["kind"].is_string())) {
    return Ok{};
  }
  return BadRequestError(
      fmt::format("{} in version \"{}\" cannot be handled as a DeleteOptions", kind, version));
}

Status ReadPropagation(const Json& options) {
  const Json* policy = Find(options, "propagationPolicy");
  const Json* orphan = Find(options, "orphanDependents");
  if (policy != nullptr && !policy->is_string()) return WrongType("propagationPolicy");
  if (orphan != nullptr && !orphan->is_boolean()) return WrongType("orphanDependents");
  if (policy != nullptr && orphan != nullptr) {
    return InvalidOptionsError("DeleteOptions", "propagationPolicy",
                               fmt::format("Invalid value: {}: orphanDependents and "
                                           "deletionPropagation cannot be both set",
                                           policy->dump()));
  }
  const std::string_view wanted = policy != nullptr ? TextOf(*policy) : "";
  if (wanted == "Foreground" || wanted == "Orphan") {
    return Unsupported("propagationPolicy", *policy,
                       "\"Background\" (the only one that a simulated cluster serves)");
  }
  if (policy != nullptr && wanted != "Background" && !wanted.empty()) {
    return Unsupported("propagationPolicy", *policy, "\"Background\"");
  }
  if (orphan != nullptr && orphan->get<bool>()) {
    return Unsupported("orphanDependents", *orphan, "false");
  }
  return Ok{};
}

Status ReadGrace(const Json& options, DeleteOptions& to) {
  const Json* grace = Find(options, "gracePeriodSeconds");
  if (grace == nullptr) return Ok{};
  const bool huge = grace->is_number_unsigned() &&
                    grace->get<u64>() > static_cast<u64>(std::numeric_limits<i64>::max());
  if (!grace->is_number_integer() || huge) return WrongType("gracePeriodSeconds");
  const i64 seconds = grace->get<i64>();
  to.grace_s = seconds < 0 ? 1 : static_cast<i32>(std::min(seconds, kGraceMaxS));
  return Ok{};
}

Status ReadDryRun(const Json& options, DeleteOptions& to) {
  const Json* dry = Find(options, "dryRun");
  if (dry == nullptr) return Ok{};
  if (!dry->is_array()) return WrongType("dryRun");
  for (const Json& value : *dry) {
    if (!value.is_string()) return WrongType("dryRun");
    if (value != "All") return Unsupported("dryRun", *dry, "\"All\"");
    to.dry_run = true;
  }
  return Ok{};
}

Status ReadPreconditions(const Json& options, DeleteOptions& to) {
  const Json* all = Find(options, "preconditions");
  if (all == nullptr) return Ok{};
  if (!all->is_object()) return WrongType("preconditions");
  for (const char* member : {"uid", "resourceVersion"}) {
    const Json* value = Find(*all, member);
    if (value == nullptr) continue;
    if (!value->is_string()) return WrongType(std::string("preconditions.") + member);
    (std::string_view(member) == "uid" ? to.uid : to.resource_version) = value->get<std::string>();
  }
  return Ok{};
}

// The parameters of the query as the body would say them.
Result<Json> OptionsOfQuery(const ApiQuery& query) {
  Json out = Json::object();
  if (query.dry_run) out["dryRun"] = {"All"};
  if (!query.propagation_policy.empty()) out["propagationPolicy"] = query.propagation_policy;
  for (const auto& [name, text] : {std::pair("gracePeriodSeconds", &query.grace_period),
                                   std::pair("orphanDependents", &query.orphan_dependents)}) {
    if (text->empty()) continue;
    auto value = ParseJson(*text, name);
    if (!value) return WrongType(name);
    out[name] = std::move(*value);
  }
  return out;
}

}  // namespace

Result<DeleteOptions> ReadDeleteOptions(std::string_view body, const ApiQuery& query) {
  Result<Json> options = body.empty() ? OptionsOfQuery(query) : ParseJson(body, "body");
  if (!options) return BadRequestError(options.error().Text());
  DeleteOptions out;
  if (Status read = CheckKind(*options); !read) return read.error();
  if (Status read = ReadDryRun(*options, out); !read) return read.error();
  if (Status read = ReadPropagation(*options); !read) return read.error();
  if (Status read = ReadGrace(*options, out); !read) return read.error();
  if (Status read = ReadPreconditions(*options, out); !read) return read.error();
  return out;
}

Status CheckPreconditions(const DeleteOptions& options, const KindInfo& kind, const Json& object) {
  const Json& metadata = Map(object, "metadata");
  const std::string_view uid = Text(metadata, "uid");
  const std::string_view version = Text(metadata, "resourceVersion");
  const auto conflict = [&](std::string_view what, std::string_view asked, std::string_view is,
                            std::string_view how) {
    const std::string group = kind.group.empty() ? "" : fmt::format(".{}", kind.group);
    return Error{ErrorCode::kConflict, "",
                 fmt::format("Operation cannot be fulfilled on {}{} \"{}\": the {} in the "
                             "precondition ({}) does not match the {} in record ({}). The object "
                             "might have been {}",
                             kind.kind, group, Text(metadata, "name"), what, asked, what, is, how)};
  };
  if (options.uid && *options.uid != uid) {
    return conflict("UID", *options.uid, uid, "deleted and then recreated");
  }
  if (options.resource_version && *options.resource_version != version) {
    return conflict("ResourceVersion", *options.resource_version, version, "modified");
  }
  return Ok{};
}

bool AnswersDeletedObject(const KindInfo& kind) {
  // Stores with ReturnDeletedObject (pkg/registry/*/*/storage).
  constexpr std::array<std::string_view, 11> kKinds{
      "Pod",           "PodTemplate", "PersistentVolume", "PersistentVolumeClaim",
      "ResourceQuota", "Service",     "ServiceAccount",   "StorageClass",
      "CSIDriver",     "CSINode",     "VolumeAttachment"};
  return std::ranges::find(kKinds, kind.kind) != kKinds.end();
}

}  // namespace wt
