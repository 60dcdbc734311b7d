// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/episodes/lite.h"

namespace wt {
namespace {

// Of every kind of fault: one that finds its targets by a namespace would find none.
TEST(MovedApp, AScenarioIsSolvedInAnotherNamespaceToo) {
  BlueprintCache cache("trial");
  WorldPool pool;
  const std::unique_ptr<Policy> oracle = Agent("oracle")();
  for (std::size_t s = 0; s < Lite().setups.size(); ++s) {
    SCOPED_TRACE(Lite().labels[s].name);
    const auto moved = PrepareScenario(Lite().setups[s].scenario, cache);
    ASSERT_TRUE(moved.ok()) << moved.error().Text();
    const EpisodeRequest there{.setup = &*moved, .seed = 7};
    const EpisodeRequest here{.setup = &Lite().setups[s], .seed = 7};
    const EpisodeResult in_trial = RunChunk({&there, 1}, *oracle, pool, {})[0];
    EXPECT_EQ(in_trial.verdict, RunChunk({&here, 1}, *oracle, pool, {})[0].verdict);
  }
}

}  // namespace
}  // namespace wt
