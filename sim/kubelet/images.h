// SPDX-License-Identifier: Apache-2.0
// Images: which exist (Blueprint::images is the registry), which a node holds (table kNodeImages:
// ImageWords words of bits for each node row, sized when the World is laid out), how names read.
#pragma once

#include <string_view>

#include "sim/sim.h"

namespace wt {

// Words of one node's bit set.
inline u32 ImageWords(const Blueprint& blueprint) {
  return static_cast<u32>((blueprint.images.size() + 63) / 64);
}
// Index + 1 into Blueprint::images; 0 = not in the registry. O(images).
u32 FindImage(const Blueprint& blueprint, StrId name);

// `image` is index + 1. A node beyond the table holds nothing.
bool NodeHasImage(const Sim& sim, u32 node, u32 image);
void AddNodeImage(Sim& sim, u32 node, u32 image);

// Whether an image name can be parsed: distribution/reference, what users get wrong (upper case
// in the repository, empty parts, white space).
bool IsValidImageName(std::string_view name);

// Whether `command` (0 = entry point) can be executed in the image; any can where none are listed.
bool CanExecute(const Image& image, StrId command);

}  // namespace wt
