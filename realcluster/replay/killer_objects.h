// SPDX-License-Identifier: Apache-2.0
// What the rogue of the fault repeated-pod-kill needs beside its Deployment to do its work on a
// real cluster (realcluster/service/killer_main.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wt {

// Of what the rogue reads and of the one-shot PodChaos objects that it makes; the agent never sees
// it (realcluster/mirror/any_cluster.h).
inline constexpr std::string_view kKillerNamespace = "wavetank-chaos";

// JSON objects in the order to create them in:
//   Namespace wavetank-chaos, and there
//   ConfigMap ROGUE         namespace, selector, interval_s: read by the rogue at its start
//   Role, RoleBinding ROGUE its account reads this ConfigMap and creates PodChaos
//   ClusterRole ROGUE, and in `ns` a RoleBinding ROGUE to it: its account lists, reads and deletes
//                           pods there, and may have Chaos Mesh do so (its webhook asks for the
//                           right in the pods' namespace where its security mode is on)
// The account is `default` of `ns`: the rogue's pods name no other. Nothing in `ns` tells whose
// pods are killed or by what means. A cluster without Chaos Mesh takes them, too.
// REQUIRES: `interval_s` in [0.05, 86400], names that Kubernetes takes.
std::vector<std::string> KillerObjects(const std::string& ns, const std::string& rogue,
                                       const std::string& victim_selector, double interval_s);

}  // namespace wt
