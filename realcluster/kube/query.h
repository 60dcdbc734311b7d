// SPDX-License-Identifier: Apache-2.0
// Query strings and path parts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace wt {

// "a=1&b=2" without the parameters that `take` accepts (values as written).
std::string TakeFromQuery(
    const std::string& query,
    const std::function<bool(const std::string& key, const std::string& value)>& take);

// Percent-encoded but for letters, digits and -._~ (RFC 3986, section 2.3).
std::string EncodePercent(std::string_view text);

}  // namespace wt
