// SPDX-License-Identifier: Apache-2.0
#include "sim/blueprint.h"

namespace wt {

StrId StringTable::Add(std::string_view text) {
  const auto found = ids_.find(text);
  if (found != ids_.end()) return found->second;
  const StrId id = static_cast<StrId>(texts_.size());
  texts_.emplace_back(text);
  ids_.emplace(text, id);
  return id;
}

StrId StringTable::Find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? kMissing : found->second;
}

}  // namespace wt
