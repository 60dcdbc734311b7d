// SPDX-License-Identifier: Apache-2.0
// Reading vector files, plain or gzipped, line by line.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"

namespace wt::conformance {

struct VectorFile {
  std::string domain;  // the file's name up to ".jsonl"
  std::string path;
};

// The *.jsonl and *.jsonl.gz files of a folder, sorted by domain. Error: kEnvironment.
Result<std::vector<VectorFile>> ListVectorFiles(const std::string& folder);

// Calls for each line that is not empty; stops at the first error that `line` answers.
Status ReadLines(const std::string& path,
                 const std::function<Status(int number, std::string_view line)>& line);

}  // namespace wt::conformance
