// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/commands/doctor.h"

namespace wt {

std::string DoctorJson(const DoctorReport& report) {
  using Json = nlohmann::ordered_json;
  Json checks = Json::array();
  for (const DoctorCheck& check : report.checks) {
    checks.push_back({{"name", check.name},
                      {"state", StateWord(check.state)},
                      {"found", check.found},
                      {"remedy", check.remedy}});
  }
  Json missing = Json::object();
  for (const MissingPackages& section : report.missing) {
    missing[section.section] = section.packages;
  }
  const Json document{
      {"schema", "wavetank.doctor/1"},
      {"ok", report.ok},
      {"missing_packages", missing},
      {"cores", report.cores},
      {"vector_units", report.vector_units},
      {"march_built", report.march_built},
      {"march_best", report.march_best},
      {"memory_bytes", report.memory_bytes},
      {"memory_free_bytes", report.memory_free_bytes},
      {"disk_free_bytes", report.disk_free_bytes},
      {"checks", checks},
  };
  return document.dump(2);
}

}  // namespace wt
