// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/api_error.h"

#include <fmt/format.h>

namespace wt {
namespace {

std::string Qualified(std::string_view name, const KindInfo& kind) {
  std::string out(name);
  if (!kind.group.empty()) (out += '.') += kind.group;
  return out;
}

}  // namespace

Error NotFoundError(const KindInfo& kind, std::string_view name) {
  return {ErrorCode::kNotFound, "",
          fmt::format("{} \"{}\" not found", Qualified(kind.plural, kind), name)};
}

Error ConflictError(const KindInfo& kind, std::string_view name, std::string_view why) {
  return {ErrorCode::kConflict, "",
          fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                      Qualified(kind.plural, kind), name, why)};
}

Error BadRequestError(std::string message) {
  return {ErrorCode::kBadRequest, "", std::move(message)};
}

Error InvalidError(const KindInfo& kind, std::string_view name,
                   const std::vector<FieldCause>& causes) {
  std::string list;
  for (const FieldCause& cause : causes) {
    if (!list.empty()) list += ", ";
    list += cause.field + ": " + cause.message;
  }
  if (causes.size() > 1) list = "[" + list + "]";
  return {ErrorCode::kInvalidObject, causes.front().field,
          fmt::format("{} \"{}\" is invalid: {}", Qualified(kind.kind, kind), name, list)};
}

}  // namespace wt
