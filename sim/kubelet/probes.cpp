// SPDX-License-Identifier: Apache-2.0
// Probes without ticking: the outcome of a probe is a function of the present state, and of
// nothing else but the instant at which the process begins to serve; so the tick at which the
// published result flips is known, and is the only event.
// Source: Kubernetes v1.35 pkg/kubelet/prober/{worker.go,prober_manager.go},
// pkg/kubelet/status/status_manager.go.
#include <algorithm>

#include "sim/kubelet/health_command.h"
#include "sim/kubelet/parts.h"
#include "sim/kubelet/probe_ticks.h"
#include "sim/telemetry/runtime_text.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr SimEvent kProbeEvents[] = {SimEvent::kStartupProbe, SimEvent::kLivenessProbe,
                                     SimEvent::kReadinessProbe};
constexpr EventReason kUnhealthy[] = {EventReason::kUnhealthyStartup,
                                      EventReason::kUnhealthyLiveness,
                                      EventReason::kUnhealthyReadiness};
constexpr u16 kNotFound = 404;
constexpr u16 kUnavailable = 503;

struct Outcome {
  bool pass = false;   // once it serves
  u16 status = 0;      // of a failing HTTP answer; 0 = refused, kProbeError
  bool error = false;  // says nothing: no result is ever published
};

i32 PeriodMs(const ProbeSpec& probe) { return std::max<i32>(1, probe.period_s) * 1000; }

u8 Bit(ProbeType type) { return static_cast<u8>(1u << type); }

Outcome AskHttp(const Sim& sim, const Container& c, StrId path) {
  if (c.service == 0) return {true, 0};
  const ServiceRuntime& runtime = sim.blueprint.runtime[c.service - 1u];
  const auto& paths = runtime.paths;
  if (!paths.empty() && std::find(paths.begin(), paths.end(), path) == paths.end()) {
    return {false, kNotFound};
  }
  for (const u32 needed : runtime.health_depends) {
    if (!ServiceAnswers(sim, needed)) return {false, kUnavailable};
  }
  return {true, 0};
}

Outcome AskCommand(const Sim& sim, const Container& c, StrId command) {
  const ProbeAnswer answer = RunHealthCommand(sim, SpecOf(sim, c).image, command);
  if (answer == ProbeAnswer::kError) return {false, kProbeError, true};
  return {answer == ProbeAnswer::kSuccess, 0};
}

// What the check finds once the process serves.
Outcome Evaluate(const Sim& sim, u32 container, const ProbeSpec& probe) {
  const Container& c = RowOf(sim, container);
  if (!IsAlive(c) || !c.listening) return {};
  if (probe.kind == ProbeKind::kExec) return AskCommand(sim, c, probe.path);
  if (!HasPort(sim, container, probe.port)) return {};
  if (probe.kind == ProbeKind::kGrpc) {
    return {SpeaksGrpc(sim, SpecOf(sim, c).image, probe.port), 0};
  }
  return probe.kind == ProbeKind::kHttp ? AskHttp(sim, c, probe.path) : Outcome{true, 0};
}

// An instant as a status tells it: metav1.Time knows whole seconds (status_manager.go
// normalizeStatus), and a worker asks the status for the start.
i32 ShownMs(i32 at_ms) { return at_ms - (at_ms % 1000 + 1000) % 1000; }

ProbeTicks TicksOf(const Sim& sim, const Container& c, ProbeType type, const ProbeSpec& probe) {
  ProbeTicks ticks;
  const bool readiness = type == kReadinessProbe;
  ticks.base_ms = readiness ? c.readiness_ms : sim.At<Pod>(c.pod).started_ms + kMountLookMs;
  ticks.period_ms = PeriodMs(probe);
  ticks.eligible_ms = ShownMs(c.process_ms) + probe.initial_delay_s * 1000;
  ticks.failures = probe.failure_threshold;
  ticks.successes = probe.success_threshold;
  return ticks;
}

void Repeat(Sim& sim, u32 container, ProbeType type, const ProbeFlip& flip, i32 last_ms,
            u16 status) {
  Container& c = RowOf(sim, container);
  const ProbeSpec& probe = SpecOf(sim, c).probes[type];
  const ProbeDetail detail{c.index, static_cast<u8>(probe.kind), sim.At<Pod>(c.pod).ip,
                           probe.port, status, probe.path};
  const PackedProbe packed = Pack(detail);
  const Series series{flip.first_fail_ms, PeriodMs(probe), last_ms};
  StartSeries(sim, c.pod, kUnhealthy[type], series, packed.arg[0], packed.arg[1], packed.arg[2]);
  c.open_series |= Bit(type);
}

// A container that is not ready is asked by each step of its pod's worker, and its ticks begin anew
// (prober_manager.go UpdatePodStatus, worker.go manualTriggerCh): at the list that shows it
// running, and at the one after it, since a first result is news (results_manager.go Set).
i32 AsksAgainAt(const Container& c) {
  if (c.ready || c.asked_again) return kNeverMs;
  return c.readiness_ms + ToMs(kListPeriod);
}

