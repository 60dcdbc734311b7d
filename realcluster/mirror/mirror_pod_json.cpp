// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "realcluster/mirror/mirror_pod.h"
#include "sim/kubelet/kubelet.h"
#include "sim/objects/access.h"
#include "sim/telemetry/describe.h"
#include "sim/telemetry/names.h"
#include "sim/transitions.h"

namespace wt {
namespace {

WaitReason WaitNamed(std::string_view name) {
  return Named(&WaitReasonText, WaitReason::kCrashLoopBackOff, name,
               WaitReason::kContainerCreating);
}

ExitReason ExitNamed(std::string_view name) {
  return Named(&ExitReasonText, ExitReason::kContainerStatusUnknown, name, ExitReason::kError);
}

void MirrorExit(const Json& terminated, const WorldClock& world_ms, ExitReason& reason, u8& code,
                i32& started_ms, i32& finished_ms) {
  reason = ExitNamed(Text(terminated, "reason"));
  code = static_cast<u8>(Int(terminated, "exitCode"));
  started_ms = world_ms(Text(terminated, "startedAt"));
  finished_ms = world_ms(Text(terminated, "finishedAt"));
}

// A process that runs is taken to serve from the moment its container counts as ready or started.
void MirrorProcess(Sim& sim, Container& c) {
  const bool runs = c.state == ContainerState::kRunning;
  c.process = runs ? 1 : 0;
  c.process_ms = runs ? c.started_ms : 0;
  c.service = runs ? ProgramOf(sim, c) : u16{0};
  c.listening = runs && c.ready ? 1 : 0;
  c.listening_ms = c.listening ? c.started_ms : 0;
}

void MirrorContainer(Sim& sim, Container& c, const Json& status, const WorldClock& world_ms) {
  const Json& state = Map(status, "state");
  c.restarts = static_cast<u32>(Int(status, "restartCount"));
  c.ready = Flag(status, "ready");
  c.started = Flag(status, "started");
  c.waiting = WaitReason::kNone;
  c.exit_reason = ExitReason::kNone;
  c.exit_code = 0;
  if (const Json* running = Find(state, "running")) {
    c.state = ContainerState::kRunning;
    c.started_ms = world_ms(Text(*running, "startedAt"));
  } else if (const Json* ended = Find(state, "terminated")) {
    c.state = ContainerState::kTerminated;
    MirrorExit(*ended, world_ms, c.exit_reason, c.exit_code, c.started_ms, c.finished_ms);
  } else {
    c.state = ContainerState::kWaiting;
    c.waiting = WaitNamed(Text(Map(state, "waiting"), "reason"));
  }
  if (const Json* last = Find(Map(status, "lastState"), "terminated")) {
    MirrorExit(*last, world_ms, c.last_exit_reason, c.last_exit_code, c.last_started_ms,
               c.last_finished_ms);
  }
  const bool ran = c.state != ContainerState::kWaiting || c.restarts > 0 ||
                   c.last_exit_reason != ExitReason::kNone;
  c.runs = ran ? c.restarts + 1 : 0;
  MirrorProcess(sim, c);
}

void MirrorContainers(Sim& sim, u32 pod_row, const Json& statuses, const WorldClock& world_ms) {
  const PodTemplate& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(pod_row).spec);
  const auto specs = Items(&tmpl, tmpl.containers);
  for (u32 at = sim.At<Pod>(pod_row).first_container; at != 0; at = sim.At<Container>(at).next) {
    Container& c = sim.At<Container>(at);
    const std::string_view name = sim.Text(specs[c.index].name);
    for (const Json& status : statuses) {
      if (Text(status, "name") == name) MirrorContainer(sim, c, status, world_ms);
    }
  }
}

struct Conditions {
  bool ready = false, unschedulable = false;
  i32 ready_ms = 0, scheduled_ms = 0;
};

Conditions ReadConditions(const Json& status, const WorldClock& world_ms) {
  Conditions out;
  for (const Json& condition : List(status, "conditions")) {
    const std::string_view type = Text(condition, "type");
    const bool holds = Text(condition, "status") == "True";
    const i32 at = world_ms(Text(condition, "lastTransitionTime"));
    if (type == "Ready") {
      out.ready = holds;
      out.ready_ms = at;
    } else if (type == "PodScheduled") {
      out.scheduled_ms = holds ? at : 0;
      out.unschedulable = !holds && Text(condition, "reason") == "Unschedulable";
    }
  }
  return out;
}

u16 AddressNumber(std::string_view ip) {
  u32 parts[4] = {};
  u32 part = 0;
  for (const char c : ip) {
    if (c == '.') {
      if (++part == 4) return 0;
    } else if (c >= '0' && c <= '9') {
      parts[part] = parts[part] * 10 + static_cast<u32>(c - '0');
    } else {
      return 0;
    }
  }
  return part == 3 ? static_cast<u16>((parts[2] & 0xff) << 8 | (parts[3] & 0xff)) : u16{0};
}

PodPhase PhaseNamed(std::string_view name) {
  if (name == "Running") return PodPhase::kRunning;
  if (name == "Succeeded") return PodPhase::kSucceeded;
  return name == "Failed" ? PodPhase::kFailed : PodPhase::kPending;
}

}  // namespace

