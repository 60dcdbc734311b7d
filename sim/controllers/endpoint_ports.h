// SPDX-License-Identifier: Apache-2.0
// Where connections to the first port of a Service end in one of its pods.
#pragma once

#include "sim/sim.h"

namespace wt {

// The port of `pod` behind the Service's first port; a named targetPort is looked up in the pod's
// own containers. 0 = the Service has no port or the pod none of that name.
inline u16 PortOfEndpoint(const Sim& sim, const ServiceSpec& spec, const Pod& pod) {
  if (spec.ports.count == 0) return 0;
  const ServicePort& port = Items(&spec, spec.ports)[0];
  if (port.target_name == 0) return port.target_port != 0 ? port.target_port : port.port;
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    const auto names = Items(&tmpl, container.port_names);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == port.target_name) return Items(&tmpl, container.ports)[i];
    }
  }
  return 0;
}

}  // namespace wt
