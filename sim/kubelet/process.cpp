// SPDX-License-Identifier: Apache-2.0
// The process in a container: which program it is, whether it can run, when it serves, how it
// ends. All of it follows from the template, the objects it reads and the services it calls.
#include <algorithm>

#include "sim/kubelet/config.h"
#include "sim/kubelet/images.h"
#include "sim/kubelet/parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// Index + 1 of the GraphService that the pod's workload runs; a bare pod is its own workload.
u16 ServiceOfPod(const Sim& sim, const Pod& pod) {
  if (pod.owner != 0) {
    const u32 deployment = sim.At<ReplicaSet>(pod.owner).deployment;
    return deployment == 0 ? u16{0} : sim.At<Deployment>(deployment).service;
  }
  const auto& services = sim.blueprint.graph.services;
  for (std::size_t s = 0; s < services.size() && pod.name != 0; ++s) {
    if (services[s].workload == pod.name && services[s].ns == pod.ns) {
      return static_cast<u16>(s + 1);
    }
  }
  return 0;
}

const ServiceRuntime* RuntimeOf(const Sim& sim, const Container& c) {
  return c.service == 0 ? nullptr : &sim.blueprint.runtime[c.service - 1u];
}

void EndAt(Container& c, SimTime at, ExitReason reason, u8 code) {
  c.ends_ms = ToMs(at);
  c.ending = reason;
  c.ending_code = code;
}

// Index + 1 of the first key that is missing, 0 = all are there.
u32 MissingKey(const Sim& sim, const Container& c, const ServiceRuntime& runtime) {
  const StrId ns = sim.At<Pod>(c.pod).ns;
  for (u32 i = 0; i < runtime.needs.size(); ++i) {
    if (!HasNeed(sim, ns, runtime.needs[i], SpecOf(sim, c), &TemplateOf(sim, c))) return i + 1;
  }
  return 0;
}

// Index + 1 of the first needed service that does not answer.
u32 MissingService(const Sim& sim, const ServiceRuntime& runtime) {
  for (u32 i = 0; i < runtime.needs_services.size(); ++i) {
    if (!ServiceAnswers(sim, runtime.needs_services[i])) return i + 1;
  }
  return 0;
}

void Blame(Container& c, StartProblem cause, u32 index_plus_1) {
  c.cause = static_cast<u8>(cause);
  c.cause_index = static_cast<u8>(index_plus_1 == 0 ? 0 : index_plus_1 - 1);
}

// What its service needs to exceed the limit before it has served anything.
bool ExceedsLimit(const Sim& sim, const Container& c) {
  const i64 limit = SpecOf(sim, c).memory_limit;
  const GraphService& graph = sim.blueprint.graph.services[c.service - 1u];
  return limit > 0 && static_cast<f64>(graph.memory_base_bytes) > static_cast<f64>(limit);
}

void ServeFrom(Sim& sim, Container& c, SimTime at) {
  c.listening = 1;
  c.listening_ms = ToMs(at);
  i32& until_ms = sim.world.header().inputs_until_ms;
  until_ms = std::min(until_ms, c.listening_ms);
  MarkMemoryStale(sim);
}

void ServeAfterStartup(Sim& sim, Container& c) {
  const Delay startup = sim.blueprint.graph.services[c.service - 1u].startup;
  ServeFrom(sim, c, sim.now() + DelayOf(sim, c, startup, Stream::kStart));
}

// Decides at the start what will become of the process.
void DecideFate(Sim& sim, Container& c) {
  const ServiceRuntime* runtime = RuntimeOf(sim, c);
  Blame(c, StartProblem::kNone, 0);
  if (runtime == nullptr) return ServeFrom(sim, c, sim.now());
  const Timing& timing = sim.blueprint.timing;
  if (ExceedsLimit(sim, c)) {
    Blame(c, StartProblem::kTooLittleMemory, 0);
    const SimTime at = sim.now() + DelayOf(sim, c, timing.oom, Stream::kCrash);
    return EndAt(c, at, ExitReason::kOomKilled, 137);
  }
  if (const u32 key = MissingKey(sim, c, *runtime)) {
    Blame(c, StartProblem::kLacksConfig, key);
    const SimTime at = sim.now() + DelayOf(sim, c, timing.crash, Stream::kCrash);
    return EndAt(c, at, ExitReason::kError, 1);
  }
  if (const u32 service = MissingService(sim, *runtime)) {
    Blame(c, StartProblem::kLacksService, service);
    const SimTime at = sim.now() + DelayOf(sim, c, timing.crash, Stream::kCrash);
    return EndAt(c, at, ExitReason::kNone, 0);  // asks again then
  }
  ServeAfterStartup(sim, c);
}

void ArmExitSeen(Sim& sim, u32 container, SimTime ends) {
  const SimTime seen = ListedAt(sim, RowOf(sim, container), ends);
  ArmStep(sim, container, ContainerStep::kExitSeen, seen);
}

bool EndpointAnswers(const Sim& sim, const Service& service, const Endpoint& endpoint,
                     u32 graph_service) {
  if (!endpoint.in_proxy || !endpoint.proxy_ready) return false;
  const Pod& pod = sim.At<Pod>(endpoint.pod);
  if (pod.born != endpoint.pod_born) return false;
  const u16 port = CalledPodPort(sim, service, endpoint, graph_service);
  for (u32 at = pod.first_container; at != 0; at = RowOf(sim, at).next) {
    if (Serves(sim, at, port)) {
      return Answers(sim, RowOf(sim, at), graph_service);
    }
  }
  return false;
}

}  // namespace

