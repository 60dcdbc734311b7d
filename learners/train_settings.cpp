// SPDX-License-Identifier: Apache-2.0
#include "learners/train_settings.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "scenarios/nearest.h"

namespace wt {
namespace {

#define WT_SETTING(group, name, field, meaning) \
  TrainSetting{group, name, meaning, [](TrainConfig& c) -> f32& { return c.field; }}

constexpr std::array kSettings{
    WT_SETTING("reward", "verdict", collect.reward.verdict, "for verdict 1, at the end"),
    WT_SETTING("reward", "harm", collect.reward.harm, "in place of verdict -1"),
    WT_SETTING("reward", "cause_gone", collect.reward.cause_gone,
               "when the cause goes; the same is lost when it comes back"),
    WT_SETTING("reward", "disturbed", collect.reward.disturbed,
               "per write of an object that is no part of the cause"),
    WT_SETTING("reward", "looked", collect.reward.looked, "first look at an entity of the cause"),
    WT_SETTING("reward", "step", collect.reward.step, "per decision"),
    WT_SETTING("reward", "gave_up", collect.reward.gave_up, "ended by submit, unsolved"),
    WT_SETTING("reward", "localized", collect.reward.localized, "solved, and blamed the right one"),
    WT_SETTING("curriculum", "head_start_from", curriculum.head_start_from,
               "share of groups that begin after the fault, at the start of the run"),
    WT_SETTING("curriculum", "head_start_until", curriculum.head_start_until,
               "share of the run when that has fallen to 0"),
    WT_SETTING("curriculum", "lessons_from", curriculum.lessons_from,
               "share of the run when the share of groups with first lessons begins to fall"),
    WT_SETTING("curriculum", "lessons_until", curriculum.lessons_until,
               "share of the run when it has fallen to 0"),
    WT_SETTING("curriculum", "penalties_from", curriculum.penalties_from,
               "scale of penalties at the start of the run; 1 from lessons_until on"),
    WT_SETTING("curriculum", "reach_from", curriculum.reach_from,
               "share of entities that moves are legal on, at the start of the run"),
    WT_SETTING("curriculum", "reach_until", curriculum.reach_until,
               "share of the run when that has grown to 1"),
    WT_SETTING("start", "submit_bias", submit_bias,
               "bias of moves that blame an entity, in the first weights"),
    WT_SETTING("rates", "entropy_end", entropy_end, "weight of the entropy bonus at the end"),
    WT_SETTING("rates", "learning_rate_end", learning_rate_end,
               "share of the learning rate left at the end"),
    WT_SETTING("rates", "discount", grpo.discount, "of later rewards, preset step"),
    WT_SETTING("rates", "clip_high", grpo.clip_high, "upper clip of the surrogate"),
};

#undef WT_SETTING

}  // namespace

std::span<const TrainSetting> TrainSettings() { return kSettings; }

Status ApplySetting(std::string_view text, TrainConfig& config) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  std::vector<std::string> names;
  for (const TrainSetting& setting : kSettings) {
    names.push_back(std::string(setting.group) + "." + std::string(setting.name));
    if (names.back() != name || equals == std::string_view::npos) continue;
    const std::string_view number = text.substr(equals + 1);
    f32 value = 0;
    const auto [end, failed] =
        std::from_chars(number.data(), number.data() + number.size(), value);
    if (failed == std::errc{} && end == number.data() + number.size() && std::isfinite(value)) {
      setting.of(config) = value;
      return Ok{};
    }
    return Error{ErrorCode::kUsage, "--set",
                 "'" + std::string(number) + "' is not a number for " + names.back()};
  }
  if (equals != std::string_view::npos) {
    std::string message = "no setting '" + std::string(name) + "'; expected ";
    for (const std::string& known : names) {
      message += (&known == &names.front() ? "" : &known == &names.back() ? " or " : ", ") + known;
    }
    return Error{ErrorCode::kUsage, "--set", message + DidYouMean(name, names)};
  }
  std::string message = "expected NAME=NUMBER, got '" + std::string(text) + "'";
  return Error{ErrorCode::kUsage, "--set", message + DidYouMean(name, names)};
}

}  // namespace wt
