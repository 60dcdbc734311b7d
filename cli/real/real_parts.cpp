// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_parts.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/log.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

std::string TestbedState() {
  const char* state = std::getenv("WAVETANK_TESTBED_STATE");
  return state != nullptr ? state : "/var/lib/wavetank-testbed";
}

constexpr const char* kNodeSpace = "/run/netns/wt-n1";

// Whether a kubeconfig leads to the testbed that runs on this machine: itself, a link, a copy.
bool IsTestbed(const RealRunOptions& options, const std::string& testbed) {
  if (!fs::exists(testbed) || !fs::exists(kNodeSpace)) return false;
  const Result<KubeTarget> named = ReadKubeconfig(options.kubeconfig, options.context);
  const Result<KubeTarget> local = ReadKubeconfig(testbed, "");
  return named && local && named->server == local->server && named->ca_pem == local->ca_pem;
}

// As a shell reads it.
std::string Word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
  if (!text.empty() && text.find_first_not_of(kPlain) == text.npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// What takes away what this run may leave.
std::string CleanupCommand(const Arguments& arguments) {
  std::string out = "wavetank real cleanup";
  for (const char* name : {"--kubeconfig", "--context", "--inventory"}) {
    if (!arguments.Given(name)) continue;
    out += fmt::format(" {} {}", name, Word(arguments.Text(name)));
  }
  return out;
}

}  // namespace

Result<std::string> ProgramNamed(const char* name) {
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  const fs::path program = self.parent_path().parent_path() / name;
  if (!failed && fs::exists(program)) return program.string();
  return Error{ErrorCode::kEnvironment, program.string(),
               "is not built; ninja builds it with everything else"};
}

Result<std::string> InventoryOf(const Arguments& arguments) {
  if (arguments.Given("--inventory")) return arguments.Text("--inventory");
  const Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  return (*root / "runs" / "real" / "inventory.jsonl").string();
}

Result<std::string> ScenarioOf(const Arguments& arguments) {
  const std::string what = arguments.Text("what"), which = arguments.Text("which");
  if (!arguments.Given("which")) return arguments.Text("--scenario");
  if (what != "play" && what != "record" && what != "images") {
    return Error{ErrorCode::kUsage, "wavetank real " + what, fmt::format("unexpected '{}'", which)};
  }
  if (arguments.GivenAsFlag("--scenario") && arguments.Text("--scenario") != which) {
    return Error{ErrorCode::kUsage, "--scenario",
                 fmt::format("'{}' beside '{}'; give one scenario", arguments.Text("--scenario"),
                             which)};
  }
  return which;
}

Result<RealRunOptions> RealOptionsOf(const Arguments& arguments) {
  const Result<std::string> inventory = InventoryOf(arguments);
  if (!inventory) return inventory.error();
  RealRunOptions out;
  out.kubeconfig = arguments.Text("--kubeconfig");
  out.context = arguments.Text("--context");
  out.ownership.i_own_this_cluster = arguments.Flag("--i-own-this-cluster");
  out.ownership.name_space = arguments.Text("--namespace");
  out.inventory = *inventory;
  out.apply.progress = [](const std::string& line) { LogInfo("{}", line); };
  out.apply.warn = [](const std::string& line) { LogWarning("{}", line); };
  out.apply.cleanup_command = CleanupCommand(arguments);
  out.apply.interrupted = [] { return Interrupted(); };
  const std::string testbed = TestbedState() + "/pki/admin.kubeconfig";
  bool on_testbed = out.kubeconfig.empty();
  if (on_testbed) {
    out.kubeconfig = testbed;
    if (!fs::exists(out.kubeconfig)) {
      return Error{ErrorCode::kEnvironment, out.kubeconfig,
                   "no testbed is up; start one with `wavetank testbed up --local`, or name a "
                   "cluster with --kubeconfig"};
    }
  } else {
    on_testbed = IsTestbed(out, testbed);
  }
  // Addresses of Services lead somewhere on a node only.
  if (on_testbed) out.load_prefix = {"nsenter", std::string("--net=") + kNodeSpace};
  const Result<std::string> scenario = ScenarioOf(arguments);
  if (!scenario) return scenario.error();
  out.apply.image_remedy = fmt::format(
      "`wavetank real images --scenario {}` writes them, {}", *scenario,
      on_testbed ? "`wavetank testbed load FILES` puts them on the nodes"
                 : "then load them on the nodes, or push them to where the nodes pull from");
  std::error_code failed;
  fs::create_directories(fs::path(out.inventory).parent_path(), failed);
  return out;
}

std::string TracesFolder(const Arguments& arguments, const char* otherwise) {
  return arguments.Given("--traces") ? arguments.Text("--traces") : otherwise;
}

}  // namespace wt