u16 ProgramOf(const Sim& sim, const Container& c) {
  const u16 service = ServiceOfPod(sim, sim.At<Pod>(c.pod));
  if (service == 0 || service > sim.blueprint.runtime.size()) return 0;
  const ServiceRuntime& runtime = sim.blueprint.runtime[service - 1u];
  const ContainerSpec& spec = SpecOf(sim, c);
  const u32 image = FindImage(sim.blueprint, spec.image);
  const bool same = c.index == runtime.container && spec.command == runtime.command &&
                    image != 0 && sim.blueprint.images[image - 1].repo == runtime.image_repo;
  return same ? service : u16{0};
}

void BeginProcess(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  c.process = static_cast<u8>(ProcessState::kAlive);
  c.process_ms = sim.now_ms();
  c.listening = 0;
  c.listening_ms = 0;
  EndAt(c, 0, ExitReason::kNone, 0);
  c.service = ProgramOf(sim, c);
  DecideFate(sim, c);
  const Timing& timing = sim.blueprint.timing;
  const SimTime seen =
      ListedAt(sim, c, sim.now()) + DelayOf(sim, c, timing.status, Stream::kPodSync);
  if (c.ending != ExitReason::kNone && FromMs(c.ends_ms) <= seen) {
    return ArmExitSeen(sim, container, FromMs(c.ends_ms));
  }
  ArmStep(sim, container, ContainerStep::kSeen, seen);
}

void DecideAfterSeen(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  if (c.ending != ExitReason::kNone) return ArmExitSeen(sim, container, FromMs(c.ends_ms));
  if (!c.listening) return ArmStep(sim, container, ContainerStep::kGiveUp, FromMs(c.ends_ms));
  if (c.listening_ms <= sim.now_ms()) {
    if (c.runs > 1) ServingChanged(sim, container);  // its pod may have stayed in the endpoints
    return;
  }
  const bool probed = SpecOf(sim, c).probes[kReadinessProbe].kind != ProbeKind::kNone;
  if (!probed) ArmStep(sim, container, ContainerStep::kListening, FromMs(c.listening_ms));
}

void GiveUpOrServe(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const ServiceRuntime* runtime = RuntimeOf(sim, c);
  const u32 service = runtime == nullptr ? 0 : MissingService(sim, *runtime);
  if (service != 0) {
    Blame(c, StartProblem::kLacksService, service);
    EndAt(c, sim.now(), ExitReason::kError, 1);
    c.process = static_cast<u8>(ProcessState::kNone);
    return ArmExitSeen(sim, container, sim.now());
  }
  Blame(c, StartProblem::kNone, 0);
  ServeAfterStartup(sim, c);
  RearmProbes(sim, container);
  DecideAfterSeen(sim, container);
}

void EndProcess(Sim& sim, u32 container, ExitReason reason, u8 code) {
  Container& c = RowOf(sim, container);
  if (!IsAlive(c)) return;
  StopProbes(sim, container);
  const bool served = c.listening != 0;
  c.process = static_cast<u8>(ProcessState::kNone);
  c.listening = 0;
  EndAt(c, sim.now(), reason, code);
  if (served) ServingChanged(sim, container);
  ArmExitSeen(sim, container, sim.now());
}

bool HasPort(const Sim& sim, u32 container, u16 port) {
  const Container& c = RowOf(sim, container);
  const ServiceRuntime* runtime = RuntimeOf(sim, c);
  if (runtime != nullptr) {
    return std::find(runtime->ports.begin(), runtime->ports.end(), port) != runtime->ports.end();
  }
  const PodTemplate& tmpl = TemplateOf(sim, c);
  for (const u16 open : Items(&tmpl, Items(&tmpl, tmpl.containers)[c.index].ports)) {
    if (open == port) return true;
  }
  return false;
}

bool Serves(const Sim& sim, u32 container, u16 port) {
  const Container& c = RowOf(sim, container);
  return IsAlive(c) && c.listening && c.listening_ms <= sim.now_ms() &&
         HasPort(sim, container, port);
}

u16 CalledPodPort(const Sim& sim, const Service& service, const Endpoint& endpoint,
                  u32 graph_service) {
  if (!sim.Typed<ServiceSpec>(service.doc).headless) return endpoint.proxy_port;
  return static_cast<u16>(sim.blueprint.graph.services[graph_service].called_port);
}

bool Answers(const Sim& sim, const Container& container, u32 graph_service) {
  if (container.service == graph_service + 1) return true;
  if (container.service == 0) return false;
  const std::vector<GraphService>& services = sim.blueprint.graph.services;
  return SameToCallers(services[container.service - 1u], services[graph_service]);
}

bool ServiceAnswers(const Sim& sim, u32 graph_service) {
  const GraphService& graph = sim.blueprint.graph.services[graph_service];
  if (graph.kube_service != 0) {
    for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
      const Service& service = sim.At<Service>(s);
      if (service.born == 0 || service.name != graph.kube_service || service.deleting) continue;
      if (service.ns != graph.ns) continue;
      for (u32 e = service.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
        if (EndpointAnswers(sim, service, sim.At<Endpoint>(e), graph_service)) return true;
      }
    }
    return false;
  }
  for (u32 at = 1; at < sim.world.Used<Container>(); ++at) {
    const Container& c = RowOf(sim, at);
    if (c.born == 0 || c.service != graph_service + 1) continue;
    if (Serves(sim, at, static_cast<u16>(graph.listen_port))) return true;
  }
  return false;
}

}  // namespace wt
