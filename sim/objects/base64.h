// SPDX-License-Identifier: Apache-2.0
// Base64 with padding (RFC 4648 section 4), as Secrets carry their values.
#pragma once

#include <string>
#include <string_view>

namespace wt {

std::string EncodeBase64(std::string_view bytes);

}  // namespace wt