void MirrorPodStatus(Sim& sim, u32 pod_row, const Json& object, const WorldClock& world_ms) {
  const Json& status = Map(object, "status");
  const Conditions conditions = ReadConditions(status, world_ms);
  const Json& statuses = List(status, "containerStatuses");
  const bool deleting = Find(Map(object, "metadata"), "deletionTimestamp") != nullptr;
  if (!statuses.empty()) AddContainers(sim, pod_row);
  MirrorContainers(sim, pod_row, statuses, world_ms);
  Pod& pod = sim.At<Pod>(pod_row);
  pod.ip = AddressNumber(Text(status, "podIP"));
  pod.started_ms = world_ms(Text(status, "startTime"));
  if (pod.node != 0) {
    if (conditions.scheduled_ms != 0) pod.scheduled_ms = conditions.scheduled_ms;
    if (!deleting) pod.stage = statuses.empty() ? PodStage::kBound : PodStage::kActive;
  } else if (!deleting) {
    pod.stage = conditions.unschedulable ? PodStage::kUnschedulable : PodStage::kNew;
  }
  if (deleting) {
    const Json& metadata = Map(object, "metadata");
    const i64 grace_s = std::max<i64>(Int(metadata, "deletionGracePeriodSeconds"), 1);
    if (!IsTerminating(pod)) DeletePod(sim, pod_row, static_cast<i32>(grace_s));
    if (sim.At<Pod>(pod_row).born == 0) return;  // unbound: gone at once
    sim.At<Pod>(pod_row).delete_at_ms = world_ms(Text(metadata, "deletionTimestamp"));
  }
  SetPodReady(sim, pod_row, conditions.ready);
  if (conditions.ready_ms != 0) sim.At<Pod>(pod_row).ready_ms = conditions.ready_ms;
  SetPodPhase(sim, pod_row, PhaseNamed(Text(status, "phase")));
  MarkPodInputsStale(sim, pod_row);
}

bool ReadHashLetters(std::string_view text, u32& hash) {
  constexpr std::string_view kLetters = "456789bcdf";
  u64 out = 0;
  if (text.empty() || text.size() > 10) return false;
  for (const char c : text) {
    const std::size_t digit = kLetters.find(c);
    if (digit == std::string_view::npos) return false;
    out = out * 10 + digit;
  }
  hash = static_cast<u32>(out);
  return out <= 0xffffffffu && HashText(hash) == text;
}

bool ReadTailLetters(std::string_view text, u32& tail) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  if (text.size() != 5) return false;
  tail = 0;
  for (const char c : text) {
    const std::size_t digit = kLetters.find(c);
    if (digit == std::string_view::npos) return false;
    tail = tail * static_cast<u32>(kLetters.size()) + static_cast<u32>(digit);
  }
  return TailText(tail) == text;
}

}  // namespace wt
