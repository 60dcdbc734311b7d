// SPDX-License-Identifier: Apache-2.0
// For loops over pods: the container of a template that was looked at last. Pods of one workload
// come together, so most of them find theirs here.
#pragma once

#include "sim/sim.h"

namespace wt {

struct LastSpec {
  RevId tmpl = 0;
  u32 index = 0;
  const ContainerSpec* spec = nullptr;

  // REQUIRES: no write to the World between two calls.
  const ContainerSpec& Of(const Sim& sim, RevId rev, u32 container_index) {
    if (spec == nullptr || tmpl != rev || index != container_index) {
      const auto& typed = sim.Typed<PodTemplate>(rev);
      *this = {rev, container_index, &Items(&typed, typed.containers)[container_index]};
    }
    return *spec;
  }
};

}  // namespace wt
