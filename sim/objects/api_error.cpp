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

Error NoSuchResourceError() {
  return {ErrorCode::kNotFound, "", "the server could not find the requested resource"};
}

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

Error InvalidFieldError(const KindInfo& kind, std::string_view name, std::string field,
                        std::string_view message) {
  std::string what = fmt::format("{} \"{}\" is invalid: {}: {}", Qualified(kind.kind, kind), name,
                                 field, message);
  return {ErrorCode::kInvalidObject, std::move(field), std::move(what)};
}

}  // namespace wt