// Arms the next flip of one probe, from now on. Published so far: `good` for liveness always,
// readiness when ready, startup never.
void ArmProbe(Sim& sim, u32 container, ProbeType type) {
  Container& c = RowOf(sim, container);
  const ProbeSpec& probe = SpecOf(sim, c).probes[type];
  const Outcome outcome = Evaluate(sim, container, probe);
  c.probe_pass = static_cast<u8>(outcome.pass ? c.probe_pass | Bit(type)
                                              : c.probe_pass & ~Bit(type));
  const ProbeFuture future{sim.now_ms(), outcome.pass ? c.listening_ms : kNeverMs};
  const ProbeFlip flip = FindFlip(TicksOf(sim, c, type, probe), future);

  const bool good = type == kLivenessProbe || (type == kReadinessProbe && c.ready);
  const bool failing_matters = !outcome.error && (type != kReadinessProbe || c.ready);
  i32 at = failing_matters ? flip.fails_ms : kNeverMs;
  if (at == kNeverMs && !good) at = flip.succeeds_ms;
  const i32 again = type == kReadinessProbe ? AsksAgainAt(c) : kNeverMs;
  if (again > sim.now_ms()) at = std::min(at, again);
  if (at != kNeverMs) Arm(sim.world, kProbeEvents[type], container, FromMs(at));

  if (flip.first_fail_ms == kNeverMs) return;
  i32 last = flip.last_fail_ms;
  const bool is_killed = type != kReadinessProbe && flip.fails_ms != kNeverMs && !outcome.error;
  if (is_killed) last = flip.fails_ms;
  Repeat(sim, container, type, flip, last, outcome.pass ? u16{0} : outcome.status);
}

bool HasProbe(const Sim& sim, const Container& c, ProbeType type) {
  return SpecOf(sim, c).probes[type].kind != ProbeKind::kNone;
}

void EndRepeat(Sim& sim, Container& c, ProbeType type) {
  if (!(c.open_series & Bit(type))) return;
  c.open_series = static_cast<u8>(c.open_series & ~Bit(type));
  EndSeries(sim, c.pod, kUnhealthy[type]);
}

// Started: liveness and readiness begin. Upstream runs the readiness probe at once then.
void StartOthers(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  c.started = 1;
  c.asked_again = 0;
  // The answer to the first readiness probe is a status of its own, after that of Running.
  c.readiness_ms =
      sim.now_ms() + ToMs(DelayOf(sim, c, sim.blueprint.timing.status, Stream::kPodSync));
  if (HasProbe(sim, c, kLivenessProbe)) ArmProbe(sim, container, kLivenessProbe);
  if (HasProbe(sim, c, kReadinessProbe)) {
    ArmProbe(sim, container, kReadinessProbe);
  } else {
    c.ready = 1;
  }
}

bool IsRunningProbe(const Sim& sim, const Container& c, ProbeType type) {
  if (!HasProbe(sim, c, type)) return false;
  return type == kStartupProbe ? !c.started : c.started != 0;
}

}  // namespace

void StartProbes(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  if (HasProbe(sim, c, kStartupProbe)) {
    ArmProbe(sim, container, kStartupProbe);
  } else {
    StartOthers(sim, container);
  }
}

void StopProbes(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  for (const ProbeType type : {kStartupProbe, kLivenessProbe, kReadinessProbe}) {
    Cancel(sim.world, kProbeEvents[type], container);
    EndRepeat(sim, c, type);
  }
}

void RearmProbes(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  if (c.state != ContainerState::kRunning || !IsAlive(c)) return;
  for (const ProbeType type : {kStartupProbe, kLivenessProbe, kReadinessProbe}) {
    if (!IsRunningProbe(sim, c, type)) continue;
    const Outcome outcome = Evaluate(sim, container, SpecOf(sim, c).probes[type]);
    if (outcome.pass == ((c.probe_pass & Bit(type)) != 0)) continue;
    Cancel(sim.world, kProbeEvents[type], container);
    EndRepeat(sim, c, type);
    ArmProbe(sim, container, type);
  }
}

void RearmDependents(Sim& sim) {
  const auto& runtime = sim.blueprint.runtime;
  const bool any = std::any_of(runtime.begin(), runtime.end(),
                               [](const ServiceRuntime& r) { return !r.health_depends.empty(); });
  if (!any) return;
  for (u32 at = 1; at < sim.world.Used<Container>(); ++at) {
    const Container& c = RowOf(sim, at);
    if (c.born == 0 || c.service == 0 || c.state != ContainerState::kRunning) continue;
    if (!runtime[c.service - 1u].health_depends.empty()) RearmProbes(sim, at);
  }
}

void ServingChanged(Sim& sim, u32 container) {
  MarkPodInputsStale(sim, RowOf(sim, container).pod);
  MarkSolveNeeded(sim);
  RearmDependents(sim);
}

void StepProbe(Sim& sim, u32 container, ProbeType type) {
  Container& c = RowOf(sim, container);
  if (type == kReadinessProbe && sim.now_ms() == AsksAgainAt(c)) {
    c.asked_again = 1;
    c.readiness_ms = sim.now_ms();
    EndRepeat(sim, c, type);
    return ArmProbe(sim, container, type);
  }
  const bool pass = (c.probe_pass & Bit(type)) != 0 && c.listening_ms <= sim.now_ms();
  if (type != kReadinessProbe && !pass) return KillForProbe(sim, container, type);
  if (pass) EndRepeat(sim, c, type);
  if (type == kStartupProbe) {
    StartOthers(sim, container);
  } else {
    c.ready = pass ? 1 : 0;
  }
  TouchPod(sim, c.pod);
  UpdatePod(sim, c.pod);
}

}  // namespace wt
