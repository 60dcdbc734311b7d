// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "learners/train.h"

namespace wt {

std::string MetricsLine(const TrainProgress& p) {
  const nlohmann::ordered_json line = {{"schema", "wavetank.metrics/1"},
                                       {"update", p.update},
                                       {"episodes", p.episodes},
                                       {"decisions", p.decisions},
                                       {"success", p.success},
                                       {"harm", p.harm},
                                       {"return_mean", p.reward},
                                       {"steps_mean", p.steps},
                                       {"false_action_healthy", p.false_action_healthy},
                                       {"loss", p.stats.loss},
                                       {"entropy", p.stats.entropy},
                                       {"kl", p.stats.kl},
                                       {"clip_fraction", p.stats.clip_fraction},
                                       {"grad_norm", p.stats.grad_norm},
                                       {"groups", p.stats.groups},
                                       {"flat_groups", p.stats.flat_groups},
                                       {"simulate_s", p.simulate_s},
                                       {"infer_s", p.infer_s},
                                       {"update_s", p.update_s},
                                       {"cpu_s", p.cpu_s}};
  return line.dump();
}

}  // namespace wt
