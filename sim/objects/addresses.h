// SPDX-License-Identifier: Apache-2.0
// IP addresses and CIDR blocks as text. Pure; O(length).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

struct IpAddress {
  bool v6 = false;
  std::array<u8, 16> bytes{};  // IPv4 uses the first four
};

struct CidrBlock {
  IpAddress address;
  int prefix_bits = 0;
};

std::optional<IpAddress> ParseIp(std::string_view text);
std::optional<CidrBlock> ParseCidr(std::string_view text);

// Whether the first `prefix_bits` of both agree; false across families.
bool Contains(const CidrBlock& block, const IpAddress& address);

}  // namespace wt
