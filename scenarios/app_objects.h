// SPDX-License-Identifier: Apache-2.0
// What a set of manifests says about an app, read leniently: who runs what, who listens where,
// which values reach a container. Base of the inference in behaviour.h; internal to scenarios/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenarios/manifests.h"
#include "sim/api/ints.h"

namespace wt {

using Labels = std::map<std::string, std::string>;

// A value that a container sees, with the place it is written in.
struct EnvValue {
  std::string name;
  std::string value;  // after ConfigMap and Secret references and $(VAR) are followed
};

struct ContainerPort {
  std::string name;
  i32 port = 0;
};

// A probe target; port 0 with an empty path for commands.
struct ProbeTarget {
  std::string path;
  i32 port = 0;
};

// One ConfigMap key that a workload uses.
struct ConfigKey {
  std::string config_map;
  std::string key;
  friend auto operator<=>(const ConfigKey&, const ConfigKey&) = default;
};

struct Workload {
  std::string kind, name, name_space;  // Deployment or Pod
  std::string place;
  Labels labels;  // of the pod
  std::vector<ContainerPort> ports;
  std::vector<std::string> images;
  std::vector<EnvValue> env;
  std::vector<std::string> arguments;      // command and args of every container
  std::vector<std::string> mounted_texts;  // contents of mounted ConfigMap files
  std::vector<ProbeTarget> probes;
  std::vector<ConfigKey> config_keys;
  std::vector<std::string> secrets, claims;
  f64 memory_request = 0, memory_limit = 0;  // bytes, of the first container; 0 = not set
};

struct KubeServicePort {
  std::string name;
  i32 port = 0;
  std::string target;  // number or name, as written; empty means `port`
};

struct KubeService {
  std::string name, name_space, type, place;
  Labels selector;
  std::vector<KubeServicePort> ports;
};

struct AppObjects {
  std::vector<Workload> workloads;
  std::vector<KubeService> services;
  std::vector<std::string> ingress_backends;  // "namespace/service" that an Ingress names
  std::vector<std::string> ingress_ports;     // of each: a port's number or name; "" = not said
};

AppObjects ReadAppObjects(const ManifestSet& set);

// True if the Service's selector is not empty and matches the workload's pods.
bool Selects(const KubeService& service, const Workload& workload);

// The port number that a Service port leads to in this workload; 0 for a name it does not have.
i32 TargetPort(const KubeServicePort& port, const Workload& workload);

}  // namespace wt
