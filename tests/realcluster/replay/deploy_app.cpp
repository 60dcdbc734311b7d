// SPDX-License-Identifier: Apache-2.0
// deploy_app KUBECONFIG APP_DIR apply|cleanup INVENTORY [NAMESPACE]: for tries on a real cluster.
#include <csignal>
#include <cstdio>
#include <cstring>

#include "realcluster/kube/kubeconfig.h"
#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/replay/deployment.h"

namespace {

volatile std::sig_atomic_t stopped = 0;

int Fail(const wt::Error& error) {
  std::fprintf(stderr, "%s\n", error.Text().c_str());
  return 4;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  const bool applies = std::strcmp(argv[3], "apply") == 0;
  if (!applies && std::strcmp(argv[3], "cleanup") != 0) return 2;
  const auto target = wt::ReadKubeconfig(argv[1], "");
  if (!target) return Fail(target.error());
  const auto api = wt::RestKubeApi::Open(*target);
  if (!api) return Fail(api.error());
  auto inventory = wt::Inventory::Open(argv[4]);
  if (!inventory) return Fail(inventory.error());
  std::signal(SIGINT, [](int) { stopped = 1; });
  wt::ApplyOptions options;
  options.progress = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  options.interrupted = [] { return stopped != 0; };
  wt::Status done = wt::Ok{};
  if (applies) {
    const auto app = wt::LoadApp(argv[2]);
    if (!app) return Fail(app.error());
    const wt::Ownership ownership{.name_space = argc == 6 ? argv[5] : ""};
    done = wt::ApplyApp(**api, *app, ownership, *inventory, options);
  } else {
    done = wt::Cleanup(**api, *inventory, options);
  }
  return done ? 0 : Fail(done.error());
}
