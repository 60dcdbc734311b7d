// SPDX-License-Identifier: Apache-2.0
// fields.def as a table: who owns a field, what a patch to it does, what depends on it.
#pragma once

#include <span>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

enum class FieldOwner : u8 { kRow, kDocument, kDerived };
enum class OnPatch : u8 { kReadsBack, kRefused, kIgnored };
enum class FieldEffect : u8 {
  kCarried, kIdentity, kLabels, kScale, kRollout, kSelector, kImage, kProcess, kConfig, kProbe,
  kPorts, kResources, kScheduling, kTermination
};

struct FieldRule {
  std::string_view kind;  // "*": every kind
  std::string_view path;
  FieldOwner owner = FieldOwner::kDocument;
  OnPatch on_patch = OnPatch::kReadsBack;
  FieldEffect effect = FieldEffect::kCarried;
};

std::span<const FieldRule> FieldRules();

// The rule of a field: the longest one of its kind or of every kind whose path is a prefix; list
// positions and list keys in `path` match *. Annotation and label keys may hold dots.
// nullptr: the kind has no row of its own, everything is document. O(rules).
const FieldRule* RuleOf(std::string_view kind, std::string_view path);

}  // namespace wt
