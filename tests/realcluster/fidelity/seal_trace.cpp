// SPDX-License-Identifier: Apache-2.0
// Closes a trace whose lines a test wrote, or one of before there was a hash, with the count and
// hash of its lines (episodes/trace/trace_seal.h).
//
// usage: seal_trace IN OUT       OUT may be IN; compressed when its name ends in .gz
#include <cstdio>
#include <string>
#include <vector>

#include "episodes/trace/line_file.h"
#include "episodes/trace/trace_seal.h"

namespace wt {
namespace {

Status SealTrace(const std::string& in, const std::string& out) {
  std::vector<std::string> lines;
  const Status read = ReadLines(in, [&](std::size_t, std::string_view line) -> Status {
    lines.emplace_back(line);
    return Ok{};
  });
  if (!read) return read;
  if (lines.empty()) return Error{ErrorCode::kInvalidInput, in, "is empty"};
  std::string last = lines.back();
  lines.pop_back();
  if (const std::size_t at = last.rfind(", \"lines\": "); at != std::string::npos) {
    last.resize(at);
    last += "}";
  }
  auto writer = LineWriter::Open(out, out.ends_with(".gz"));
  if (!writer) return writer.error();
  TraceSeal seal;
  for (const std::string& line : lines) {
    seal.Add(line);
    if (Status written = (*writer)->Write(line); !written) return written;
  }
  if (Status written = (*writer)->Write(seal.Close(last)); !written) return written;
  return (*writer)->Close();
}

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: seal_trace IN OUT\n", stderr), 2;
  const wt::Status sealed = wt::SealTrace(argv[1], argv[2]);
  if (!sealed) std::fprintf(stderr, "%s\n", sealed.error().Text().c_str());
  return sealed ? 0 : 1;
}
