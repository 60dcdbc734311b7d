// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/trace_seal.h"

#include <fmt/format.h>

#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

// Within a JSON text a quote is escaped, and its writer sets no space there.
constexpr std::string_view kBegins = ", \"lines\": ";

}  // namespace

void TraceSeal::Add(std::string_view line) {
  ++lines_;
  hash_ = HashBytes(line.data(), line.size(), hash_);
  hash_ = HashBytes("\n", 1, hash_);
}

std::string TraceSeal::Close(std::string_view last) {
  Add(last);
  last.remove_suffix(1);
  return fmt::format("{}{}{}, \"hash\": \"{:016x}\"}}", last, kBegins, lines_, hash_);
}

bool TraceSeal::Closes(std::string_view sealed) {
  const std::size_t at = sealed.rfind(kBegins);
  return at != std::string_view::npos && Close(std::string(sealed.substr(0, at)) + "}") == sealed;
}

}  // namespace wt
