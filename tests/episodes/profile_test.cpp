// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "episodes/scenario_setup.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

TEST(TimingProfiles, ScenariosWithOtherDelaysGetAnotherBlueprintWhateverTheNameOfTheirProfile) {
  Scenario scenario = Lite().setups[0].scenario;
  BlueprintCache cache;
  const auto assumed = cache.Get(scenario);
  ASSERT_TRUE(assumed.ok()) << assumed.error().Text();
  EXPECT_EQ((*assumed)->content_hash, Lite().setups[0].blueprint->content_hash);
  EXPECT_EQ(*cache.Get(scenario), *assumed);
  scenario.cluster.timing.cleanup = {500, 900};
  const auto later = cache.Get(scenario);
  ASSERT_TRUE(later.ok()) << later.error().Text();
  EXPECT_NE((*later)->content_hash, (*assumed)->content_hash);
  EXPECT_EQ((*later)->timing.cleanup.median_ms, 500);
}

}  // namespace
}  // namespace wt
