// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/addresses.h"

#include <charconv>
#include <string>
#include <vector>

namespace wt {
namespace {

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool Number(std::string_view text, int base, int max, int& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && text[0] != '-' && failed == std::errc() &&
         end == text.data() + text.size() && out <= max;
}

std::optional<IpAddress> ParseV4(std::string_view text) {
  IpAddress out;
  const std::vector<std::string_view> parts = Split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  for (std::size_t k = 0; k < 4; ++k) {
    int value = 0;
    if (parts[k].size() > 1 && parts[k][0] == '0') return std::nullopt;
    if (!Number(parts[k], 10, 255, value)) return std::nullopt;
    out.bytes[k] = static_cast<u8>(value);
  }
  return out;
}

// Groups of 16 bits; an embedded IPv4 address counts as two.
bool Groups(std::string_view text, std::vector<int>& out) {
  if (text.empty()) return true;
  const std::vector<std::string_view> parts = Split(text, ':');
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (k + 1 == parts.size() && parts[k].find('.') != std::string_view::npos) {
      const std::optional<IpAddress> v4 = ParseV4(parts[k]);
      if (!v4) return false;
      out.push_back(v4->bytes[0] << 8 | v4->bytes[1]);
      out.push_back(v4->bytes[2] << 8 | v4->bytes[3]);
      continue;
    }
    int value = 0;
    if (parts[k].size() > 4 || !Number(parts[k], 16, 0xffff, value)) return false;
    out.push_back(value);
  }
  return true;
}

std::optional<IpAddress> ParseV6(std::string_view text) {
  std::vector<int> head;
  std::vector<int> tail;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!Groups(text, head) || head.size() != 8) return std::nullopt;
  } else {
    if (!Groups(text.substr(0, gap), head) || !Groups(text.substr(gap + 2), tail)) {
      return std::nullopt;
    }
    if (head.size() + tail.size() > 7) return std::nullopt;
  }
  IpAddress out;
  out.v6 = true;
  const auto put = [&out](std::size_t group, int value) {
    out.bytes[2 * group] = static_cast<u8>(value >> 8);
    out.bytes[2 * group + 1] = static_cast<u8>(value & 0xff);
  };
  for (std::size_t k = 0; k < head.size(); ++k) put(k, head[k]);
  for (std::size_t k = 0; k < tail.size(); ++k) put(8 - tail.size() + k, tail[k]);
  return out;
}

}  // namespace

std::optional<IpAddress> ParseIp(std::string_view text) {
  return text.find(':') == std::string_view::npos ? ParseV4(text) : ParseV6(text);
}

std::optional<CidrBlock> ParseCidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<IpAddress> address = ParseIp(text.substr(0, slash));
  int bits = 0;
  const std::string_view size = text.substr(slash + 1);
  if (!address || (size.size() > 1 && size[0] == '0')) return std::nullopt;
  if (!Number(size, 10, address->v6 ? 128 : 32, bits)) return std::nullopt;
  return CidrBlock{*address, bits};
}

bool Contains(const CidrBlock& block, const IpAddress& address) {
  if (block.address.v6 != address.v6) return false;
  for (int bit = 0; bit < block.prefix_bits; ++bit) {
    const std::size_t byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((block.address.bytes[byte] & mask) != (address.bytes[byte] & mask)) return false;
  }
  return true;
}

}  // namespace wt
