// SPDX-License-Identifier: Apache-2.0
// Where connections to a Service end in one of its pods. Of several ports the model follows the
// one that callers in the app use.
#pragma once

#include "sim/sim.h"

namespace wt {

// Place of the port that callers use in the Service's list; 0 where it is not there.
inline u32 CalledPortIndex(const ServiceSpec& spec, u16 called_port) {
  const auto ports = Items(&spec, spec.ports);
  for (u32 i = 0; i < ports.size() && called_port != 0; ++i) {
    if (ports[i].port == called_port) return i;
  }
  return 0;
}

// The port of `pod` behind the called port; a named targetPort is looked up in the pod's own
// containers. 0 = the Service has no port or the pod none of that name.
inline u16 PortOfEndpoint(const Sim& sim, const Service& service, const Pod& pod) {
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  if (spec.ports.count == 0) return 0;
  const ServicePort& port = Items(&spec, spec.ports)[CalledPortIndex(spec, service.called_port)];
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
