// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/names.h"

#include <fmt/format.h>

#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

constexpr char kLetters[] = "bcdfghjklmnpqrstvwxz2456789";
constexpr u32 kLetterCount = 27;
constexpr u32 kUidDraw = 0xffffffffu;  // apart from the draws of name tails

NameParts OfReplicaSet(const Sim& sim, u32 row) {
  const ReplicaSet& rs = sim.At<ReplicaSet>(row);
  if (rs.name != 0 || rs.deployment == 0) return {rs.ns, rs.name, 0, 0};
  return {rs.ns, sim.At<Deployment>(rs.deployment).name, rs.hash, 0};
}

NameParts OfPod(const Sim& sim, u32 row) {
  const Pod& pod = sim.At<Pod>(row);
  if (pod.name != 0 || pod.owner == 0) {
    return {pod.ns, pod.name, 0, pod.name == 0 ? pod.name_tail + 1 : 0};
  }
  NameParts parts = OfReplicaSet(sim, pod.owner);
  parts.tail = pod.name_tail + 1;
  return parts;
}

}  // namespace

std::string TailText(u32 tail) {
  std::string text(5, kLetters[0]);
  for (std::size_t i = 5; i-- > 0; tail /= kLetterCount) text[i] = kLetters[tail % kLetterCount];
  return text;
}

std::string HashText(u32 hash) {
  std::string text = std::to_string(hash);
  for (char& c : text) c = kLetters[static_cast<u32>(c) % kLetterCount];
  return text;
}

NameParts PartsOf(const Sim& sim, ObjectKind kind, u32 row) {
  switch (kind) {
    case ObjectKind::kPod: return OfPod(sim, row);
    case ObjectKind::kReplicaSet: return OfReplicaSet(sim, row);
    case ObjectKind::kDeployment:
      return {sim.At<Deployment>(row).ns, sim.At<Deployment>(row).name, 0, 0};
    case ObjectKind::kService: return {sim.At<Service>(row).ns, sim.At<Service>(row).name, 0, 0};
    case ObjectKind::kNode: return {0, sim.At<Node>(row).name, 0, 0};
    case ObjectKind::kConfigMap:
    case ObjectKind::kSecret:
    case ObjectKind::kNamespace:
    case ObjectKind::kOther: return {sim.At<Object>(row).ns, sim.At<Object>(row).name, 0, 0};
    case ObjectKind::kNone: break;
  }
  return {};
}

std::string NameText(const Sim& sim, NameParts parts) {
  std::string text(sim.Text(parts.base));
  if (parts.hash != 0) text += "-" + HashText(parts.hash);
  if (parts.tail != 0) text += (text.empty() ? "" : "-") + TailText(parts.tail - 1);
  return text;
}

std::string PodName(const Sim& sim, u32 pod) { return NameText(sim, OfPod(sim, pod)); }

std::string ReplicaSetName(const Sim& sim, u32 replica_set) {
  return NameText(sim, OfReplicaSet(sim, replica_set));
}

std::string UidText(RandomKey key, u32 born) {
  const Bits128 bits = DrawBits(key, Stream::kNames, born, kUidDraw);
  const u32* w = bits.word;
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", w[0], w[1] >> 16, w[1] & 0xfff,
                     0x8000u | (w[2] >> 16 & 0x3fffu), w[2] & 0xffffu, w[3]);
}

std::string PodIpText(u16 ip) {
  return ip == 0 ? std::string() : fmt::format("10.244.{}.{}", ip >> 8, ip & 0xff);
}

}  // namespace wt
