// SPDX-License-Identifier: Apache-2.0
// Label and field selectors: parsing the query text, the canonical text, matching.
// Source: apimachinery pkg/labels/selector.go and pkg/fields/selector.go, Kubernetes v1.35.
// Parsing is O(n log n) in the text, matching O(requirements * log labels).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// Operators of selectors as clients write them; typed.h has those of compiled ones.
enum class RequirementOp : u8 {
  kExists,
  kNotExists,
  kEquals,        // a=b
  kDoubleEquals,  // a==b; means the same, prints as written
  kNotEquals,
  kIn,
  kNotIn,
  kGreater,
  kLess
};

struct Requirement {
  std::string key;
  RequirementOp op = RequirementOp::kExists;
  std::vector<std::string> values;  // sorted, each once
};

// All requirements hold. An empty selector matches everything.
struct LabelSelector {
  std::vector<Requirement> all;  // sorted by key where parsed from text
};

struct FieldTerm {
  std::string field;
  bool equal = true;
  std::string value;
};

struct FieldSelector {
  std::vector<FieldTerm> all;
};

// Error: kBadRequest with upstream's text.
Result<LabelSelector> ParseLabelSelector(std::string_view text);
Result<FieldSelector> ParseFieldSelector(std::string_view text);

std::string CanonicalText(const LabelSelector& selector);
std::string CanonicalText(const FieldSelector& selector);

// `labels`, `fields`: an object of strings; anything else counts as empty. An absent field is "".
bool Matches(const LabelSelector& selector, const Json& labels);
bool Matches(const FieldSelector& selector, const Json& fields);

// The API's {matchLabels, matchExpressions}. `matches_nothing` in place of a selector that is null.
struct ObjectSelector {
  bool matches_nothing = true;
  LabelSelector selector;
};

// Error: kInvalidObject for an operator that is none.
Result<ObjectSelector> ReadLabelSelector(const Json* selector);
bool Matches(const ObjectSelector& selector, const Json& labels);

}  // namespace wt
