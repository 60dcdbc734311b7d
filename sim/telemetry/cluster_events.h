// SPDX-License-Identifier: Apache-2.0
// Kubernetes Events as records of ids; equal (object, reason, args) are one record with a count.
// Messages are rendered when read, with v1.35's texts. Repeating ones (Unhealthy, back-off pulling)
// store first time and period and cost no engine event; the spam filter (25 burst, one per 300 s
// per source, object and type) is applied when read.
// The table is a ring of fixed capacity; what it overwrites is counted in header.events_dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/sim.h"

namespace wt {

// Arguments of RecordEvent by reason; "image", "container" ... are StrIds.
enum class EventReason : u16 {
  kNone,
  kScheduled,              // node (row)
  kFailedScheduling,       // fail_counts[0], fail_counts[1], nodes
  kPulling,                // image
  kPulled,                 // image, milliseconds
  kPulledPresent,          // image
  kCreated, kStarted,      // container index
  kKilling,                // container, born of the Container whose process deleted the pod
  kKillingLiveness,        // container, ProbeType
  kFailedPull,             // image
  kErrImagePull,           // "Error: ErrImagePull"
  kImagePullBackOff,       // "Error: ImagePullBackOff"
  kBackOffPull,            // image
  kFailedConfig,           // name, key, ConfigProblem
  kFailedCreateContainer,
  kFailedStart,            // command
  kBackOff,                // container
  kUnhealthyStartup, kUnhealthyLiveness, kUnhealthyReadiness,  // ProbeDetail
  kFailedMount,            // volume, ConfigMap's name, missing key or 0
  kScalingReplicaSetUp,    // hash of the ReplicaSet, from, to
  kScalingReplicaSetDown,
  kSuccessfulCreate,       // name_tail of the pod
  kSuccessfulDelete,
  kNodeNotReady, kNodeReady,
  kInspectFailed,          // image
  kErrInvalidImage,        // "Error: InvalidImageName"
  kNeverPull,              // image
  kErrNeverPull,           // "Error: ErrImageNeverPull"
  kMountTimeout,           // volume
  kKillingChanged,         // container
  kFailedMountSecret,      // volume, Secret's name, missing key or 0
  kCount
};

// Third argument of kFailedConfig.
enum ConfigProblem : u32 {
  kNoConfigMap, kNoSecret, kNoConfigMapKey, kNoSecretKey
};

// Arguments of kUnhealthy*: what was asked, of whom, and what came back.
struct ProbeDetail {
  u8 container = 0;  // index in the template
  u8 kind = 0;       // ProbeKind
  u16 ip = 0;
  u16 port = 0;
  u16 status = 0;    // HTTP status; 0 = connection refused; kProbeError
  StrId path = 0;    // or the command
};
inline constexpr u16 kProbeError = 0xffff;  // the check could not be made

// Records (object, reason, args) at now: a new record, or count + 1 and last time of an equal one
// of the same object. O(records of the pod), at most kLookBack.
void RecordEvent(Sim& sim, ObjectKind kind, u32 row, u32 born, EventReason reason, u32 arg0 = 0,
                 u32 arg1 = 0, u32 arg2 = 0);

// A series of a pod's events, every `period_ms` from `first_ms` (may lie ahead) to `until_ms`.
// Continues an equal record's count.
struct Series {
  i32 first_ms = 0;
  i32 period_ms = 0;
  i32 until_ms = INT32_MAX;  // never
};
void StartSeries(Sim& sim, u32 pod, EventReason reason, Series series, u32 arg0 = 0, u32 arg1 = 0,
                 u32 arg2 = 0);
// Ends the pod's series of `reason` at now; nothing when it has ended before.
void EndSeries(Sim& sim, u32 pod, EventReason reason);

// What a reader sees of a record at now: occurrences that passed the spam filter.
struct EventCount {
  u32 count = 0;  // 0: a series that has not begun
  i32 last_ms = 0;
};
EventCount CountEvent(const Sim& sim, const ClusterEvent& event);

// An Event that another cluster wrote, where a World mirrors it (realcluster/mirror): its words are
// kept, its count is what that cluster's API shows.
struct ReportedEvent {
  ObjectKind kind = ObjectKind::kNone;  // involved object
  u32 row = 0, born = 0;
  std::string_view reason, source, message;
  bool warning = false;
  u32 count = 1;
  i32 first_ms = 0, last_ms = 0;
};
// Into record `record`, or a new one when that is 0 or was overwritten. The record. Interns the
// words, so the block may move.
u32 RecordReported(Sim& sim, const ReportedEvent& event, u32 record);
// kNone for one that the simulator never writes. `message` tells those of one reason apart.
EventReason ReasonNamed(std::string_view reason, std::string_view message);

inline constexpr u32 kLookBack = 32;

// As `kubectl get events` shows it now.
struct RenderedEvent {
  const char* type = "Normal";
  std::string_view reason, source;  // valid until the World changes
  std::string object;   // "pod/frontend-5c9d7-x2x4q"
  std::string message;
  u32 count = 0;        // 0: nothing to show yet
  i32 first_ms = 0, last_ms = 0;
};
RenderedEvent Render(const Sim& sim, const ClusterEvent& event);
bool IsWarning(EventReason reason);
bool IsWarning(const ClusterEvent& event);

// The pod's next older record, 0 = none or overwritten by the ring.
u32 OlderRecord(const Sim& sim, u32 record);

// Rows of all records in order of last occurrence, those with count 0 left out; of one object
// when born != 0.
std::vector<u32> EventRows(const Sim& sim, u32 born = 0);

// Names of objects, as the API shows them.
std::string PodName(const Sim& sim, u32 pod);
std::string ReplicaSetName(const Sim& sim, u32 replica_set);

}  // namespace wt
