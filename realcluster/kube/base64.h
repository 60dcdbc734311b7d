// SPDX-License-Identifier: Apache-2.0
// Base64 of RFC 4648, section 4, as kubeconfig files and basic auth hold it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wt {

std::string EncodeBase64(std::string_view bytes);

// White space is passed over, padding is required. Nothing when the text is not base64.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace wt
