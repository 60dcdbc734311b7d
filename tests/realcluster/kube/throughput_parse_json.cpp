// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/parse_json.h"
#include "tests/realcluster/kube/throughput_parse.h"

namespace wt {

std::string NameByParsing(std::string_view object) {
  const Result<Json> json = ParseJson(object, "object");
  return json ? json->value(Json::json_pointer("/metadata/name"), "") : "";
}

}  // namespace wt
