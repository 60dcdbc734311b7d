// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/fields.h"

namespace wt {
namespace {

constexpr FieldRule kRules[] = {
#define WT_FIELD(kind, path, owner, on_patch, effect) \
  {kind, path, FieldOwner::owner, OnPatch::on_patch, FieldEffect::effect},
#include "sim/objects/fields.def"
#undef WT_FIELD
};

// True when `pattern` covers `path` or one of its ancestors.
bool Covers(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t pattern_end = pattern.find('.');
    const std::string_view part = pattern.substr(0, pattern_end);
    if (part == "*") {
      const std::size_t path_end = path.find('.');
      if (path.empty()) return false;
      path = path_end == path.npos ? std::string_view() : path.substr(path_end);
    } else {
      if (!path.starts_with(part)) return false;
      path.remove_prefix(part.size());
    }
    if (pattern_end == pattern.npos) return path.empty() || path[0] == '.';
    if (path.empty() || path[0] != '.') return false;
    path.remove_prefix(1);
    pattern.remove_prefix(pattern_end + 1);
  }
}

}  // namespace

std::span<const FieldRule> FieldRules() { return kRules; }

const FieldRule* RuleOf(std::string_view kind, std::string_view path) {
  const FieldRule* best = nullptr;
  for (const FieldRule& rule : kRules) {
    if (rule.kind != kind && rule.kind != "*") continue;
    if (!Covers(rule.path, path)) continue;
    const bool better = best == nullptr || rule.path.size() > best->path.size() ||
                        (rule.path.size() == best->path.size() && rule.kind == kind);
    if (better) best = &rule;
  }
  return best;
}

}  // namespace wt
