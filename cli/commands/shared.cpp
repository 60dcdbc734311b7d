// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/shared.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <limits>

#include "agents/all_policies.h"
#include "agents/exec.h"
#include "agents/policy_file.h"
#include "cli/data_root.h"
#include "episodes/oracle.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

constexpr u64 kSeedMax = std::numeric_limits<i64>::max();  // as --seed takes it

bool ReadNumber(std::string_view text, u64& out) {
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return !text.empty() && read.ec == std::errc{} && read.ptr == end;
}

}  // namespace

Result<PolicyFactory> AgentNamed(const std::string& name) {
  if (name == "oracle") return PolicyFactory([] { return MakeOracle(); });
  if (name.starts_with("exec:")) {
    ExecOptions options;
    options.command = name.substr(5);
    if (options.command.empty()) {
      return Error{ErrorCode::kUsage, "--agent", "exec: needs a command, e.g. exec:'python3 a.py'"};
    }
    if (const char* seconds = std::getenv("WAVETANK_ANSWER_TIMEOUT")) {
      u64 value = 0;
      if (!ReadNumber(seconds, value) || value == 0 || value > 86400) {
        return Error{ErrorCode::kUsage, "WAVETANK_ANSWER_TIMEOUT", "expected seconds, 1 to 86400"};
      }
      options.timeout_ms = static_cast<int>(value * 1000);
    }
    return PolicyFactory([options] { return MakeExec(options); });
  }
  if (name.ends_with(".wtp")) {
    Result<NetworkWeights> weights = LoadPolicy(name);
    if (!weights) return weights.error();
    auto shared = std::make_shared<const NetworkWeights>(std::move(*weights));
    return PolicyFactory([shared, name] { return MakeNetworkPolicy(shared, true, name); });
  }
  std::vector<std::string> names{"oracle"};
  for (const PolicyEntry& entry : AllPolicies()) {
    if (entry.name == name) {
      return PolicyFactory([make = entry.make] { return make(); });
    }
    names.emplace_back(entry.name);
  }
  return Error{ErrorCode::kUsage, "--agent",
               fmt::format("no agent '{}'; expected FILE.wtp, exec:CMD, {}{}", name,
                           JoinWords(names),
                           DidYouMean(name, names))};
}

Result<SeedRange> ParseSeeds(const std::string& text) {
  SeedRange range;
  const std::size_t dash = text.find('-');
  const std::string_view first = std::string_view(text).substr(0, dash);
  const std::string_view last =
      dash == std::string::npos ? first : std::string_view(text).substr(dash + 1);
  for (const std::string_view seed : {first, last}) {
    const bool number = !seed.empty() && seed.find_first_not_of("0123456789") == seed.npos;
    u64 value = 0;
    if (!number || (ReadNumber(seed, value) && value <= kSeedMax)) continue;
    return Error{ErrorCode::kUsage, "--seeds",
                 fmt::format("{} is out of range; expected seeds from 0 to {}", seed, kSeedMax)};
  }
  if (!ReadNumber(first, range.first) || !ReadNumber(last, range.last) ||
      range.last < range.first) {
    return Error{ErrorCode::kUsage, "--seeds",
                 fmt::format("'{}' is not a range of seeds; expected for example 1-200", text)};
  }
  constexpr u64 kSeedsMax = 1'000'000;
  if (range.last - range.first >= kSeedsMax) {
    return Error{ErrorCode::kUsage, "--seeds",
                 fmt::format("'{}' is more than {} seeds; run parts of it", text, kSeedsMax)};
  }
  return range;
}

Result<PreparedSuite> OneScenario(const std::string& name, const std::string& name_space) {
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  return PrepareOne(root->string(), name, name_space);
}

}  // namespace wt
