// SPDX-License-Identifier: Apache-2.0
#include "learners/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>

namespace wt {
namespace {

constexpr u32 kWidthMax = 512;

SavedRun Saved(const Checkpoint& c) {
  SavedRun run;
  run.network = NetworkKind::kCluster;
  run.width = c.weights.width;
  run.blind = c.weights.blind;
  run.next_update = c.next_update;
  run.config_hash = c.config_hash;
  run.episodes = c.episodes;
  run.decisions = c.decisions;
  run.cpu_s = c.cpu_s;
  for (const auto& layer : c.weights.layers) {
    run.parameters.insert(run.parameters.end(), layer.begin(), layer.end());
  }
  run.optimizer = c.optimizer;
  // A learner that has not stepped has no moments yet.
  run.optimizer.mean.resize(run.parameters.size());
  run.optimizer.square.resize(run.parameters.size());
  return run;
}

}  // namespace

Status SaveCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  return WriteSavedRun(Saved(checkpoint), path);
}

Result<Checkpoint> LoadCheckpoint(const std::string& path) {
  Result<SavedRun> run = ReadSavedRun(path, NetworkKind::kCluster);
  if (!run) return run.error();
  if (run->width == 0 || run->width > kWidthMax) {
    return UnusableCheckpoint(path, fmt::format("width {}, expected 1 to {}", run->width,
                                                kWidthMax));
  }
  Checkpoint out{NetworkWeights(run->width), std::move(run->optimizer), run->next_update,
                 run->config_hash, run->episodes, run->decisions, run->cpu_s};
  if (run->parameters.size() != out.weights.Parameters()) {
    return UnusableCheckpoint(
        path, fmt::format("{} parameters; this build's features and moves need {} at width {}",
                          run->parameters.size(), out.weights.Parameters(), run->width));
  }
  out.weights.blind = run->blind;
  auto from = run->parameters.begin();
  for (auto& layer : out.weights.layers) {
    std::copy_n(from, layer.size(), layer.begin());
    from += static_cast<std::ptrdiff_t>(layer.size());
  }
  return out;
}

u64 HashCheckpoint(const Checkpoint& checkpoint) { return HashSavedRun(Saved(checkpoint)); }

}  // namespace wt
