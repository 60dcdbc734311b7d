// SPDX-License-Identifier: Apache-2.0
// Typed blobs: what handlers read of a document. Each is a pure function of its document
// (sim/objects/compile_json.cpp), relocatable, and stored beside it in a Revision.
// Strings are StringTable ids (bit 31: interned in this World's overlay). CPU in millicores,
// memory in bytes, ports and delays as in the API.
#pragma once

#include <span>
#include <type_traits>

#include "sim/api/ints.h"

namespace wt {

using StrId = u32;  // 0 = empty string
using RevId = u32;  // 0 = none; bit 31: record in the World's overlay

inline constexpr u32 kOverlayBit = 0x80000000u;

// An array inside a blob: byte offset from the start of the blob, number of items.
template <class T>
struct RelArray {
  u16 offset = 0;
  u16 count = 0;
};

template <class T>
std::span<const T> Items(const void* blob, RelArray<T> array) {
  return {reinterpret_cast<const T*>(static_cast<const std::byte*>(blob) + array.offset),
          array.count};
}

struct LabelPair {
  StrId key = 0;
  StrId value = 0;
};

enum class SelectorOp : u8 { kIn, kNotIn, kExists, kDoesNotExist };
struct SelectorTerm {  // one value a row; kIn with several values repeats the key and `group`
  StrId key = 0;
  StrId value = 0;
  SelectorOp op = SelectorOp::kIn;
  u8 group = 0;  // rows of one matchExpression share a group
  u16 reserved = 0;
};
struct Selector {
  RelArray<SelectorTerm> terms;
  u8 matches_nothing = 0;  // nil selector (matches nothing) against empty one (matches all)
  u8 reserved[3] = {};
};

enum class ProbeKind : u8 { kNone, kHttp, kTcp, kExec, kGrpc };
struct ProbeSpec {
  ProbeKind kind = ProbeKind::kNone;
  u8 reserved = 0;
  u16 failure_threshold = 3, success_threshold = 1;
  u16 port = 0;  // resolved number; 0 with a name that the container does not declare
  StrId path = 0;
  u16 initial_delay_s = 0, period_s = 10, timeout_s = 1, grace_s = 0;  // grace 0: the pod's
};
enum ProbeType : u8 { kStartupProbe, kLivenessProbe, kReadinessProbe, kProbeTypes };

enum class RefKind : u8 { kConfigMap, kSecret };
enum class RefUse : u8 { kEnvKey, kEnvFrom, kVolume };
struct ConfigRef {  // what a container needs of a ConfigMap or Secret before it can be created
  StrId name = 0;
  StrId key = 0;  // 0: the whole object
  u32 volume = 0;    // kVolume: name of the volume (StrId); kEnvKey: content id of the variable's
  RefKind kind = RefKind::kConfigMap;
  RefUse use = RefUse::kEnvKey;
  u8 optional = 0;
  u8 reserved = 0;
};

struct InlineVariable {  // content ids; equality only
  u32 name = 0;
  u32 content = 0;
};

enum class PullPolicy : u8 { kIfNotPresent, kAlways, kNever };

struct ContainerSpec {
  i64 memory_request = 0, memory_limit = 0;  // 0 = none
  i32 cpu_request = 0, cpu_limit = 0;        // millicores, 0 = none
  StrId name = 0;
  StrId image = 0;       // as written, "repo:tag"
  StrId command = 0;     // command[0]; 0 = the image's entry point
  u32 arguments = 0;     // content id of command[1:] + args, 0 = none; equality only
  RelArray<ConfigRef> refs;
  RelArray<u16> ports;   // containerPorts
  RelArray<StrId> port_names;  // of each of them, 0 = unnamed; empty when none has a name
  ProbeSpec probes[kProbeTypes];
  PullPolicy pull = PullPolicy::kIfNotPresent;
  u8 reserved[3] = {};
  RelArray<InlineVariable> env;  // variables whose value, not empty, stands in the template
};

enum class TaintEffect : u8 { kNone, kNoSchedule, kPreferNoSchedule, kNoExecute };
struct Toleration {
  StrId key = 0, value = 0;
  i32 seconds = -1;  // tolerationSeconds, -1 = for ever
  TaintEffect effect = TaintEffect::kNone;  // kNone = all effects
  u8 exists = 0;                            // operator Exists (empty key + Exists = everything)
  u16 reserved = 0;
};
struct Taint {
  StrId key = 0, value = 0;
  TaintEffect effect = TaintEffect::kNoSchedule;
  u8 reserved[3] = {};
};

enum class QosClass : u8 { kBestEffort, kBurstable, kGuaranteed };
enum class RestartPolicy : u8 { kAlways, kOnFailure, kNever };

struct PodTemplate {  // revision kind kTemplate: pod metadata labels/annotations + pod spec
  i64 memory_request = 0;  // effective pod total (pod_resources)
  i32 cpu_request = 0;
  i32 grace_s = 30;
  RelArray<LabelPair> labels;
  RelArray<LabelPair> node_selector;  // plus required node affinity that is a plain In of one value
  RelArray<Toleration> tolerations;
  RelArray<ContainerSpec> containers;
  QosClass qos = QosClass::kBestEffort;
  RestartPolicy restart = RestartPolicy::kAlways;
  u8 host_network = 0;
  u8 outlived = 0;           // by a volume of its: a claim, or a folder of a node or a server
  StrId node_name = 0;       // spec.nodeName set by hand
  StrId service_account = 0;
  u32 tail = 0;
};

enum class StrategyType : u8 { kRollingUpdate, kRecreate };
struct IntOrPercent {
  i32 value = 0;
  u32 is_percent = 0;
};
struct DeploymentSpec {  // revision kind kDeployment: document without template, replicas, paused
  Selector selector;
  RelArray<LabelPair> labels;  // of the object
  IntOrPercent max_surge{25, 1}, max_unavailable{25, 1};
  i32 min_ready_s = 0, progress_deadline_s = 600, history_limit = 10;
  StrategyType strategy = StrategyType::kRollingUpdate;
  u8 reserved[3] = {};
};

enum class ServiceType : u8 { kClusterIp, kNodePort, kLoadBalancer, kExternalName };
struct ServicePort {
  StrId name = 0;
  StrId target_name = 0;  // targetPort by name; 0: target_port is a number
  u16 port = 0;
  u16 target_port = 0;
  u16 node_port = 0;
  u8 protocol = 0;        // 0 TCP, 1 UDP, 2 SCTP
  u8 reserved = 0;
};
struct ServiceSpec {  // revision kind kService
  RelArray<LabelPair> selector;  // empty: no endpoints are made
  RelArray<ServicePort> ports;
  RelArray<LabelPair> labels;
  ServiceType type = ServiceType::kClusterIp;
  u8 headless = 0, publish_not_ready = 0, internal_local = 0;
};

struct ConfigData {  // revision kind kConfig: ConfigMap or Secret
  struct Entry {
    StrId key = 0;
    u32 content = 0;  // content id of the value; equality only
  };
  RelArray<Entry> entries;
  u8 immutable = 0;
  u8 reserved[3] = {};
};

struct NodeSpec {  // revision kind kNode: document without unschedulable
  i64 memory_allocatable = 0;
  i32 cpu_allocatable = 0;
  i32 pods_allocatable = 110;
  RelArray<LabelPair> labels;
  RelArray<Taint> taints;
  StrId zone = 0;
  u32 reserved = 0;
};

// Equal blobs are equal bytes: no padding anywhere.
static_assert(std::has_unique_object_representations_v<PodTemplate> &&
              std::has_unique_object_representations_v<ContainerSpec> &&
              std::has_unique_object_representations_v<DeploymentSpec> &&
              std::has_unique_object_representations_v<ServiceSpec> &&
              std::has_unique_object_representations_v<ServicePort> &&
              std::has_unique_object_representations_v<ConfigData> &&
              std::has_unique_object_representations_v<ConfigRef> &&
              std::has_unique_object_representations_v<SelectorTerm> &&
              std::has_unique_object_representations_v<Toleration> &&
              std::has_unique_object_representations_v<Taint> &&
              std::has_unique_object_representations_v<NodeSpec>);

enum class RevKind : u8 { kNone, kTemplate, kDeployment, kService, kConfig, kNode, kOther };

}  // namespace wt
