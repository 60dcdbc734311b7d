// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/defaulting.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {

std::string CheckDefaulting(const Json& input, const Json& want) {
  const Json& manifest = input.at("manifest");
  const Json& wanted = want.at("object");
  Json got = manifest;
  ApplyDefaults(got);
  std::string out = ObjectDifference(got, wanted, TypeOfObject(wanted));
  if (!out.empty()) return out;
  out = Lost(manifest, wanted, got);
  if (!out.empty()) return out;
  Json again = got;
  ApplyDefaults(again);
  return again == got ? "" : "a second pass changes it: " + Difference(again, got);
}

}  // namespace wt::conformance
