// SPDX-License-Identifier: Apache-2.0
// pod-template-hash: a 32-bit number over the template, its decimal digits written in the letters
// that Kubernetes uses for random names, so 1..10 letters of "456789bcdf"
// (pkg/controller/controller_utils.go ComputeHash; apimachinery pkg/util/rand SafeEncodeString).
// The number itself cannot be upstream's, which hashes a dump of Go structs; ours hashes the
// canonical document.
#pragma once

#include <string_view>

#include "sim/api/ints.h"

namespace wt {

struct HashLetters {
  char text[10];
  u32 size = 0;
  std::string_view view() const { return {text, size}; }
};

inline HashLetters RenderHash(u32 hash) {
  // Digit d has code 48 + d; the letter stands at (48 + d) mod 27 of the alphabet.
  constexpr char kLetters[] = "456789bcdf";
  HashLetters out;
  char reversed[10];
  u32 digits = 0;
  do {
    reversed[digits++] = kLetters[hash % 10];
    hash /= 10;
  } while (hash != 0);
  while (digits != 0) out.text[out.size++] = reversed[--digits];
  return out;
}

// FNV-1a 32 over the content hash of the template, the restart instant and the collision count.
inline u32 TemplateHash(u64 content, u32 restarted_at_s, u32 collisions) {
  u32 hash = 2166136261u;
  const auto mix = [&hash](u64 value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      hash = (hash ^ static_cast<u32>(value >> (8 * i) & 0xff)) * 16777619u;
    }
  };
  mix(content, 8);
  mix(restarted_at_s, 4);
  if (collisions != 0) mix(collisions, 4);
  return hash;
}

}  // namespace wt
