// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tests/episodes/trace/object_words.h"

namespace wt {

ObjectWords WordsOf(const std::string& object) {
  const nlohmann::json read = nlohmann::json::parse(object);
  const nlohmann::json& metadata = read.at("metadata");
  return {read.at("kind"), metadata.value("namespace", ""), metadata.at("name"),
          metadata.value("uid", "")};
}

}  // namespace wt
