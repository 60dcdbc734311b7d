// SPDX-License-Identifier: Apache-2.0
#include "learners/config_json.h"

#include <nlohmann/json.hpp>

namespace wt {
namespace {

const char* Name(Baseline b) {
  switch (b) {
    case Baseline::kGroupMean: return "group-mean";
    case Baseline::kLeaveOneOut: return "leave-one-out";
    case Baseline::kGroupStep: break;
  }
  return "group-step";
}

const char* Name(Scale s) {
  switch (s) {
    case Scale::kGroupStd: return "group-std";
    case Scale::kBatchStd: return "batch-std";
    case Scale::kNone: break;
  }
  return "none";
}

const char* Name(LossMean m) {
  switch (m) {
    case LossMean::kPerEpisode: return "per-episode";
    case LossMean::kPerDecision: return "per-decision";
    case LossMean::kConstant: break;
  }
  return "constant";
}

}  // namespace

nlohmann::ordered_json ConfigJson(const GrpoConfig& c) {
  return {{"baseline", Name(c.baseline)},
          {"scale", Name(c.scale)},
          {"loss_mean", Name(c.mean)},
          {"skip_flat_groups", c.skip_flat_groups},
          {"clip_low", c.clip_low},
          {"clip_high", c.clip_high},
          {"entropy", c.entropy},
          {"learning_rate", c.learning_rate},
          {"grad_norm_max", c.grad_norm_max},
          {"discount", c.discount},
          {"epochs", c.epochs},
          {"minibatch", c.minibatch},
          {"steps_max", c.steps_max}};
}

}  // namespace wt
