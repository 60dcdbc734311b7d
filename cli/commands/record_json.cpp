// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/record.h"

namespace wt {

std::string RecordJson(const std::string& scenario, const std::string& agent,
                       const std::vector<RecordedTrace>& traces) {
  nlohmann::ordered_json out{{"schema", "wavetank.record/1"},
                             {"scenario", scenario},
                             {"agent", agent},
                             {"traces", nlohmann::ordered_json::array()}};
  for (const RecordedTrace& trace : traces) {
    out["traces"].push_back({{"path", trace.path},
                             {"seed", trace.seed},
                             {"was_there", trace.was_there},
                             {"verdict", trace.verdict},
                             {"end_s", trace.end_s},
                             {"bytes", trace.bytes}});
  }
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace wt
