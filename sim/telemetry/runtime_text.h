// SPDX-License-Identifier: Apache-2.0
// What kubelet, containerd and the registry say when something fails: shared by Events, by the
// messages of container states and by logs. For readers only: allocates.
// Sources: pkg/kubelet/images, pkg/kubelet/kuberuntime, pkg/kubelet/prober, pkg/probe of
// Kubernetes v1.35; containerd 2.x with runc 1.2 or later; checked against recorded texts.
#pragma once

#include <string>
#include <string_view>

#include "sim/sim.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {

std::string ImagePresentText(std::string_view image);
// Why `image` cannot be pulled: its tag is unknown, or nothing of that repository is.
std::string PullErrorText(const Sim& sim, StrId image);
std::string InvalidImageText(std::string_view image);
std::string NeverPullText(std::string_view image);
std::string StartErrorText(std::string_view command);
// `configmap "settings" not found`, `couldn't find key mode in ConfigMap shop/settings`.
std::string ConfigErrorText(const Sim& sim, StrId ns, StrId name, StrId key, u32 problem);
// `kind` is "configmap" or "secret"; an empty `key`: the object itself is missing.
std::string MountErrorText(std::string_view volume, const char* kind, std::string_view name,
                           std::string_view key);
std::string MountTimeoutText(std::string_view volume);

// Packing of ProbeDetail into the arguments of an event.
struct PackedProbe {
  u32 arg[3];
};
constexpr PackedProbe Pack(const ProbeDetail& d) {
  return {{static_cast<u32>(d.container) | static_cast<u32>(d.kind) << 8 |
               static_cast<u32>(d.ip) << 16,
           static_cast<u32>(d.port) << 16 | d.status, d.path}};
}
constexpr ProbeDetail Unpack(const u32 args[3]) {
  return {static_cast<u8>(args[0]), static_cast<u8>(args[0] >> 8),
          static_cast<u16>(args[0] >> 16), static_cast<u16>(args[1] >> 16),
          static_cast<u16>(args[1]), args[2]};
}
// `probe` is "Liveness", ...
std::string UnhealthyText(const Sim& sim, std::string_view probe, const u32 args[3]);

// "pod_namespace(uid)" as the kubelet writes a pod.
std::string KubeletPodText(const Sim& sim, u32 pod);

}  // namespace wt
