// SPDX-License-Identifier: Apache-2.0
// What `wavetank doctor` finds out about the machine.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

enum class CheckState { kOk, kNote, kMissing };  // kMissing: Wavetank does not run without it

struct DoctorCheck {
  std::string name;
  CheckState state = CheckState::kOk;
  std::string found;
  std::string remedy;  // empty if nothing need be done
};

struct MissingPackages {
  std::string section;  // of cmake/packages.txt
  std::vector<std::string> packages;
};

struct DoctorReport {
  std::vector<DoctorCheck> checks;
  std::vector<MissingPackages> missing;  // one per section, empty where all are there
  u32 cores = 0;                         // that this process may use
  std::vector<std::string_view> vector_units;
  std::string_view march_built;
  std::string_view march_best;
  u64 memory_bytes = 0;
  u64 memory_free_bytes = 0;
  u64 disk_free_bytes = 0;  // where the source tree is
  bool ok = true;           // no check is kMissing
};

// Reads the machine; changes nothing. `root` is DataRoot().
Result<DoctorReport> Examine(const std::filesystem::path& root);

}  // namespace wt
