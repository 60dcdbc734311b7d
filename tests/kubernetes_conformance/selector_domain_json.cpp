// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/selector.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {
namespace {

template <class Selector>
std::string Check(const Result<Selector>& got, const Json& sets, const Json& want) {
  if (const Json* error = Find(want, "error")) {
    if (got.ok()) return "parsed, want error " + error->get<std::string>();
    return TextDifference("error", got.error().what, TextOf(*error));
  }
  if (!got.ok()) return "error " + got.error().what;
  std::string out = TextDifference("canonical", CanonicalText(*got), Text(want, "canonical"));
  if (!out.empty()) return out;
  Json matches = Json::array();
  for (const Json& set : sets) matches.push_back(Matches(*got, set));
  return Difference(matches, want.at("matches"));
}

}  // namespace

std::string CheckSelector(const Json& input, const Json& want) {
  const std::string_view text = Text(input, "selector");
  const Json& sets = List(input, "sets");
  return Text(input, "kind") == "field" ? Check(ParseFieldSelector(text), sets, want)
                                        : Check(ParseLabelSelector(text), sets, want);
}

}  // namespace wt::conformance
