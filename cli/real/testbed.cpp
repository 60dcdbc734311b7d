// SPDX-License-Identifier: Apache-2.0
// `testbed`: checks the words and becomes the script of realcluster/testbed/ that does it, so that
// Ctrl-C and the exit code are the script's own. Its options: cli/commands/testbed_options.cpp.
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/data_root.h"
#include "cli/real/real_commands.h"

namespace wt {
namespace {

constexpr i64 kNodesMax = 9;
constexpr i64 kPortMax = 65535;

Status CheckWords(const Arguments& arguments) {
  const std::string what = arguments.Text("what");
  const bool loads = what == "load";
  if (loads && arguments.Texts("archives").empty()) {
    return Error{ErrorCode::kUsage, "wavetank testbed load", "needs an image archive"};
  }
  if (!loads && !arguments.Texts("archives").empty()) {
    return Error{ErrorCode::kUsage, "wavetank testbed " + what,
                 fmt::format("unexpected '{}'", arguments.Texts("archives").front())};
  }
  if (arguments.Flag("--json") && what != "up" && what != "status") {
    return Error{ErrorCode::kUsage, "--json", "goes with testbed up and testbed status"};
  }
  if (const i64 nodes = arguments.Integer("--nodes"); nodes > kNodesMax) {
    return Error{ErrorCode::kUsage, "--nodes",
                 fmt::format("{} is too many; expected at most {}", nodes, kNodesMax)};
  }
  if (const i64 port = arguments.Integer("--port"); port > kPortMax) {
    return Error{ErrorCode::kUsage, "--port", fmt::format("{} is no port", port)};
  }
  return Ok{};
}

// The settings that the scripts read (realcluster/testbed/lib.sh).
void SetEnvironment(const Arguments& arguments) {
  const auto set = [](const char* name, i64 value) {
    setenv(name, fmt::format("{}", value).c_str(), 1);
  };
  const bool daemon = arguments.Flag("--chaos-daemon");
  set("WAVETANK_TESTBED_NODES", arguments.Integer("--nodes"));
  set("WAVETANK_TESTBED_PORT", arguments.Integer("--port"));
  set("WAVETANK_TESTBED_CHAOS", arguments.Flag("--chaos") || daemon ? 1 : 0);
  set("WAVETANK_TESTBED_CHAOS_DAEMON", daemon ? 1 : 0);
}

// Returns only if it cannot.
Error Become(std::vector<std::string> words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  return Error{ErrorCode::kEnvironment, words[0], std::strerror(errno)};
}

Result<ExitCode> Run(const Arguments& arguments) {
  if (Status right = CheckWords(arguments); !right) return right.error();
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  const std::string what = arguments.Text("what");
  std::vector<std::string> words{"bash", *root / "realcluster/testbed" / (what + ".sh")};
  if (arguments.Flag("--json")) words.emplace_back("--json");
  if (what == "down" && arguments.Flag("--keep-state")) words.emplace_back("--keep-state");
  for (const std::string& archive : arguments.Texts("archives")) words.push_back(archive);
  SetEnvironment(arguments);
  return Become(std::move(words));
}

}  // namespace

const Command kTestbed{.name = kTestbedOptions.name,
                       .summary = kTestbedOptions.summary,
                       .example = kTestbedOptions.example,
                       .options = kTestbedOptions.options,
                       .run = &Run};

}  // namespace wt
