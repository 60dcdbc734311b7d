// SPDX-License-Identifier: Apache-2.0
#include "sim/api/file_io.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace wt {
namespace {

// An open descriptor, closed at the end of the scope.
struct Descriptor {
  int number;
  explicit Descriptor(int n) : number(n) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

Error Failed(const std::filesystem::path& path, std::string_view doing) {
  return Error{ErrorCode::kEnvironment, path.string(),
               fmt::format("cannot {}: {}", doing, std::strerror(errno))};
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) return Failed(path, "open");
  std::string text;
  constexpr std::size_t kChunk = 1 << 16;
  while (text.size() <= max_bytes) {
    const std::size_t old_size = text.size();
    const std::size_t wanted = std::min(kChunk, max_bytes + 1 - old_size);
    text.resize(old_size + wanted);
    const ssize_t got = read(file.number, text.data() + old_size, wanted);
    if (got < 0 && errno != EINTR) return Failed(path, "read");
    text.resize(old_size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
  }
  return Error{ErrorCode::kEnvironment, path.string(),
               fmt::format("longer than {} bytes, the most that is read here", max_bytes)};
}

Status WriteFileWhole(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path folder = path.parent_path();
  if (folder.empty()) folder = ".";
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored).type();
  if (there != std::filesystem::file_type::not_found &&
      there != std::filesystem::file_type::regular &&
      there != std::filesystem::file_type::directory) {  // a device or a pipe is written, not replaced
    const Descriptor direct(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (direct.number < 0) return Failed(path, "open");
    return WriteAll(direct.number, text) ? Status(Ok{}) : Status(Failed(path, "write"));
  }
  static std::atomic<unsigned> count{0};
  const std::string temporary =
      (folder / fmt::format(".{}.{}-{}.tmp", path.filename().string(), getpid(), count++)).string();
  const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.number < 0) return Failed(temporary, "create");
  const bool written = WriteAll(file.number, text) && fsync(file.number) == 0 &&
                       rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const Error failed = Failed(path, "write");
    unlink(temporary.c_str());
    return failed;
  }
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number >= 0) fsync(directory.number);
  return Ok{};
}

}  // namespace wt
