// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/list.h"

namespace wt {

std::string ListJson(std::string_view kind, const std::vector<Listed>& rows) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array(), ids = Json::array();
  for (const Listed& row : rows) {
    Json one = {{"name", row.name}, {"group", row.group}};
    if (!row.path.empty()) one["path"] = row.path;
    if (!row.text.empty()) one["summary"] = row.text;
    if (row.loaded) {
      one["app"] = row.app;
      one["task"] = row.task;
      one["class"] = row.faults.empty() ? "healthy" : "faulty";
      one["faults"] = row.faults;
    }
    if (row.scenarios > 0) {
      one["scenarios"] = row.scenarios;
      one["seeds"] = {row.first_seed, row.last_seed};
    }
    list.push_back(std::move(one));
    ids.push_back(row.name);
  }
  Json document{{"schema", "wavetank.list/1"}};
  document[std::string(kind)] = std::move(list);
  if (kind == "faults") document["fault_ids"] = std::move(ids);
  return document.dump(2);
}

}  // namespace wt
