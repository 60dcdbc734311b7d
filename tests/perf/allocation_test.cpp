// SPDX-License-Identifier: Apache-2.0
// operator new is replaced for this binary: it counts while a test asks it to.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "bench/perf/r23.h"

namespace {

bool counting = false;
wt::u64 allocations = 0;

void* Allocate(std::size_t bytes) {
  allocations += counting;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* AllocateAligned(std::size_t bytes, std::align_val_t alignment) {
  allocations += counting;
  const std::size_t a = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(a, (bytes + a - 1) / a * a);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return Allocate(bytes); }
void* operator new[](std::size_t bytes) { return Allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t a) { return AllocateAligned(bytes, a); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return AllocateAligned(bytes, a); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace wt {
namespace {

TEST(Allocation, AWatchedAllocationIsCounted) {
  allocations = 0;
  counting = true;
  const auto one = std::make_unique<u64>(1);
  counting = false;
  EXPECT_EQ(allocations, 1u);
}

// Steps of one episode that allocate, by verb; no blocks, since the pool has them.
template <class Fn>
void RunCounted(const ScenarioSetup& setup, WorldPool& pool, u64 seed, Fn&& on_step) {
  Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
  ASSERT_TRUE(started) << started.error().Text();
  PerfEpisodeRunner runner(std::move(*started), setup, seed, PerfActions::kR23);
  for (u32 step = 0; step < kR23Steps; ++step) {
    allocations = 0;
    counting = true;
    runner.Step();
    counting = false;
    on_step(step, MoveOf(runner.last_action()).verb);
  }
}

// A repair that makes a revision which neither the Blueprint nor this thread knows compiles it
// (sim/objects/memo.h). Nothing else allocates: no event, no observation, no finding.
TEST(Allocation, StepsOfR23AllocateForRevisionsNeverSeenBeforeAndNothingElse) {
  const Result<ScenarioSetup> setup = PrepareR23(WAVETANK_SOURCE_DIR);
  ASSERT_TRUE(setup) << setup.error().Text();
  WorldPool pool;
  RunCounted(*setup, pool, 0, [](u32, Verb) {});  // blocks and tables that the thread keeps
  constexpr u64 kSeeds = 40;
  for (u64 seed = 1; seed <= kSeeds; ++seed) {
    RunCounted(*setup, pool, seed, [&](u32 step, Verb verb) {
      EXPECT_TRUE(allocations == 0 || IsRepair(verb))
          << allocations << " in seed " << seed << ", step " << step << ", " << VerbName(verb);
    });
  }
  for (u64 seed = 1; seed <= kSeeds; ++seed) {  // by now all are known
    RunCounted(*setup, pool, seed, [&](u32 step, Verb verb) {
      EXPECT_EQ(allocations, 0u)
          << "seed " << seed << ", step " << step << ", " << VerbName(verb);
    });
  }
}

}  // namespace
}  // namespace wt
