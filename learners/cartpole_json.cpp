// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "learners/cartpole_train.h"
#include "learners/config_json.h"

namespace wt {

using Json = nlohmann::ordered_json;

std::string MetricsLine(const CartPoleProgress& p) {
  const Json line = {{"schema", "wavetank.metrics/1"},
                     {"update", p.update},
                     {"episodes", p.episodes},
                     {"decisions", p.steps},
                     {"return_last100", p.return_last100},
                     {"loss", p.stats.loss},
                     {"entropy", p.stats.entropy},
                     {"kl", p.stats.kl},
                     {"clip_fraction", p.stats.clip_fraction},
                     {"grad_norm", p.stats.grad_norm},
                     {"groups", p.stats.groups},
                     {"flat_groups", p.stats.flat_groups},
                     {"cpu_s", p.cpu_s}};
  return line.dump();
}

std::string RunDocument(const CartPoleConfig& c, const std::string& commit) {
  const Json document = {{"schema", "wavetank.run/1"},
                         {"command", "train"},
                         {"env", "cartpole"},
                         {"commit", commit},
                         {"preset", c.preset},
                         {"grpo", ConfigJson(c.grpo)},
                         {"learning_rate_end", c.learning_rate_end},
                         {"groups", c.groups},
                         {"group_size", c.group_size},
                         {"width", c.width},
                         {"seed", c.seed},
                         {"steps", c.steps},
                         {"config_hash", fmt::format("{:016x}", HashConfig(c))}};
  return document.dump(2) + "\n";
}

std::string ResultDocument(const CartPoleConfig& c, const CartPoleResult& r) {
  const Json checkpoint = c.folder.empty() ? Json(nullptr) : Json(c.folder + "/checkpoint.wtc");
  const Json document = {{"schema", "wavetank.train/1"},
                         {"env", "cartpole"},
                         {"preset", c.preset},
                         {"seed", c.seed},
                         {"complete", r.complete},
                         {"updates", r.run.next_update},
                         {"episodes", r.run.episodes},
                         {"steps", r.run.decisions},
                         {"return_last100", r.return_last100},
                         {"cpu_s", r.run.cpu_s},
                         {"hash", fmt::format("{:016x}", r.hash)},
                         {"checkpoint", checkpoint}};
  return document.dump(2);
}

}  // namespace wt
