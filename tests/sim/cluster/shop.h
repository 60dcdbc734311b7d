// SPDX-License-Identifier: Apache-2.0
// A small shop on three nodes, from real manifests through the real write path, settled with two
// revisions: clients -> web -> catalog -> catalog-db, web -> cart. cart reads a key of a ConfigMap
// and takes another as environment; all programs answer /healthz on their one port.
#pragma once

#include <memory>

#include "faults/fault_schedule.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

struct Shop {
  Blueprint blueprint;
  WorldPool pool;
  std::vector<std::byte> settled;  // at time 0

  Shop();
  StrId Id(std::string_view name) const { return blueprint.strings.Find(name); }

  // The settled shop as the World of one seed.
  World Start(u64 seed);
  SimCluster StartCluster(u64 seed, SimCluster::Options options = {});
};

// Built once, shared by the tests of a binary.
Shop& TheShop();

// Buffers of one observation.
struct Observed {
  explicit Observed(const SimCluster& cluster);
  f32 At(EntityKind kind, std::string_view feature, u16 slot = 0) const;
  std::vector<f32> features;
  std::vector<u32> masks;
  std::vector<u16> edges, service_workload;
  ObservationView view;
};

// Slot of the entity of that name. REQUIRES: it exists.
u16 SlotNamed(const SimCluster& cluster, EntityKind kind, std::string_view name);
// The move (verb, option) on the entity of that name.
Action MoveOn(const SimCluster& cluster, EntityKind kind, std::string_view name, Verb verb,
              u8 option = 0);
u32 RowNamed(const SimCluster& cluster, EntityKind kind, std::string_view name);

}  // namespace wt
