// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/real/real_parts.h"

namespace wt {

std::string WithReplay(const std::string& episode_line, const std::string& command) {
  auto out = nlohmann::ordered_json::parse(episode_line);
  if (command.empty()) out.erase("replay");
  else out["replay"] = command;
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace wt
