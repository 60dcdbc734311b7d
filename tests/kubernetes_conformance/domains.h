// SPDX-License-Identifier: Apache-2.0
// What the conformance binary can check: one row a domain. A new domain is one row in domains.cpp
// and one file with its check.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/objects/json_fwd.h"

namespace wt::conformance {

struct Domain {
  std::string_view name;  // of the file: NAME.jsonl or NAME.jsonl.gz

  // Feeds `input` to Wavetank and compares with `want`: "" when they agree, else the difference.
  // REQUIRES: both have the members that vectors of this domain have.
  std::string (*check)(const Json& input, const Json& want);
};

std::span<const Domain> AllDomains();

// nullptr: its cases count as skipped.
const Domain* FindDomain(std::string_view name);

// One a file NAME_domain_json.cpp.
std::string CheckDefaulting(const Json& input, const Json& want);
std::string CheckPatch(const Json& input, const Json& want);
std::string CheckPodResources(const Json& input, const Json& want);
std::string CheckQuantity(const Json& input, const Json& want);
std::string CheckSelector(const Json& input, const Json& want);
std::string CheckValidation(const Json& input, const Json& want);

}  // namespace wt::conformance
