// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "realcluster/kube/api_status.h"

namespace wt {
namespace {

using Json = nlohmann::json;

Json ParseStatus(std::string_view body) {
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const bool is_status = json.is_object() && json.contains("kind") && json["kind"] == "Status";
  return is_status ? json : Json();
}

std::string StringAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string Words(int http_status, std::string_view body) {
  constexpr std::size_t kMost = 200;
  std::string words(body.substr(0, kMost));
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.pop_back();
  if (words.empty()) words = fmt::format("HTTP {} without a word", http_status);
  return words;
}

ErrorCode CodeOf(const ApiRefusal& refusal) {
  switch (refusal.code) {
    case 400:
      return ErrorCode::kBadRequest;
    case 403:
      return ErrorCode::kForbidden;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return refusal.reason == "AlreadyExists" ? ErrorCode::kAlreadyExists : ErrorCode::kConflict;
    case 422:
      return ErrorCode::kInvalidObject;
    default:
      return ErrorCode::kEnvironment;
  }
}

}  // namespace

ApiRefusal ReadRefusal(int http_status, std::string_view body) {
  ApiRefusal refusal;
  refusal.code = http_status;
  const Json status = ParseStatus(body);
  if (status.is_null()) {
    refusal.message = Words(http_status, body);
    return refusal;
  }
  refusal.reason = StringAt(status, "reason");
  refusal.message = StringAt(status, "message");
  if (refusal.message.empty()) refusal.message = Words(http_status, "");
  if (refusal.code == 0 && status.contains("code") && status["code"].is_number_integer()) {
    refusal.code = status["code"].get<int>();
  }
  const auto details = status.find("details");
  if (details != status.end() && details->is_object()) {
    const auto seconds = details->find("retryAfterSeconds");
    if (seconds != details->end() && seconds->is_number()) {
      refusal.retry_after_s = seconds->get<double>();
    }
  }
  return refusal;
}

Error RefusalError(const ApiRefusal& refusal, std::string where) {
  std::string what = fmt::format("{} ({}{}{})", refusal.message, refusal.code,
                                 refusal.reason.empty() ? "" : " ", refusal.reason);
  return Error{CodeOf(refusal), std::move(where), std::move(what)};
}

std::string VerbAndResource(const ApiRequest& request) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < request.path.size();) {
    const std::size_t end = std::min(request.path.find('/', at + 1), request.path.size());
    words.push_back(request.path.substr(at + 1, end - at - 1));
    at = end;
  }
  const std::size_t group = !words.empty() && words[0] == "apis" ? 3 : 2;  // api/v1, apis/G/v1
  words.erase(words.begin(),
              words.begin() + static_cast<std::ptrdiff_t>(std::min(group, words.size())));
  std::string name_space;
  if (words.size() > 2 && words[0] == "namespaces") {
    name_space = " in namespace " + words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  const bool named = words.size() > 1;
  const char* verb = request.method == "POST"     ? "create"
                     : request.method == "PATCH"  ? "patch"
                     : request.method == "PUT"    ? "update"
                     : request.method == "DELETE" ? "delete"
                     : named                      ? "get"
                                                  : "list";
  const std::string resource = words.empty() ? request.path : words[0];
  return fmt::format("{} {}{}{}", verb, resource, words.size() > 2 ? "/" + words[2] : "",
                     name_space);
}

Error RefusalError(const ApiRefusal& refusal, std::string where, const ApiRequest& request) {
  Error error = RefusalError(refusal, std::move(where));
  if (refusal.code == 403) {
    error.what += fmt::format("; these credentials may not {}", VerbAndResource(request));
  }
  return error;
}

Result<std::string> SuccessBody(Result<ApiReply> reply, std::string where) {
  if (!reply) return reply.error();
  if (reply->status >= 200 && reply->status < 300) return std::move(reply->body);
  return RefusalError(ReadRefusal(reply->status, reply->body), std::move(where));
}

Result<std::string> SuccessBody(Result<ApiReply> reply, std::string where,
                                const ApiRequest& request) {
  if (!reply || (reply->status >= 200 && reply->status < 300)) {
    return SuccessBody(std::move(reply), std::move(where));
  }
  return RefusalError(ReadRefusal(reply->status, reply->body), std::move(where), request);
}

Result<int> ReadExecStatus(std::string_view status_json) {
  const Json json = Json::parse(status_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || StringAt(json, "status").empty()) {
    return Error{ErrorCode::kEnvironment, "",
                 "the end of the command is no Status: " + Words(0, status_json)};
  }
  if (StringAt(json, "status") == "Success") return 0;
  if (StringAt(json, "reason") == "NonZeroExitCode" && json.contains("details") &&
      json["details"].is_object() && json["details"].contains("causes") &&
      json["details"]["causes"].is_array()) {
    for (const Json& cause : json["details"]["causes"]) {
      if (!cause.is_object() || StringAt(cause, "reason") != "ExitCode") continue;
      const std::string digits = StringAt(cause, "message");
      int code = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
      if (error == std::errc() && end == digits.data() + digits.size()) return code;
    }
  }
  const std::string message = StringAt(json, "message");
  return Error{ErrorCode::kBadRequest, "", message.empty() ? "it did not run" : message};
}

}  // namespace wt
