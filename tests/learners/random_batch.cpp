// SPDX-License-Identifier: Apache-2.0
#include "tests/learners/random_batch.h"

#include "agents/hash_draw.h"
#include "tests/agents/hand_observation.h"

namespace wt {
namespace {

u32 FlatIndex(const ObservationShape& shape, const Action& action) {
  u32 at = 0;
  for (int k = 0; k < static_cast<int>(action.kind); ++k) {
    at += shape.slots[static_cast<std::size_t>(k)] *
          static_cast<u32>(MovesOf(static_cast<EntityKind>(k)).size());
  }
  return at + action.slot * static_cast<u32>(MovesOf(action.kind).size()) + action.move;
}

template <class T>
void Append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

RolloutBatch RandomBatch(const NetworkWeights& weights, u64 key, const BatchSize& size) {
  RolloutBatch batch;
  NetworkScratch scratch;
  for (u32 e = 0; e < size.groups * size.group_size; ++e) {
    RolloutBatch::Episode episode;
    episode.group = e / size.group_size;
    episode.first = batch.decisions;
    episode.count = size.decisions;
    episode.reward = 2.0f * HashUniform(key, e, 0) - 1.0f;
    std::vector<u16> from, to;  // edges are constant in an episode
    for (u32 d = 0; d < size.decisions; ++d) {
      HandObservation o = RandomObservation(Mix(key + 1000 * e + d), size.services,
                                            size.workloads, size.nodes, size.edges);
      if (d == 0) from = o.edge_from, to = o.edge_to;
      o.edge_from = from;
      o.edge_to = to;
      batch.shape = o.shape();
      std::vector<f32> logits(LogitCount(o.shape()));
      Forward(weights, o.View(), logits, scratch);
      const Choice choice = Choose(o.View(), logits, HashUniform(key, e, 100 + d));
      Append(batch.features, o.features);
      Append(batch.masks, o.masks);
      Append(batch.service_workload, o.service_workload);
      batch.chosen.push_back(FlatIndex(o.shape(), choice.action));
      batch.log_prob.push_back(choice.log_prob);
      batch.reward.push_back(d + 1 == size.decisions ? episode.reward : 0.0f);
      batch.episode.push_back(e);
    }
    Append(batch.edges, from);
    Append(batch.edges, to);
    batch.decisions += size.decisions;
    batch.episodes.push_back(episode);
  }
  return batch;
}

}  // namespace wt
