// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/version.h"

namespace wt {

std::string VersionJson(const BuildInfo& build) {
  const nlohmann::ordered_json document{
      {"schema", "wavetank.version/1"}, {"version", build.version},
      {"commit", build.commit},         {"compiler", build.compiler},
      {"build_type", build.build_type}, {"march", build.march},
  };
  return document.dump(2);
}

}  // namespace wt
