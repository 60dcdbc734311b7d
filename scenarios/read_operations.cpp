// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/behaviour_build.h"
#include "scenarios/nearest.h"
#include "scenarios/read_distribution.h"

namespace wt {
namespace {

constexpr f64 kDurationMax = 24 * 3600e9;

SimTime ReadTime(const Field& field, SimTime fallback) {
  const ValueRule rule{.unit = Unit::kDuration, .high = kDurationMax, .may_vary = false};
  const Distribution none = Distribution::Of(Unit::kDuration, static_cast<f64>(fallback));
  return static_cast<SimTime>(ReadDistribution(field, rule, none).low);
}

u32 FindOperation(const AppService& service, const std::string& name) {
  for (u32 i = 0; i < service.operations.size(); ++i) {
    if (service.operations[i].name == name) return i;
  }
  return kNoIndex;
}

// The operation meant when none is named: the only one, or the one with the role's usual name.
u32 UsualOperation(const AppService& service) {
  if (service.operations.size() == 1) return 0;
  for (const char* name : {"default", "get", "read"}) {
    const u32 found = FindOperation(service, name);
    if (found != kNoIndex) return found;
  }
  return kNoIndex;
}

std::vector<std::string> OperationNames(const AppService& service) {
  std::vector<std::string> names;
  for (const OperationSpec& operation : service.operations) {
    names.push_back(service.name + "." + operation.name);
  }
  return names;
}

struct OperationRef {
  u32 service = kNoIndex;
  u32 operation = kNoIndex;
};

// "profile.get" or "profile"; a namespace may stand before: "shop/profile.get".
OperationRef FindOperationRef(const Field& field, const std::string& text,
                              const BehaviourBuild& build) {
  const size_t slash = text.find('/');
  const size_t dot = text.find('.', slash == std::string::npos ? 0 : slash);
  const std::string name = text.substr(0, dot);
  OperationRef ref;
  ref.service = build.FindService(name);
  if (ref.service == kNoIndex) {
    const std::vector<std::string> names = build.ServiceNames();
    field.Fail("no service \"" + name + "\"; expected " + JoinWords(names) +
               DidYouMean(name, names));
    return {};
  }
  const AppService& service = build.result.services[ref.service];
  ref.operation = dot == std::string::npos ? UsualOperation(service)
                                           : FindOperation(service, text.substr(dot + 1));
  if (ref.operation == kNoIndex) {
    const std::vector<std::string> names = OperationNames(service);
    field.Fail("no operation \"" + text + "\"; expected " + JoinWords(names) +
               DidYouMean(text, names));
    return {};
  }
  return ref;
}

// Fills in the Service and port of a call. Complains if nothing leads to the callee.
void Connect(const Field& field, const Field& port, const BehaviourBuild& build, CallSpec& call) {
  const AppService& callee = build.result.services[call.service];
  call.kube_service = callee.kube_service;
  call.port = callee.called_port;
  const KubeService* kube = build.FaceOf(callee);
  if (kube == nullptr) {
    field.Fail("no Service leads to " + callee.workload_kind + " " + callee.workload +
               "; expected a Service whose selector matches its pods");
    return;
  }
  if (!port.present()) return;
  const i64 written = port.Whole(call.port, 1, 65'535);
  const bool known = std::any_of(kube->ports.begin(), kube->ports.end(),
                                 [written](const KubeServicePort& p) { return p.port == written; });
  if (!known) port.Fail(fmt::format("Service {} has no port {}", kube->name, written));
  call.port = static_cast<i32>(written);
  call.port_named = true;
}

void ReadRetries(const Field& field, CallSpec& call) {
  static const std::string kKeys[] = {"max", "backoff", "budget"};
  if (!field.present() || !field.ExpectMap(kKeys)) return;
  call.retries_max = static_cast<u32>(field["max"].Whole(1, 0, 20));
  call.backoff = ReadTime(field["backoff"], call.backoff);
  call.retry_budget = field["budget"].Real(call.retry_budget, 0, 100);
}

void ReadBreaker(const Field& field, CallSpec& call) {
  static const std::string kKeys[] = {"failures", "open"};
  if (!field.present() || !field.ExpectMap(kKeys)) return;
  call.breaker_failures = static_cast<u32>(field["failures"].Whole(5, 1, 100'000));
  call.breaker_open = ReadTime(field["open"], call.breaker_open);
}

void ReadCall(const Field& field, u32 group, const BehaviourBuild& build,
              std::vector<CallSpec>& calls) {
  static const std::string kKeys[] = {"to",       "timeout", "retries", "probability",
                                      "optional", "port",    "breaker", "pool"};
  CallSpec call;
  call.parallel_group = group;
  call.place = field.PlaceText();
  const bool just_a_name = field.IsString();
  if (!just_a_name && !field.ExpectMap(kKeys)) return;
  const Field to = just_a_name ? field : field["to"];
  if (!to.present()) {
    field.Fail("missing field \"to\"; expected service.operation");
    return;
  }
  const OperationRef ref = FindOperationRef(to, to.Text(), build);
  if (ref.service == kNoIndex) return;
  call.service = ref.service;
  call.operation = ref.operation;
  Connect(to, field["port"], build, call);
  call.timeout = ReadTime(field["timeout"], call.timeout);
  if (call.timeout <= 0) field["timeout"].Fail("not above 0; expected a duration such as 1s");
  ReadRetries(field["retries"], call);
  ReadBreaker(field["breaker"], call);
  call.probability = field["probability"].Real(1, 0, 1);
  call.optional = field["optional"].Flag(false);
  call.pool = static_cast<u32>(field["pool"].Whole(0, 1, 1'000'000));
  calls.push_back(std::move(call));
}

void ReadCalls(const Field& field, const BehaviourBuild& build, std::vector<CallSpec>& calls) {
  static const std::string kParallelKeys[] = {"parallel"};
  if (!field.present() || !field.ExpectList()) return;
  u32 groups = 0;
  for (const Field& element : field.Elements()) {
    if (!element["parallel"].present()) {
      ReadCall(element, 0, build, calls);
      continue;
    }
    if (!element.ExpectMap(kParallelKeys) || !element["parallel"].ExpectList()) continue;
    ++groups;
    for (const Field& call : element["parallel"].Elements()) ReadCall(call, groups, build, calls);
  }
}

// Names and laws first, so that calls can refer to any operation.
void ReadOperationNames(const Field& operations, AppService& service) {
  static const std::string kKeys[] = {"work", "calls"};
  if (!operations.present() || !operations.ExpectMap()) return;
  service.operations.clear();
  for (const std::string& name : operations.Keys()) {
    const Field field = operations[name];
    if (field.present()) field.ExpectMap(kKeys);
    const ValueRule rule{.unit = Unit::kDuration, .high = kDurationMax};
    service.operations.push_back(
        {name, ReadDistribution(field["work"], rule, DefaultWork(service.role)), {}});
  }
  if (service.operations.empty()) {
    operations.Fail("no operations; expected a map of operations, or leave the field out");
  }
}

// What a cache does not hold, its `get` asks the store for.
void ReadMiss(const Field& cache, const BehaviourBuild& build, AppService& service) {
  const Field miss = cache["miss"];
  if (!miss.present()) return;
  const OperationRef ref = FindOperationRef(miss, miss.Text(), build);
  const u32 get = FindOperation(service, "get") != kNoIndex ? FindOperation(service, "get") : 0;
  if (ref.service == kNoIndex || service.operations.empty()) return;
  CallSpec call;
  call.service = ref.service;
  call.operation = ref.operation;
  call.on_miss = true;
  call.place = miss.PlaceText();
  Connect(miss, miss["port"], build, call);
  service.operations[get].calls.push_back(std::move(call));
}

}  // namespace

void ReadOperations(BehaviourBuild& build) {
  for (u32 i = 0; i < build.fields.size(); ++i) {
    if (build.fields[i]) ReadOperationNames((*build.fields[i])["operations"], build.services()[i]);
  }
  for (u32 i = 0; i < build.fields.size(); ++i) {
    if (!build.fields[i]) continue;
    AppService& service = build.services()[i];
    const Field operations = (*build.fields[i])["operations"];
    for (OperationSpec& operation : service.operations) {
      ReadCalls(operations[operation.name]["calls"], build, operation.calls);
    }
    ReadMiss((*build.fields[i])["cache"], build, service);
  }
}

void InferOperationCalls(BehaviourBuild& build) {
  for (u32 i = 0; i < build.services().size(); ++i) {
    AppService& caller = build.services()[i];
    if (build.fields[i] && (*build.fields[i])["operations"].present()) continue;
    if (caller.role != ServiceRole::kApp) continue;
    const Workload& workload = build.objects.workloads[build.workload_of[i]];
    for (const InferredCall& inferred : InferCalls(workload, build.objects)) {
      const KubeService& kube = build.objects.services[inferred.service];
      const u32 callee = build.BehindKubeService(inferred.service);
      if (callee == kNoIndex) {
        build.result.warnings.push_back(fmt::format(
            "{}: {} names Service {}, which leads to no simulated pod; its calls are left out",
            workload.place, workload.name, kube.name));
        continue;
      }
      if (callee == i) continue;
      CallSpec call;
      call.service = callee;
      call.operation = UsualOperation(build.services()[callee]);
      if (call.operation == kNoIndex) call.operation = 0;
      call.kube_service = kube.name;
      call.place = workload.place;
      const Workload& target = build.objects.workloads[build.workload_of[callee]];
      call.port = PortOfKubeService(kube, target, build.services()[callee].port);
      for (const KubeServicePort& port : kube.ports) {
        if (port.port != inferred.port) continue;
        call.port = inferred.port;
        call.port_named = true;
      }
      if (!caller.operations.empty()) caller.operations[0].calls.push_back(std::move(call));
    }
  }
}

void ReadMixes(const Field& load, BehaviourBuild& build) {
  static const std::string kKeys[] = {"mixes"};
  if (!load.present() || !load.ExpectMap(kKeys)) return;
  const Field mixes = load["mixes"];
  if (!mixes.present() || !mixes.ExpectMap()) return;
  for (const std::string& name : mixes.Keys()) {
    const Field mix = mixes[name];
    if (!mix.ExpectMap()) continue;
    f64 sum = 0;
    std::vector<MixEntry> entries;
    for (const std::string& key : mix.Keys()) {
      const Field weight = mix[key];
      const OperationRef ref = FindOperationRef(weight, key, build);
      const f64 share = weight.Real(0, 0, 1e9);
      if (ref.service == kNoIndex || share <= 0) continue;
      entries.push_back({ref.service, ref.operation, share});
      sum += share;
    }
    if (entries.empty()) {
      mix.Fail("nothing in the mix; expected service.operation: weight with a weight above 0");
      continue;
    }
    for (MixEntry& entry : entries) entry.share /= sum;
    build.result.mixes[name] = std::move(entries);
  }
}

}  // namespace wt
