// SPDX-License-Identifier: Apache-2.0
#include "tests/kubernetes_conformance/vector_file.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace wt::conformance {

Result<std::vector<VectorFile>> ListVectorFiles(const std::string& folder) {
  std::error_code failed;
  std::vector<VectorFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    for (const std::string_view ending : {".jsonl", ".jsonl.gz"}) {
      if (!name.ends_with(ending)) continue;
      files.push_back({name.substr(0, name.size() - ending.size()), entry.path().string()});
    }
  }
  if (failed) return Error{ErrorCode::kEnvironment, folder, failed.message()};
  std::sort(files.begin(), files.end(),
            [](const VectorFile& a, const VectorFile& b) { return a.path < b.path; });
  return files;
}

Status ReadLines(const std::string& path,
                 const std::function<Status(int number, std::string_view line)>& line) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (!file) return Error{ErrorCode::kEnvironment, path, "cannot be opened"};
  std::string pending;
  std::vector<char> block(1 << 16);
  int number = 0;
  for (;;) {
    const int got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()));
    if (got < 0) return Error{ErrorCode::kInvalidInput, path, "is damaged"};
    if (got == 0) break;
    pending.append(block.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end; (end = pending.find('\n', start)) != std::string::npos; start = end + 1) {
      ++number;
      if (end == start) continue;
      Status status = line(number, std::string_view(pending).substr(start, end - start));
      if (!status) return status;
    }
    pending.erase(0, start);
  }
  return pending.empty() ? Status(Ok{}) : line(number + 1, pending);
}

}  // namespace wt::conformance
