// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/list.h"

namespace wt {

std::string ListJson(std::string_view kind, const std::vector<Listed>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Listed& row : rows) {
    list.push_back({{"name", row.name}, {"group", row.group}, {"path", row.path}});
  }
  nlohmann::ordered_json document{{"schema", "wavetank.list/1"}};
  document[std::string(kind)] = std::move(list);
  return document.dump(2);
}

}  // namespace wt
