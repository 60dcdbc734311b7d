// SPDX-License-Identifier: Apache-2.0
// The JSON value every Kubernetes document travels in. Object members are kept sorted by key, so
// equal documents have equal dumps. Files that look inside include nlohmann/json.hpp themselves
// and are named *_json.cpp.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace wt {

using Json = nlohmann::json;

}  // namespace wt
