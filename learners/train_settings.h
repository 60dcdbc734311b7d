// SPDX-License-Identifier: Apache-2.0
// Every number of the reward and of the curriculum by name, in one table: what `train --set` may
// change, what run.json records and what must be equal for a resume.
#pragma once

#include <span>
#include <string_view>

#include "learners/train.h"
#include "sim/api/result.h"

namespace wt {

struct TrainSetting {
  std::string_view group, name;  // "reward", "harm": written reward.harm
  std::string_view meaning;
  f32& (*of)(TrainConfig& config);
};

std::span<const TrainSetting> TrainSettings();

// "reward.harm=-0.7". Errors: kUsage with the nearest name, or what is no number.
Status ApplySetting(std::string_view text, TrainConfig& config);

}  // namespace wt
