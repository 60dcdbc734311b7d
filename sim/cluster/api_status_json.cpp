// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_status.h"

namespace wt {
namespace {

struct Reason {
  ErrorCode code;
  int status;
  std::string_view text;
};
constexpr std::array kReasons{Reason{ErrorCode::kBadRequest, 400, "BadRequest"},
                              Reason{ErrorCode::kForbidden, 403, "Forbidden"},
                              Reason{ErrorCode::kNotFound, 404, "NotFound"},
                              Reason{ErrorCode::kAlreadyExists, 409, "AlreadyExists"},
                              Reason{ErrorCode::kConflict, 409, "Conflict"},
                              Reason{ErrorCode::kInvalidObject, 422, "Invalid"}};

// "spec.replicas: Invalid value: ..." of the message, without the field.
std::string_view MessageOfField(const Error& error) {
  const std::string start = " is invalid: " + error.where + ": ";
  const std::size_t at = error.what.find(start);
  return at == std::string::npos ? std::string_view(error.what)
                                 : std::string_view(error.what).substr(at + start.size());
}

std::string_view CauseReason(std::string_view message) {
  struct Known {
    std::string_view start, reason;
  };
  constexpr std::array kKnown{Known{"Required value", "FieldValueRequired"},
                              Known{"Unsupported value", "FieldValueNotSupported"},
                              Known{"Forbidden", "FieldValueForbidden"},
                              Known{"Duplicate value", "FieldValueDuplicate"},
                              Known{"Too long", "FieldValueTooLong"},
                              Known{"Too many", "FieldValueTooMany"},
                              Known{"Not found", "FieldValueNotFound"}};
  for (const Known& known : kKnown) {
    if (message.starts_with(known.start)) return known.reason;
  }
  return "FieldValueInvalid";
}

Json CausesJson(const Error& error, const std::vector<FieldCause>& causes) {
  Json out = Json::array();
  for (const FieldCause& cause : causes) {
    out.push_back({{"field", cause.field}, {"reason", cause.reason}, {"message", cause.message}});
  }
  if (out.empty() && !error.where.empty()) {
    const std::string_view message = MessageOfField(error);
    out.push_back({{"field", error.where}, {"reason", CauseReason(message)}, {"message", message}});
  }
  return out;
}

Json Details(std::string_view name, std::string_view group, std::string_view kind) {
  Json out = {{"kind", kind}};
  if (!name.empty()) out["name"] = name;
  if (!group.empty()) out["group"] = group;
  return out;
}

}  // namespace

Json StatusJson(int code, std::string_view reason, std::string_view message, const Json& details) {
  Json out = {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
              {"status", "Failure"}, {"message", message}, {"reason", reason},
              {"code", code}};
  if (!details.is_null()) out["details"] = details;
  return out;
}

ApiReply Refused(int code, std::string_view reason, std::string_view message) {
  return {code, StatusJson(code, reason, message, nullptr).dump()};
}

ApiReply Refused(const Error& error, const KindInfo* kind, std::string_view name,
                 const std::vector<FieldCause>& causes) {
  const auto* reason = std::ranges::find(kReasons, error.code, &Reason::code);
  if (reason == kReasons.end()) return Refused(500, "InternalError", error.what);
  Json details;
  if (error.code == ErrorCode::kInvalidObject && kind == nullptr) {
    details = Details("", "meta.k8s.io", error.what.substr(0, error.what.find('.')));
  } else if (error.code == ErrorCode::kInvalidObject) {
    details = Details(name, kind->group, kind->kind);
  } else if (error.code != ErrorCode::kBadRequest) {
    details = kind == nullptr ? Json::object() : Details(name, kind->group, kind->plural);
  }
  if (error.code == ErrorCode::kInvalidObject) {
    const Json list = CausesJson(error, causes);
    if (!list.empty()) details["causes"] = list;
  }
  return {reason->status, StatusJson(reason->status, reason->text, error.what, details).dump()};
}

ApiReply MethodNotAllowed() {
  return Refused(405, "MethodNotAllowed",
                 "the server does not allow this method on the requested resource");
}

Json TooLargeVersionJson(u64 asked, u64 current) {
  return StatusJson(
      504, "Timeout",
      fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current),
      {{"retryAfterSeconds", 1},
       {"causes",
        {{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}}}});
}

Error InvalidOptionsError(std::string_view options, std::string field, std::string_view message) {
  std::string what = fmt::format("{}.meta.k8s.io \"\" is invalid: {}: {}", options, field, message);
  return {ErrorCode::kInvalidObject, std::move(field), std::move(what)};
}

Json DeletedJson(const KindInfo& kind, std::string_view name, std::string_view uid) {
  Json details = Details(name, kind.group, kind.plural);
  details["uid"] = uid;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", Json::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

}  // namespace wt
