// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_parts.h"

#include <cstdlib>
#include <filesystem>

#include "cli/interrupt.h"
#include "cli/log.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

std::string TestbedState() {
  const char* state = std::getenv("WAVETANK_TESTBED_STATE");
  return state != nullptr ? state : "/var/lib/wavetank-testbed";
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

Result<RealRunOptions> RealOptionsOf(const Arguments& arguments) {
  RealRunOptions out;
  out.kubeconfig = arguments.Text("--kubeconfig");
  out.context = arguments.Text("--context");
  out.ownership.i_own_this_cluster = arguments.Flag("--i-own-this-cluster");
  out.ownership.name_space = arguments.Text("--namespace");
  out.inventory = arguments.Text("--inventory");
  out.apply.progress = [](const std::string& line) { LogInfo("{}", line); };
  out.apply.interrupted = [] { return Interrupted(); };
  if (out.kubeconfig.empty()) {
    out.kubeconfig = TestbedState() + "/pki/admin.kubeconfig";
    if (!fs::exists(out.kubeconfig)) {
      return Error{ErrorCode::kEnvironment, out.kubeconfig,
                   "no testbed is up; start one with `wavetank testbed up --local`, or name a "
                   "cluster with --kubeconfig"};
    }
    // Addresses of Services lead somewhere on a node only.
    out.load_prefix = {"nsenter", "--net=/run/netns/wt-n1"};
  }
  std::error_code failed;
  fs::create_directories(fs::path(out.inventory).parent_path(), failed);
  return out;
}

std::string TracesFolder(const Arguments& arguments, const char* otherwise) {
  return arguments.Given("--traces") ? arguments.Text("--traces") : otherwise;
}

}  // namespace wt
