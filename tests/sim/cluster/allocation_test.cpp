// SPDX-License-Identifier: Apache-2.0
// The step path of the simulated cluster asks for no memory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/sim/cluster/shop.h"

namespace {
thread_local bool counting = false;
thread_local unsigned allocations = 0;
}  // namespace

// The pair below is malloc and free; GCC 12 sees only one half once it has inlined the other.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t bytes) {
  if (counting) ++allocations;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace wt {
namespace {

TEST(StepPath, ObserveInvestigateRepairAndAdvanceDoNotAllocate) {
  SimCluster::Options options;
  options.faults = &kFaultHooks;
  options.budget.steps = 10'000;
  Shop& shop = TheShop();
  SimCluster cluster(shop.blueprint, shop.pool, shop.Start(5), options);
  Observed seen(cluster);
  {  // The thread's memo of solves takes its memory at the first solve of a graph, once.
    SimCluster warm = cluster.Fork(shop.pool);
    for (u16 slot = 0; slot < warm.Shape().slots[static_cast<u32>(EntityKind::kWorkload)]; ++slot) {
      const std::optional<Action> zero =
          warm.FindMove(EntityKind::kWorkload, warm.RowOf(EntityKind::kWorkload, slot),
                        Verb::kScale, 0);
      if (zero && warm.Apply(*zero).accepted) break;
    }
    warm.Advance(kMinute);
  }
  const auto step = [&](const Action& action) {
    counting = true;
    cluster.Observe(seen.view);
    const bool accepted = cluster.Apply(action).accepted;
    cluster.Advance(15 * kSecond);
    counting = false;
    return accepted;
  };
  for (const EntityKind kind :
       {EntityKind::kCluster, EntityKind::kService, EntityKind::kWorkload, EntityKind::kNode}) {
    const auto moves = MovesOf(kind);
    for (u16 slot = 0; slot < cluster.Shape().slots[static_cast<u32>(kind)]; ++slot) {
      for (u8 m = 0; m < moves.size(); ++m) {
        const Action action{kind, m, slot};
        if (!cluster.Legal(action)) continue;
        // Edits that nothing compiled ahead go the slow path once and are memoised.
        const bool cold = moves[m].verb == Verb::kSetImage || moves[m].verb == Verb::kFixPort ||
                          moves[m].verb == Verb::kSetResources ||
                          moves[m].verb == Verb::kRestoreConfig ||
                          moves[m].verb == Verb::kFixSelector;
        if (cold || moves[m].verb == Verb::kDeleteObject) continue;
        step(action);
        EXPECT_EQ(allocations, 0u) << EntityKindName(kind) << ": " << moves[m].meaning;
        allocations = 0;
      }
    }
  }
}

}  // namespace
}  // namespace wt
