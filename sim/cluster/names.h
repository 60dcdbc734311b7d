// SPDX-License-Identifier: Apache-2.0
// Features by name; a misspelt one does not compile.
#pragma once

#include "sim/api/spec.h"

namespace wt {

consteval u32 FeatureIndex(EntityKind kind, std::string_view name) {
  const auto features = FeaturesOf(kind);
  for (u32 i = 0; i < features.size(); ++i) {
    if (features[i].name == name) return i;
  }
  throw "no such feature";
}

}  // namespace wt
