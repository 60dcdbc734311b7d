// SPDX-License-Identifier: Apache-2.0
// Which program of the app this process is, from what a container can see of itself.
#pragma once

#include <string>
#include <vector>

#include "realcluster/service/app.h"

namespace wt::service {

struct Circumstances {
  std::string workload;    // WAVETANK_WORKLOAD: said by hand
  std::string name_space;  // of the pod; empty if not known
  std::string hostname;    // the pod's name
  std::string image;       // WAVETANK_IMAGE: repository, set in every image; empty outside of one
  std::vector<std::string> argv;
};
Circumstances LookAround(int argc, char** argv);

struct Role {
  enum class Kind {
    kService,  // plays `service`
    kInit,     // an init container: has nothing to do
    kProbe,    // an exec probe of a container of `service`: asks its process
    kOther,    // another program in a pod of `service`, of which nothing is known but `ports`
    kIdle,     // no workload of the app
  };
  Kind kind = Kind::kIdle;
  const Service* service = nullptr;
  std::vector<Port> ports;  // kOther
};

// The workload: the one said by hand, else the longest name with which, and a dash, the hostname
// begins (a bare Pod's: equals), the pod's own namespace first, else the only one there is.
// The container: of those with this image, whose command it is; a command that none of them has
// is another program, as in the simulator (sim/kubelet/process.cpp ProgramOf).
Role FindRole(const App& app, const Circumstances& around);

}  // namespace wt::service
