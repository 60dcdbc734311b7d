// SPDX-License-Identifier: Apache-2.0
// The containers of an app's pod templates as an image has to know them: of every kind of object
// that has one, simulated or not.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/manifests.h"
#include "sim/api/ints.h"

namespace wt {

struct DeclaredPort {
  i32 port = 0;
  bool udp = false;
};

// A place in a container where a key of a ConfigMap or Secret shows.
struct ConfigPlace {
  bool secret = false;
  std::string object, key;  // key empty: all of the object
  std::string env;          // variable; with an empty key the prefix of all
  std::string file;         // path; with an empty key the folder of all
  bool is_env = false;
};

struct PodContainer {
  std::string kind, name_space, workload;  // of the object with the template
  bool init = false;
  std::string name, image;
  std::vector<std::string> command, args;
  std::string working_dir;
  std::vector<DeclaredPort> ports;
  std::vector<std::vector<std::string>> probes;  // commands of exec probes
  std::vector<ConfigPlace> places;
  std::map<std::string, std::string> mounts;  // volume, and the claim in it -> where it is
};

// In the order of manifests and containers, init containers first. What is of another form than
// Kubernetes' is left out: the loader has complained of it.
std::vector<PodContainer> ReadPodContainers(const ManifestSet& set);

// Whether a Service's port speaks UDP and not TCP.
bool IsUdpPort(const ManifestSet& set, const std::string& name_space, const std::string& service,
               i32 port);

}  // namespace wt
