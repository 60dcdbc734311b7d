// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/compile.h"
#include "sim/sim.h"

namespace wt {

StrId SimInterner::Intern(std::string_view text) {
  const StrId id = InternString(sim_, text);
  made_overlay_ids_ = made_overlay_ids_ || (id & kOverlayBit) != 0;
  return id;
}

}  // namespace wt
