// SPDX-License-Identifier: Apache-2.0
// The usual end of a question whether a selector matches: the template's own label of the first
// wanted key has another value. For loops over many pods, before MatchesLabels.
#pragma once

#include "sim/sim.h"

namespace wt {

// True: no pod of this template matches. False: MatchesLabels decides.
inline bool NeverMatches(std::span<const LabelPair> selector, const PodTemplate& tmpl) {
  if (selector.empty()) return false;
  for (const LabelPair& label : Items(&tmpl, tmpl.labels)) {
    if (label.key == selector.front().key) return label.value != selector.front().value;
  }
  return false;
}

}  // namespace wt
