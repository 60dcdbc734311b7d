// SPDX-License-Identifier: Apache-2.0
// Files of lines, gzip-compressed or plain, written and read piece by piece. zlib is used here and
// nowhere else in episodes/.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sim/api/result.h"

namespace wt {

struct LineLimits {
  std::size_t bytes_max = std::size_t{512} << 20;  // unpacked
  std::size_t line_bytes_max = std::size_t{32} << 20;
};

class LineWriter {
 public:
  // Replaces what is there. With `gzip` the file's bytes depend on the lines alone: no name and no
  // time in its head. Error: kEnvironment.
  static Result<std::unique_ptr<LineWriter>> Open(std::string path, bool gzip,
                                                  LineLimits limits = {});
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // One line; its end is added. What ReadLines would refuse is not written. Error: kEnvironment,
  // of this line or one before.
  Status Write(std::string_view line);
  // To the disk. Error: as Write.
  Status Close();

 private:
  struct Inside;
  explicit LineWriter(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// Hands over the lines, numbered from 1, without their end, until `take` returns an error.
// Whether the file is compressed its first bytes tell. Errors: those of `take`; kEnvironment, it
// cannot be read; kInvalidInput, "FILE:LINE": damaged, cut off, over a limit.
Status ReadLines(const std::string& path,
                 const std::function<Status(std::size_t number, std::string_view line)>& take,
                 LineLimits limits = {});

}  // namespace wt
