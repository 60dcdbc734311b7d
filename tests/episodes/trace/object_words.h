// SPDX-License-Identifier: Apache-2.0
// Which object a change is about.
#pragma once

#include <string>

namespace wt {

struct ObjectWords {
  std::string kind, name_space, name, uid;
};
ObjectWords WordsOf(const std::string& object);

}  // namespace wt
