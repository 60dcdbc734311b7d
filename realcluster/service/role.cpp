// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/role.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace wt::service {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// From the service account, else the first search domain of a pod's resolver.
std::string NamespaceOfPod() {
  std::ifstream account("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
  std::string name;
  if (account >> name) return name;
  std::ifstream resolver("/etc/resolv.conf");
  for (std::string word; resolver >> word;) {
    if (word != "search" || !(resolver >> word)) continue;
    const std::size_t dot = word.find(".svc.");
    return dot == std::string::npos ? "" : word.substr(0, dot);
  }
  return "";
}

bool Fits(const Service& service, const std::string& hostname) {
  if (service.workload_kind == "Pod") return hostname == service.workload;
  return hostname.starts_with(service.workload + "-");
}

const Service* FindService(const App& app, const Circumstances& around) {
  const Service* best = nullptr;
  std::size_t best_rank = 0;
  for (const Service& service : app.services) {
    const bool named = !around.workload.empty() && service.workload == around.workload;
    if (around.workload.empty() ? !Fits(service, around.hostname) : !named) continue;
    const bool own_namespace = service.name_space == around.name_space;
    const std::size_t rank = 2 * service.workload.size() + (own_namespace ? 1 : 0);
    if (best == nullptr || rank > best_rank) best = &service;
    best_rank = std::max(best_rank, rank);
  }
  if (best == nullptr && around.workload.empty() && app.services.size() == 1) {
    return &app.services[0];
  }
  return best;
}

// 2: command and arguments, 1: the command alone, 0: another one.
int Alike(const Container& container, const std::vector<std::string>& argv) {
  if (container.argv == argv) return 2;
  return !argv.empty() && !container.argv.empty() && container.argv[0] == argv[0] ? 1 : 0;
}

const Container* FindContainer(const Service& service, const Circumstances& around) {
  const Container* best = nullptr;
  int best_rank = 0;
  for (const Container& container : service.containers) {
    if (container.image != around.image) continue;
    const bool main = container.kind == Container::Kind::kMain;
    const int alike = Alike(container, around.argv);
    const int rank = alike == 0 ? 0 : 2 * alike + (main ? 1 : 0);
    if (rank <= best_rank) continue;
    best = &container;
    best_rank = rank;
  }
  return best;
}

bool IsProbe(const Service& service, const Circumstances& around) {
  for (const Container& container : service.containers) {
    if (container.image != around.image) continue;
    for (const auto& command : container.probes) {
      if (command == around.argv) return true;
    }
  }
  return false;
}

}  // namespace

Circumstances LookAround(int argc, char** argv) {
  Circumstances around;
  around.workload = Variable("WAVETANK_WORKLOAD");
  around.image = Variable("WAVETANK_IMAGE");
  around.hostname = Variable("HOSTNAME");
  around.name_space = NamespaceOfPod();
  if (around.hostname.empty()) {
    char name[256] = {};
    if (gethostname(name, sizeof(name) - 1) == 0) around.hostname = name;
  }
  around.argv.assign(argv, argv + argc);
  return around;
}

Role FindRole(const App& app, const Circumstances& around) {
  const Service* service = FindService(app, around);
  if (service == nullptr) return {};
  if (around.image.empty()) return {Role::Kind::kService, service, {}};
  if (IsProbe(*service, around)) return {Role::Kind::kProbe, service, {}};
  const Container* container = FindContainer(*service, around);
  if (container == nullptr) return {Role::Kind::kOther, service, service->ports};
  switch (container->kind) {
    case Container::Kind::kMain:
      return {Role::Kind::kService, service, {}};
    case Container::Kind::kInit:
      return {Role::Kind::kInit, service, {}};
    case Container::Kind::kOther:
      break;
  }
  return {Role::Kind::kOther, service, container->ports};
}

}  // namespace wt::service
