// SPDX-License-Identifier: Apache-2.0
// wavetank-killer: what runs in the rogue workload of the fault repeated-pod-kill
// (faults/repeated_pod_kill.cpp) on a real cluster. Every interval, drawn within a third of the
// mean, it kills a pod of the victim: by a PodChaos where the cluster has Chaos Mesh, else itself.
// Whose pods and how often stands in the ConfigMap wavetank-chaos/DEPLOYMENT, out of sight of the
// app's namespace; its log says the same of both ways.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cmath>
#include <csignal>
#include <cstdlib>

#include "realcluster/service/killer_api.h"
#include "realcluster/service/law.h"
#include "realcluster/service/log.h"

namespace wt::service {
namespace {

constexpr int kTerminated = 128 + 15, kCannotRun = 1;
constexpr const char* kOrdersNamespace = "wavetank-chaos";
constexpr const char* kAccount = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr double kSpread = 1.0 / 3, kAskAgainS = 2;
constexpr int kCreated = 201, kOk = 200, kAccepted = 202, kNotFound = 404;

std::string Setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

// The name of a Deployment's pod without its last two parts.
std::string Workload() {
  const std::string said = Setting("WAVETANK_WORKLOAD", "");
  if (!said.empty()) return said;
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  std::string workload = Setting("HOSTNAME", name.data());
  for (int i = 0; i < 2; ++i) workload = workload.substr(0, workload.rfind('-'));
  return workload;
}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Ends the program when it is told to end meanwhile.
void Sleep(double seconds) {
  const sigset_t signals = EndSignals();
  const double whole = std::floor(seconds);
  const timespec time{static_cast<time_t>(whole), static_cast<long>((seconds - whole) * 1e9)};
  if (sigtimedwait(&signals, nullptr, &time) <= 0) return;
  Print(kTerminatedText);
  std::exit(kTerminated);
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

struct Killer {
  ApiPlace place;
  std::string name;
  KillerOrders orders;
  Random random{SeedFromKernel()};
};

std::string Why(const ApiAnswer& answer) {
  return answer.status == 0 ? answer.error : StatusMessage(answer.body);
}

void WaitForOrders(Killer& killer) {
  const std::string path = fmt::format("/api/v1/namespaces/{}/configmaps/{}", kOrdersNamespace,
                                       killer.name);
  for (std::string said;;) {
    const ApiAnswer answer = CallApi(killer.place, "GET", path);
    if (answer.status == kOk && ReadKillerOrders(answer.body, killer.orders)) return;
    const std::string why = answer.status == kOk ? "not readable" : Why(answer);
    if (why != said) Print(fmt::format(kNoSettingsText, why));
    said = why;
    Sleep(kAskAgainS);
  }
}

ApiAnswer Kill(Killer& killer, const LivePod& pod) {
  const std::string chaos =
      PodKillText(fmt::format("{}-{:016x}", killer.name, killer.random.Next()), kOrdersNamespace,
                  killer.orders.name_space, pod);
  const ApiAnswer made = CallApi(
      killer.place, "POST",
      fmt::format("/apis/chaos-mesh.org/v1alpha1/namespaces/{}/podchaos", kOrdersNamespace),
      chaos);
  if (made.status != kNotFound) return made;
  return CallApi(killer.place, "DELETE",
                 fmt::format("/api/v1/namespaces/{}/pods/{}", killer.orders.name_space, pod.name));
}

void KillOne(Killer& killer) {
  const ApiAnswer listed = CallApi(
      killer.place, "GET",
      fmt::format("/api/v1/namespaces/{}/pods?labelSelector={}", killer.orders.name_space,
                  Escaped(killer.orders.selector)));
  if (listed.status != kOk) return Print(fmt::format(kCannotListText, Why(listed)));
  const std::vector<LivePod> pods = LivePods(listed.body);
  if (pods.empty()) return;
  const double at = killer.random.Uniform() * static_cast<double>(pods.size());
  const LivePod& pod = pods[static_cast<std::size_t>(at)];
  const ApiAnswer killed = Kill(killer, pod);
  const bool well =
      killed.status == kOk || killed.status == kCreated || killed.status == kAccepted;
  Print(well ? fmt::format(kDeletedPodText, pod.name)
             : fmt::format(kCannotDeleteText, pod.name, Why(killed)));
}

}  // namespace
}  // namespace wt::service

int main() {
  using namespace wt::service;
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = EndSignals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  Killer killer;
  killer.place = {Setting("KUBERNETES_SERVICE_HOST", ""),
                  std::atoi(Setting("KUBERNETES_SERVICE_PORT", "443").c_str()),
                  Setting("WAVETANK_ACCOUNT", kAccount)};
  killer.name = Workload();
  if (killer.place.address.empty() || killer.name.empty()) {
    Print(fmt::format(kMissingKeyText, "KUBERNETES_SERVICE_HOST"));
    return kCannotRun;
  }
  Print(fmt::format(kStartingText, killer.name));
  WaitForOrders(killer);
  for (;;) {
    const double spread = 1 - kSpread + 2 * kSpread * killer.random.Uniform();
    Sleep(killer.orders.interval_s * spread);
    KillOne(killer);
  }
}
