// SPDX-License-Identifier: Apache-2.0
// How the programs of an app behave: what behaviour.yaml says (docs/formats.md), and for all that
// it leaves out, what the manifests let one conclude. Fully resolved: references are indices,
// every figure has a value. No World here; build_world turns it into a ServiceGraph.
// Durations are nanoseconds, memory bytes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenarios/app_objects.h"
#include "scenarios/distribution.h"
#include "scenarios/manifests.h"
#include "sim/api/result.h"
#include "sim/api/time.h"

namespace wt {

enum class ServiceRole : u8 { kApp, kCache, kStore };

// One call of an operation. Calls run in order; neighbours with an equal group > 0 run together.
struct CallSpec {
  u32 service = 0, operation = 0;  // callee: index into services, into its operations
  std::string kube_service;        // the Service it goes through, in the callee's namespace
  i32 port = 0;                    // the Service port it uses
  bool port_named = false;         // the caller says which
  SimTime timeout = 5 * kSecond;
  u32 retries_max = 0;
  SimTime backoff = 50 * kMillisecond;
  f64 retry_budget = 1;  // extra attempts per call, at most this share
  f64 probability = 1;
  bool optional = false;  // its failure does not fail the caller
  bool on_miss = false;   // a cache's call for what it does not hold
  u32 parallel_group = 0;
  u32 breaker_failures = 0;  // consecutive failures that open the breaker; 0 = none
  SimTime breaker_open = 10 * kSecond;
  u32 pool = 0;       // connections per process to the callee; 0 = no limit
  std::string place;  // FILE:LINE:COL of the call, or of what it was inferred from
};

struct OperationSpec {
  std::string name;
  Distribution work;  // service time without callees, Unit::kDuration
  std::vector<CallSpec> calls;
};

struct ConcurrencySpec {
  bool event_loop = false;  // else a pool of threads
  f64 cores = 1;            // event loop: cores one process can use
  u32 size = 64;            // threads: pool size per process
  u32 queue = 256;          // requests waiting per process before it refuses
};

// What a program cannot live without, beyond what Kubernetes itself demands: it exits when one of
// these is not there at its start.
struct NeedsSpec {
  std::vector<std::string> env;
  std::vector<ConfigKey> config_keys;
  std::vector<std::string> secrets, volumes;
};

struct AppService {
  std::string name;  // logical: the key in behaviour.yaml, or the Service's or workload's name
  ServiceRole role = ServiceRole::kApp;
  bool inferred = true;  // behaviour.yaml does not name it
  std::string workload_kind, workload, name_space;
  std::string kube_service;       // the Service callers use; empty: nobody can call it
  i32 called_port = 0;            // its port
  i32 port = 0;                   // what the process listens on; 0: it does not listen
  std::vector<i32> listen_ports;  // `port` and all others, sorted
  ConcurrencySpec concurrency;
  Distribution startup_time;       // Unit::kDuration, process start to listening
  std::vector<u32> startup_needs;  // services that must answer before it starts to listen
  NeedsSpec needs;
  std::vector<std::string> health_paths;  // HTTP paths that answer 200; others answer 404
  std::vector<u32> health_depends_on;     // services whose failure makes health checks fail
  SimTime cpu_per_request = kMillisecond;
  f64 memory_base = 64 * 0x1p20, memory_per_request = 0, memory_leak_per_hour = 0;
  f64 cache_hit_ratio = -1;  // kCache with a miss: share answered without it
  SimTime cache_warm_up = 60 * kSecond;
  u32 store_connections = 0;  // 0 = no limit
  std::string store_volume;   // claim whose loss loses data; empty: data lives in the pod
  std::vector<OperationSpec> operations;
  bool on_request_path = false;  // some mix reaches it through calls that are not optional
  std::string place;
};

struct MixEntry {
  u32 service = 0, operation = 0;
  f64 share = 0;  // of the load; the shares of a mix sum to 1
};

struct Behaviour {
  std::vector<AppService> services;                   // sorted by name
  std::map<std::string, std::vector<MixEntry>> mixes;  // always has "default"
  std::vector<std::string> warnings;

  const AppService* Find(std::string_view name) const;
};

// Manifests and behaviour of one app. `path`: a folder, or one file of manifests (a folder's
// behaviour.yaml, or a Behaviour document among the manifests, is taken).
struct App {
  std::string path;
  ManifestSet manifests;
  Behaviour behaviour;
};
Result<App> LoadApp(const std::string& path);

// Behaviour from an optional document (null: infer everything). Errors are joined: unknown fields,
// names of no service, operation, workload or port, required calls that form a cycle, figures out
// of range.
//
// Inference: a service per workload, named after the Service that selects it. Calls: values of
// environment, arguments and mounted files that name a Service of the app (name, name.namespace,
// ...svc.cluster.local, with scheme or port or in a variable that reads like an address); calls
// that would close a cycle, or lead to a Service without simulated pods, are left out with a
// warning. Entry points: services that nobody calls, preferring those an Ingress, a well-known
// name (frontend, gateway, web, nginx, proxy) or a LoadBalancer/NodePort type marks.
Result<Behaviour> ResolveBehaviour(const ManifestSet& manifests, const YamlDocument* document);

// A call that the manifests suggest.
struct InferredCall {
  size_t service = 0;  // index into AppObjects::services
  i32 port = 0;        // as written or implied by the scheme; 0: not said
};
// Services that a workload's values name, in order of first mention, each once.
std::vector<InferredCall> InferCalls(const Workload& workload, const AppObjects& objects);

}  // namespace wt
