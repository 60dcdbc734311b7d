// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/query.h"

#include <algorithm>

namespace wt {

std::string TakeFromQuery(
    const std::string& query,
    const std::function<bool(const std::string& key, const std::string& value)>& take) {
  std::string rest;
  for (std::size_t begin = 0; begin < query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string part = query.substr(begin, end - begin);
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string value = equals < part.size() ? part.substr(equals + 1) : "";
    if (!part.empty() && !take(part.substr(0, equals), value)) {
      rest += (rest.empty() ? "" : "&") + part;
    }
    begin = end + 1;
  }
  return rest;
}

std::string EncodePercent(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace wt
