// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/line_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace wt {
namespace {

constexpr std::size_t kBlock = 1 << 16;

Error Failed(const std::string& path, std::string_view doing) {
  return {ErrorCode::kEnvironment, path,
          fmt::format("cannot {}: {}", doing,
                      errno == 0 ? "not enough memory" : std::strerror(errno))};
}

Error TooLarge(std::string where, std::string_view what, std::size_t most) {
  return {ErrorCode::kInvalidInput, std::move(where),
          fmt::format("{} longer than {} MiB", what, most >> 20)};
}

}  // namespace

struct LineWriter::Inside {
  std::string path;
  LineLimits limits;
  gzFile file = nullptr;
  std::size_t bytes = 0;
  Status status = Ok{};
};

LineWriter::LineWriter(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

LineWriter::~LineWriter() {
  if (inside_->file != nullptr) gzclose(inside_->file);
}

Result<std::unique_ptr<LineWriter>> LineWriter::Open(std::string path, bool gzip,
                                                     LineLimits limits) {
  errno = 0;
  const gzFile file = gzopen(path.c_str(), gzip ? "wbe9" : "wbeT");
  if (file == nullptr) return Failed(path, "create");
  std::unique_ptr<LineWriter> out(new LineWriter(std::make_unique<Inside>()));
  out->inside_->path = std::move(path);
  out->inside_->limits = limits;
  out->inside_->file = file;
  return out;
}

Status LineWriter::Write(std::string_view line) {
  Inside& in = *inside_;
  if (!in.status) return in.status;
  in.bytes += line.size() + 1;
  if (line.size() > in.limits.line_bytes_max) {
    in.status = TooLarge(in.path, "a line is", in.limits.line_bytes_max);
  } else if (in.bytes > in.limits.bytes_max) {
    in.status = TooLarge(in.path, "would be", in.limits.bytes_max);
  } else {
    errno = 0;
    const bool wrote = (line.empty() || gzwrite(in.file, line.data(),
                                                static_cast<unsigned>(line.size())) > 0) &&
                       gzputc(in.file, '\n') == '\n';
    if (!wrote) in.status = Failed(in.path, "write");
  }
  return in.status;
}

Status LineWriter::Close() {
  Inside& in = *inside_;
  errno = 0;
  const bool closed = gzclose(std::exchange(in.file, nullptr)) == Z_OK;
  if (!in.status) return in.status;
  if (!closed) return in.status = Failed(in.path, "write");
  const int descriptor = open(in.path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool safe = descriptor >= 0 && fsync(descriptor) == 0;
  if (!safe) in.status = Failed(in.path, "write");
  if (descriptor >= 0) close(descriptor);
  return in.status;
}

namespace {

using File = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

Error At(const std::string& path, std::size_t line, std::string what) {
  return {ErrorCode::kInvalidInput, fmt::format("{}:{}", path, line), std::move(what)};
}

// Nothing when all was read to a proper end.
Status EndOf(const File& file, int got, const std::string& path, std::size_t line) {
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (got < 0 && code == Z_ERRNO) return Failed(path, "read");
  if (code == Z_BUF_ERROR) return At(path, line, "the file is cut off");
  if (got < 0) return At(path, line, "is damaged: what gzip packed cannot be unpacked");
  return Ok{};
}

}  // namespace

Status ReadLines(const std::string& path,
                 const std::function<Status(std::size_t number, std::string_view line)>& take,
                 LineLimits limits) {
  errno = 0;
  const File file(gzopen(path.c_str(), "rbe"), &gzclose);
  if (!file) return Failed(path, "open");
  std::string pending;
  std::vector<char> block(kBlock);
  std::size_t number = 1, bytes = 0;  // the line that comes
  for (;;) {
    errno = 0;
    const int got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()));
    if (got <= 0) {
      if (const Status ended = EndOf(file, got, path, number); !ended) return ended;
      break;
    }
    const std::string_view read(block.data(), static_cast<std::size_t>(got));
    bytes += read.size();
    if (bytes > limits.bytes_max) return TooLarge(path, "unpacked", limits.bytes_max);
    std::size_t from = 0;
    for (std::size_t end; (end = read.find('\n', from)) != std::string_view::npos; from = end + 1) {
      pending.append(read.substr(from, end - from));
      if (pending.size() > limits.line_bytes_max) break;
      if (const Status taken = take(number, pending); !taken) return taken;
      pending.clear();
      ++number;
    }
    if (pending.size() <= limits.line_bytes_max) pending.append(read.substr(from));
    if (pending.size() > limits.line_bytes_max) {
      return TooLarge(fmt::format("{}:{}", path, number), "a line", limits.line_bytes_max);
    }
  }
  return pending.empty() ? Status(Ok{}) : At(path, number, "the file is cut off");
}

}  // namespace wt
