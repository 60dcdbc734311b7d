// SPDX-License-Identifier: Apache-2.0
// What app.json says: the resolved behaviour of an app (scenarios/behaviour.h), written into every
// image by realcluster/image/app_behaviour_json.cpp. Names refer to services; times are
// nanoseconds, memory bytes. The form of the file is told in README.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "realcluster/service/law.h"

namespace wt::service {

struct CallSpec {
  std::string service, operation;  // callee
  std::string host;                // name of the Service, with its namespace if it is another one
  int port = 0;
  bool udp = false;
  Nanos timeout{0}, backoff{0};
  unsigned retries = 0;
  double budget = 1;       // extra attempts per call, at most this share
  double probability = 1;
  bool optional = false;
  unsigned group = 0;      // neighbours with an equal group > 0 run together
  unsigned breaker_failures = 0;  // consecutive failures that open the breaker; 0 = none
  Nanos breaker_open{0};
  unsigned pool = 0;  // connections to the callee at a time; 0 = no limit
};

struct Operation {
  std::string name;
  Law work;
  std::vector<CallSpec> calls;
};

// What a process exits without. One of the places has it, else it is missing; without a place
// the container cannot know, and it counts as there.
struct Need {
  bool setting = true;  // else a whole configuration: the log names them differently
  std::string name;     // what the log names
  std::vector<std::string> env;
  std::vector<std::string> files;
};

struct Port {
  int number = 0;
  bool udp = false;
};

// A container of the workload's pods: how a process finds out which of them it is.
struct Container {
  enum class Kind { kMain, kOther, kInit };
  Kind kind = Kind::kMain;
  std::string image;              // repository
  std::vector<std::string> argv;  // command and arguments as the manifest says
  std::vector<Port> ports;
  std::vector<std::vector<std::string>> probes;  // commands of its exec probes
};

struct Service {
  std::string name;
  std::string workload_kind, workload, name_space;
  std::string host;  // of its Kubernetes Service; empty: nobody can call it
  int called_port = 0, port = 0;
  bool called_udp = false;
  std::vector<Port> ports;  // all it listens on
  bool event_loop = false;
  double cores = 1;         // event loop
  unsigned threads = 64, queue = 256;
  Law startup;
  std::vector<std::string> startup_needs, health_depends;  // services
  std::vector<Need> needs;
  std::vector<std::string> health_paths;  // empty: every path is healthy
  Nanos cpu{0};                           // per request
  double memory_base = 0, memory_per_request = 0, memory_leak_per_hour = 0;
  double cache_hit_ratio = -1;  // >= 0: a cache
  Nanos cache_warm_up{0};
  unsigned connections = 0;  // store; 0 = no limit
  std::vector<Operation> operations;
  std::vector<Container> containers;

  const Operation* FindOperation(std::string_view operation) const;
};

struct App {
  std::string name;
  Law crash;  // from start to exit of a process that cannot run
  Law stop;   // from SIGTERM to exit
  std::vector<Service> services;

  const Service* Find(std::string_view service) const;
};

// Reads app.json of at most 16 MiB. On failure `error` says why and the result is empty.
bool ReadApp(const std::string& path, App& app, std::string& error);
bool ReadAppText(const std::string& text, App& app, std::string& error);

// Callers cannot tell the two apart: versions of one program behind one Kubernetes Service.
bool SameToCallers(const Service& a, const Service& b);

}  // namespace wt::service
