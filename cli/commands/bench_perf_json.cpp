// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/bench_perf.h"

namespace wt {

std::string PerfJson(const std::vector<Figure>& figures, const std::string& machine) {
  nlohmann::ordered_json document{{"schema", "wavetank.perf/1"},
                                  {"machine", machine},
                                  {"command", "wavetank bench --perf --json"},
                                  {"figures", nlohmann::ordered_json::object()}};
  for (const Figure& f : figures) {
    nlohmann::ordered_json baseline;  // null: there is none
    if (f.baseline > 0) baseline = f.baseline;
    document["figures"][f.name] = {{"value", f.value}, {"unit", f.unit}, {"baseline", baseline},
                                   {"n", f.n}, {"meaning", f.meaning}};
  }
  return document.dump(2);
}

}  // namespace wt
