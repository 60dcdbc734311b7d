// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/kinds.h"
#include "sim/objects/prepare.h"
#include "sim/objects/validation.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {
namespace {

constexpr std::string_view kNamespace = "shop";
constexpr std::string_view kUid = "00000000-0000-4000-a000-000000000000";
constexpr std::string_view kWrongNamespace =
    "the namespace of the provided object does not match the namespace sent on the request";

std::string CheckDecode(const Status& decoded, const Json& want) {
  if (decoded.ok()) return "decodes, want " + std::string(Text(want, "decodeError"));
  const std::string_view text = Text(want, "decodeError");
  if (Flag(want, "strict")) return TextDifference("decodeError", decoded.error().what, text);
  // Go's wording is not ours; the field is.
  if (text.find(decoded.error().where) != std::string_view::npos) return "";
  return text.starts_with("json: ") ? "decodeError at " + decoded.error().where : "";
}

Json Sorted(Json causes) {
  std::sort(causes.begin(), causes.end());
  return causes;
}

// First which fields and reasons, then the words.
std::string CompareCauses(const std::vector<FieldCause>& got, const Json& want) {
  Json fields = Json::array();
  Json texts = Json::array();
  for (const FieldCause& cause : got) {
    fields.push_back({cause.field, cause.reason});
    texts.push_back({cause.field, cause.reason, cause.message});
  }
  Json want_fields = Json::array();
  Json want_texts = Json::array();
  for (const Json& cause : want) {
    want_fields.push_back({cause.at("field"), cause.at("reason")});
    want_texts.push_back({cause.at("field"), cause.at("reason"), cause.at("message")});
  }
  std::string out = Difference(Sorted(fields), Sorted(want_fields));
  if (!out.empty()) return "causes" + out;
  out = Difference(Sorted(texts), Sorted(want_texts));
  return out.empty() ? "" : "cause texts" + out;
}

}  // namespace

std::string CheckValidation(const Json& input, const Json& want) {
  Json object = input.at("manifest");
  const Status decoded = CheckDecoding(object);
  if (Find(want, "decodeError") != nullptr) return CheckDecode(decoded, want);
  if (!decoded) return "error " + decoded.error().what;
  const KindInfo* kind = FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  Json& meta = object["metadata"];
  const std::string_view given = Text(meta, "namespace");
  const bool namespaced = kind == nullptr || kind->namespaced;
  if (!given.empty() && given != (namespaced ? kNamespace : "")) {
    std::string out = TextDifference("reason", "BadRequest", Text(want, "reason"));
    return out.empty() ? TextDifference("message", kWrongNamespace, Text(want, "message")) : out;
  }
  if (namespaced) meta["namespace"] = kNamespace;
  meta["uid"] = kUid;
  ApplyDefaults(object);
  PrepareForCreate(object);
  const std::vector<FieldCause> causes = Validate(object, nullptr, {.allow_privileged = false});
  if (Flag(want, "ok")) {
    return causes.empty() ? "" : "refused, want ok: " + InvalidMessage(object, causes);
  }
  if (causes.empty()) return "accepted, want " + std::string(Text(want, "message"));
  std::string out = CompareCauses(causes, want.at("causes"));
  if (!out.empty()) return out;
  return TextDifference("message", InvalidMessage(object, causes), Text(want, "message"));
}

}  // namespace wt::conformance
