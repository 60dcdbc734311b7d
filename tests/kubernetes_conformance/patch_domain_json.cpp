// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/patch.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {
namespace {

PatchType TypeOf(std::string_view word) {
  if (word == "json") return PatchType::kJson;
  return word == "merge" ? PatchType::kMerge : PatchType::kStrategic;
}

}  // namespace

std::string CheckPatch(const Json& input, const Json& want) {
  const Json& object = input.at("object");
  const Result<Json> got =
      ApplyPatch(TypeOf(Text(input, "type")), Text(input, "kind"), object, input.at("patch"));
  if (const Json* error = Find(want, "error")) {
    return got.ok() ? "applied, want error " + error->get<std::string>() : "";
  }
  if (!got.ok()) return "error " + got.error().Text();
  const Json& wanted = want.at("object");
  std::string out = ObjectDifference(*got, wanted, TypeOfObject(wanted));
  return out.empty() ? Lost(object, wanted, *got) : out;
}

}  // namespace wt::conformance
