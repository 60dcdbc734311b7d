// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/base64.h"

#include "sim/api/ints.h"

namespace wt {

std::string EncodeBase64(std::string_view bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    u32 word = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const u32 byte = at + i < bytes.size() ? static_cast<u8>(bytes[at + i]) : 0u;
      word = word << 8 | byte;
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool pad = at + i > bytes.size();
      text += pad ? '=' : kLetters[word >> (18 - 6 * i) & 63u];
    }
  }
  return text;
}

}  // namespace wt
