// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/json_view.h"

#include "sim/objects/access.h"

namespace wt {

const Json& Map(const Json& object, std::string_view key) { return Object(object, key); }

}  // namespace wt
