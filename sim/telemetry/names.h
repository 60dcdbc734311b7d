// SPDX-License-Identifier: Apache-2.0
// Names that the API makes at run time are numbers in rows; their letters are made here.
// Sources: apimachinery/pkg/util/rand (alphabet, SafeEncodeString), v1.35.
#pragma once

#include <string>

#include "sim/sim.h"

namespace wt {

// Tails are numbers below this: 27 letters, five places.
inline constexpr u32 kNameTails = 27 * 27 * 27 * 27 * 27;

std::string TailText(u32 tail);  // "x2x4q"
std::string HashText(u32 hash);  // "5c9d7bf84", a letter for each decimal digit

// The name of an object without its text, as ClusterEvents keep it.
struct NameParts {
  StrId ns = 0, base = 0;
  u32 hash = 0;  // 0 = none
  u32 tail = 0;  // 1 + tail, 0 = none
};
NameParts PartsOf(const Sim& sim, ObjectKind kind, u32 row);
std::string NameText(const Sim& sim, NameParts parts);

// metadata.uid of the object with this creation number.
std::string UidText(RandomKey key, u32 born);

// "10.244.x.y" of Pod.ip; empty for 0.
std::string PodIpText(u16 ip);

}  // namespace wt
