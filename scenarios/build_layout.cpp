// SPDX-License-Identifier: Apache-2.0
// Room for half as much again as a settled cluster holds, and for one handler's rows on top
// (world.h, kHeadroom), so that most episodes never grow their block.
#include <algorithm>

#include "scenarios/build_parts.h"
#include "sim/kubelet/images.h"
#include "sim/world.h"

namespace wt {
namespace {

constexpr u32 kClusterEvents = 512;
constexpr u32 kSegments = 384;
constexpr u32 kFaults = 8;
constexpr u32 kOverlayBytes = 16 * 1024;

u32 WithSlack(u32 live, u32 extra) { return live + live / 2 + extra + kHeadroom + 1; }

}  // namespace

void LayOut(Blueprint& blueprint) {
  u32 nodes = 0, deployments = 0, services = 0, objects = 0, pods = 0, containers = 0;
  for (const LoadedObject& object : blueprint.objects) {
    if (!object.at_start) continue;
    u32 copies = 0;
    switch (static_cast<ObjectKind>(object.kind)) {
      case ObjectKind::kNode: ++nodes; break;
      case ObjectKind::kService: ++services; break;
      case ObjectKind::kPod: copies = 1; break;
      case ObjectKind::kDeployment:
        ++deployments;
        copies = static_cast<u32>(std::max(object.replicas, 0));
        break;
      default: ++objects; break;
    }
    if (copies == 0) continue;
    pods += copies;
    containers += copies * blueprint.Typed<PodTemplate>(object.tmpl).containers.count;
  }
  std::vector<u32>& capacity = blueprint.layout.capacity;
  capacity.assign(kTableCount, 0);
  const auto set = [&capacity](Table table, u32 rows) {
    capacity[static_cast<std::size_t>(table)] = rows;
  };
  set(Table::kNodes, nodes + kHeadroom + 1);
  set(Table::kDeployments, deployments + 4 + kHeadroom + 1);
  set(Table::kServices, services + 4 + kHeadroom + 1);
  set(Table::kEndpoints, WithSlack(pods, 16));
  set(Table::kQueue, WithSlack(pods, 4 * kHeadroom + 64));
  set(Table::kReplicaSets, WithSlack(2 * deployments, 16));
  set(Table::kPods, WithSlack(pods, 16));
  set(Table::kContainers, WithSlack(containers, 16));
  set(Table::kObjects, objects + 4 + kHeadroom + 1);
  set(Table::kFaults, kFaults + kHeadroom + 1);
  set(Table::kNodeImages, (nodes + 1) * ImageWords(blueprint));
  set(Table::kSegments, kSegments);
  set(Table::kClusterEvents, std::max(kClusterEvents, 8 * pods));
  set(Table::kOverlay, kOverlayBytes);
}

}  // namespace wt
