// SPDX-License-Identifier: Apache-2.0
// The rows of a World's tables: plain structs without pointers or padding; rows refer to rows by
// index, 0 = none (row 0 of every table is never used). A live row has born != 0; a free row is
// all zero except `rv`, which links the free list. Instants are milliseconds (ToMs), 0 = never
// where noted. Timer words: see event_queue.h.
#pragma once

#include <type_traits>

#include "sim/api/ints.h"
#include "sim/typed.h"

namespace wt {

struct Node {
  u32 rv = 0, born = 0;
  RevId doc = 0;          // NodeSpec
  StrId name = 0;
  u32 first_pod = 0;      // Pod.next_on_node
  u32 pods = 0;           // bound, not finished
  i64 memory_requested = 0;
  i32 cpu_requested = 0;  // millicores
  i32 created_ms = 0;
  u32 timer = 0;
  u8 unschedulable = 0, ready = 0;
  u16 slow_percent = 0;   // service times of what runs here are this much longer
  i64 memory_nonzero = 0; // as requested, a container without a request counting 200 MiB
  i32 cpu_nonzero = 0;    // the same with 100 m
  u32 reserved2 = 0;
};

struct Deployment {
  u32 rv = 0, born = 0;
  RevId doc = 0;               // DeploymentSpec
  RevId tmpl = 0;              // PodTemplate
  StrId ns = 0, name = 0;
  u32 restarted_at_s = 0;      // kubectl rollout restart; part of the template's identity
  i32 replicas = 1;            // spec.replicas
  u32 generation = 1, observed_generation = 0;
  u32 first_rs = 0;            // ReplicaSet.next
  u32 timer = 0;               // kDeploymentSync
  u32 deadline_timer = 0;      // kDeploymentDeadline
  u32 revision = 0;            // highest revision annotation
  i32 status_replicas = 0, status_updated = 0, status_ready = 0, status_available = 0;
  i32 status_unavailable = 0;
  u32 draws = 0;               // delays drawn for it so far
  i32 created_ms = 0, last_progress_ms = 0, available_change_ms = 0;
  u16 service = 0;             // GraphService index + 1; 0 = none
  u8 paused = 0;
  u8 progressing = 0;          // ProgressReason
  u8 available = 0;            // condition Available
  u8 failing = 0;              // condition ReplicaFailure
  u8 deleting = 0;             // gone from the API; the row stays until its ReplicaSets are gone
  u8 reserved = 0;
  u32 changed_by = 0;          // who wrote the spec last: 0 loaded, else ActorId (audit)
  i32 changed_ms = 0;          // when the spec last changed
};

enum class ProgressReason : u8 {
  kNone, kNewReplicaSetCreated, kFoundNewReplicaSet, kReplicaSetUpdated, kNewReplicaSetAvailable,
  kProgressDeadlineExceeded, kDeploymentPaused, kDeploymentResumed
};

struct ReplicaSet {
  u32 rv = 0, born = 0;
  RevId tmpl = 0;
  u32 restarted_at_s = 0;
  u32 deployment = 0;       // 0: stands alone
  u32 next = 0;             // next ReplicaSet of the Deployment
  StrId ns = 0, name = 0;   // name 0: deployment name + "-" + hash
  u32 hash = 0;             // pod-template-hash, five..ten letters rendered from this number
  i32 want = 0;             // spec.replicas
  i32 active = 0, ready = 0, available = 0, terminating = 0;  // counters, see transitions.h
  u32 first_pod = 0;        // Pod.next_in_owner
  u32 timer = 0;            // kReplicaSetSync
  u32 revision = 0;         // annotation deployment.kubernetes.io/revision
  i32 created_ms = 0;
  u32 retries = 0;          // of a failing sync
  i32 desired = 0;          // annotation deployment.kubernetes.io/desired-replicas
  i32 max_replicas = 0;     // annotation deployment.kubernetes.io/max-replicas
  i32 min_ready_s = 0;      // spec.minReadySeconds
  u32 draws = 0;            // delays drawn for it so far
  u8 deleting = 0;          // gone from the API; the row stays until its last pod is gone
  u8 waiting = 0;           // ReplicaSetWait: what `timer` waits for
  u8 reserved[2] = {};
};

enum class ReplicaSetWait : u8 { kSync, kMinReady, kNextBatch };

enum class PodPhase : u8 { kPending, kRunning, kSucceeded, kFailed };
enum class PodStage : u8 {
  kNew,          // created, waiting for the scheduler
  kUnschedulable,
  kBound,        // waiting for its kubelet
  kActive,       // kubelet works on it
  kTerminating,  // deletionTimestamp set
};

struct Pod {
  u32 rv = 0, born = 0;
  RevId spec = 0;           // PodTemplate (own revision when edited by hand)
  StrId ns = 0;
  StrId name = 0;           // 0: owner's name + "-" + name_tail as five letters
  u32 name_tail = 0;
  u32 owner = 0;            // ReplicaSet, 0 = none
  u32 node = 0;             // 0 = not bound
  u32 next_in_owner = 0, next_on_node = 0;
  u32 next_pending = 0;     // scheduler's lists
  u32 first_container = 0;
  u32 timer = 0;            // kPodSync / kPodGone
  i32 created_ms = 0, scheduled_ms = 0, started_ms = 0, ready_ms = 0;  // 0 = not yet
  i32 delete_at_ms = 0;     // deletionTimestamp + grace, 0 = not deleting
  i32 retry_at_ms = 0;      // scheduler back-off
  u32 events = 0;           // its newest ClusterEvent (row), chained by ClusterEvent.prev
  u8 step = 0;              // kubelet's own (PodStep): what `timer` will do
  u8 unused = 0;
  u16 deleted_by = 0;       // Container whose process deleted it through the API, 0 = none
  u16 ip = 0;               // last two bytes
  u16 attempts = 0;         // scheduling attempts; once bound: failed attempts to mount
  PodPhase phase = PodPhase::kPending;
  PodStage stage = PodStage::kNew;
  u8 ready = 0;             // condition Ready
  u8 reason = 0;            // status.reason
  u8 containers = 0;
  u8 terminal_sent = 0;
  u8 grace_override = 0;
  u8 available = 0;         // ready for minReadySeconds; counted in ReplicaSet.available
  u32 fail_counts[2] = {};  // last FailedScheduling: nodes per reason, scheduler/fit_error.h
};

enum class ContainerState : u8 { kWaiting, kRunning, kTerminated };
enum class WaitReason : u8 {
  kNone, kContainerCreating, kPodInitializing, kErrImagePull, kImagePullBackOff,
  kInvalidImageName, kErrImageNeverPull, kCreateContainerConfigError, kCreateContainerError,
  kRunContainerError, kCrashLoopBackOff
};
enum class ExitReason : u8 {
  kNone, kCompleted, kError, kOomKilled, kStartError, kContainerStatusUnknown
};

// What the API shows of a container lags behind its process, as the kubelet's reports do.
struct Container {
  u32 rv = 0, born = 0;
  u32 pod = 0, next = 0;
  u32 timer = 0;                          // kContainer: its next lifecycle step
  u32 probe_timer[kProbeTypes] = {};
  // Shown by the API. The exit fields hold the run that ended last, shown or not.
  i32 started_ms = 0, finished_ms = 0;
  i32 last_started_ms = 0, last_finished_ms = 0;  // lastState
  u32 restarts = 0;
  // The process.
  i32 process_ms = 0;                     // start of the present run
  i32 listening_ms = 0;                   // from when it serves, may lie ahead; see `listening`
  i32 ends_ms = 0;                        // when it will end or give up waiting; 0 = not known
  // The kubelet's memory.
  i32 backoff_ms = 0, backoff_updated_ms = 0;
  i32 pull_backoff_ms = 0, pull_updated_ms = 0;
  i32 pull_started_ms = 0;
  StrId pull_image = 0;                   // that pull_backoff_ms is for
  i32 readiness_ms = 0;                   // readiness ticks: this + k * period
  StrId image = 0;                        // of the last start
  u32 runs = 0;                           // starts ever
  u32 draws = 0;                          // random draws so far
  ContainerState state = ContainerState::kWaiting;
  WaitReason waiting = WaitReason::kNone;
  ExitReason exit_reason = ExitReason::kNone, last_exit_reason = ExitReason::kNone;
  u8 exit_code = 0, last_exit_code = 0;
  u8 started = 0, ready = 0;              // status.started, status.ready
  WaitReason result = WaitReason::kNone;  // of the last sync; shown from the next sync on
  ExitReason ending = ExitReason::kNone;  // how the process will end at ends_ms
  u8 ending_code = 0;
  u8 fresh_exit = 0;                      // exit fields not yet moved to lastState
  u8 process = 0;                         // ProcessState
  u8 listening = 0;                       // 1: listening_ms is known
  u16 service = 0;                        // GraphService + 1 that the process is, 0 = another
  u8 step = 0;                            // ContainerStep: what `timer` will do
  u8 index = 0;                           // in PodTemplate.containers
  u8 probe_pass = 0;                      // bit per ProbeType: outcome as last evaluated
  u8 open_series = 0;                     // bit per ProbeType: Unhealthy repeats
  u8 cause = 0;                           // StartProblem of the present or last run
  u8 cause_index = 0;                     // in ServiceRuntime.needs or .needs_services
  u8 asked_again = 0;                     // AsksAgainAt has passed
  u8 reserved[1] = {};
};

// Why a process cannot come up.
enum class StartProblem : u8 { kNone, kLacksConfig, kLacksService, kTooLittleMemory };

struct Service {
  u32 rv = 0, born = 0;
  RevId doc = 0;               // ServiceSpec
  StrId ns = 0, name = 0;
  u32 generation = 0;
  u32 timer = 0;               // kEndpointsSync
  u32 proxy_timer = 0;         // kProxySync
  u32 first_endpoint = 0;      // Endpoint.next
  u32 endpoints = 0, ready_endpoints = 0;  // as the EndpointSlice shows them
  i32 created_ms = 0, slice_changed_ms = 0;
  u32 cluster_ip = 0;          // number within the service CIDR
  u32 changed_by = 0;
  i32 changed_ms = 0;          // when the spec last changed
  u16 called_port = 0;         // the port of it that callers in the app use; 0 = its first
  u8 deleting = 0;             // gone from the API; the row stays until kube-proxy has noticed
  u8 inputs_fresh = 0;         // 0: what it can serve is derived again, see traffic/inputs.h
  u32 draws = 0;               // delays drawn for it so far
};

// One pod of a Service, as EndpointSlice and kube-proxy know it.
struct Endpoint {
  u32 rv = 0, born = 0;
  u32 service = 0, pod = 0, pod_born = 0, next = 0;
  // slice_ready: condition serving (ready, or publishNotReadyAddresses), terminating or not.
  u8 in_slice = 0, slice_ready = 0, slice_terminating = 0;
  // proxy_ready: ready and not terminating; proxy_terminating: serving and terminating.
  u8 in_proxy = 0, proxy_ready = 0, proxy_terminating = 0;
  u16 proxy_port = 0;          // where kube-proxy sends connections for the called port
};

// Every kind without a hot row: ConfigMap, Secret, Namespace, and documents of unmodelled kinds.
struct Object {
  u32 rv = 0, born = 0;
  RevId doc = 0;
  u16 kind = 0;                // index into kKinds
  u8 deleting = 0, reserved = 0;
  StrId ns = 0, name = 0;
  i32 created_ms = 0, changed_ms = 0;
  u32 changed_by = 0;
};

// Kubernetes Events, deduplicated; text is rendered on demand (telemetry/cluster_events.h).
struct ClusterEvent {
  u32 rv = 0, born = 0;
  u32 object_born = 0;         // involved object
  u32 object_row = 0;
  i32 first_ms = 0, last_ms = 0;
  i32 period_ms = 0;           // > 0: repeats from last_ms until `until_ms` (0 = still going)
  i32 until_ms = 0;
  u32 count = 0;               // occurrences before the series
  u32 args[3] = {};            // meaning by reason
  u32 prev = 0;                // older record of the same Pod (row), 0 = none
  StrId names[2] = {};         // involved object: namespace, base name
  u32 name_hash = 0;           // pod-template-hash within its name, 0 = none
  u32 name_tail = 0;           // 1 + five-letter tail of its name, 0 = none
  u16 reason = 0;              // EventReason
  u8 object_kind = 0;          // ObjectKind
  u8 reported = 0;             // 1, 2 (a warning): ReportedEvent; args: message, reason, source
};

// Telemetry is causes, not samples: what held for a service from t on, until the next segment.
struct Segment {
  u32 rv = 0, born = 0;
  i32 from_ms = 0;
  u32 service = 0;             // GraphService + 1; 0 = the client at the entry
  f32 rate = 0, error = 0, latency_s = 0, p99_s = 0;
};

// Memory that every running process of a service was found to have room for.
struct MemoryFits {
  f32 bytes = 0;
};

// One fault of the plan; parameters are drawn into it at reset.
struct Fault {
  u32 rv = 0, born = 0;
  u16 kind = 0;                // index into kAllFaults + 1
  u8 stage = 0;                // FaultStage
  u8 noise = 0;                // no root cause: 1 ambient noise, 2 new workloads (newcomers.h)
  u32 timer = 0;               // kFault
  i64 at_ns = 0, until_ns = 0; // until 0 = until repaired
  u32 target_row = 0, target_born = 0;
  u8 target_kind = 0;          // ObjectKind
  u8 reserved[3] = {};
  u32 with[4] = {};            // parameters, meaning by kind
  u32 saved[4] = {};           // what revert puts back
  StrId target_name = 0;       // finds the target again when it was deleted and made anew,
  StrId target_ns = 0;         // with its namespace
  StrId target_config = 0;     // the ConfigMap of the target that the scenario named; 0 = any
};

// Who can write to the cluster (audit): changed_by of rows.
enum ActorId : u32 { kLoaded = 0, kAgent = 1, kFaultActor = 2 };

enum class ObjectKind : u8 {
  kNone, kNode, kDeployment, kReplicaSet, kPod, kService, kConfigMap, kSecret, kNamespace, kOther
};

// Every row is bytes: hashing, forking and saving a World are memory operations.
template <class Row>
inline constexpr bool kIsRow = std::is_trivially_copyable_v<Row> && std::is_standard_layout_v<Row>;
static_assert(kIsRow<Node> && kIsRow<Deployment> && kIsRow<ReplicaSet> && kIsRow<Pod> &&
              kIsRow<Container> && kIsRow<Service> && kIsRow<Endpoint> && kIsRow<Object> &&
              kIsRow<ClusterEvent> && kIsRow<Segment> && kIsRow<Fault>);
static_assert(std::has_unique_object_representations_v<Node>);
static_assert(std::has_unique_object_representations_v<Deployment>);
static_assert(std::has_unique_object_representations_v<ReplicaSet>);
static_assert(std::has_unique_object_representations_v<Pod>);
static_assert(std::has_unique_object_representations_v<Container>);
static_assert(std::has_unique_object_representations_v<Service>);
static_assert(std::has_unique_object_representations_v<Endpoint>);
static_assert(std::has_unique_object_representations_v<Object>);
static_assert(std::has_unique_object_representations_v<ClusterEvent>);
static_assert(std::has_unique_object_representations_v<Fault>);

}  // namespace wt
