// SPDX-License-Identifier: Apache-2.0
// Every delay of the model that Kubernetes does not fix: a timing profile. Profiles with their
// provenance are scenarios/profiles/NAME.yaml; these values are the profile `default`. Constants
// that Kubernetes does fix stand beside the code that uses them, with their source.
#pragma once

#include <cstddef>

#include "sim/api/ints.h"
#include "sim/random.h"

namespace wt {

struct Timing {
  Delay watch{8, 40};              // a change reaches an actor through its watch
  Delay sync{4, 30};               // a controller's sync, API round trips included
  Delay bind{10, 60};              // scheduling attempt to binding
  Delay kubelet_sync{20, 120};     // kubelet notices and starts to work on a pod
  Delay sandbox{350, 1200};        // volumes, sandbox, network
  Delay container_create{120, 500};
  Delay container_start{60, 250};
  Delay pleg{25, 50};              // from the kubelet's list of containers to its acting on it
  Delay image_pull{1500, 8000};    // an image that is not on the node
  Delay image_error{700, 2500};    // answer of the registry to an absent image
  Delay stop{300, 2000};           // SIGTERM to exit of a process that handles it
  Delay status{30, 200};           // kubelet status patch
  Delay endpoints{120, 900};       // EndpointSlice controller after a pod change
  Delay proxy{25, 50};             // kube-proxy at rest: slice change seen, rules written
  Delay oom{400, 2500};            // from start to the kill when the limit is below the base
  Delay crash{300, 1500};          // from start to exit of a process that cannot run
  Delay cleanup{0, 0};             // last exit to the pod's final phase: its sandbox is stopped
};

// Every delay by the name it has in a profile.
struct TimingField {
  const char* name;
  Delay Timing::*delay;
};
inline constexpr TimingField kTimingFields[] = {
    {"watch", &Timing::watch},
    {"sync", &Timing::sync},
    {"bind", &Timing::bind},
    {"kubelet_sync", &Timing::kubelet_sync},
    {"sandbox", &Timing::sandbox},
    {"container_create", &Timing::container_create},
    {"container_start", &Timing::container_start},
    {"pleg", &Timing::pleg},
    {"image_pull", &Timing::image_pull},
    {"image_error", &Timing::image_error},
    {"stop", &Timing::stop},
    {"status", &Timing::status},
    {"endpoints", &Timing::endpoints},
    {"proxy", &Timing::proxy},
    {"oom", &Timing::oom},
    {"crash", &Timing::crash},
    {"cleanup", &Timing::cleanup},
};
static_assert(sizeof(Timing) == sizeof(kTimingFields) / sizeof(TimingField) * sizeof(Delay));

}  // namespace wt
