// SPDX-License-Identifier: Apache-2.0
#include "episodes/run_segments.h"

#include <algorithm>

#include "episodes/live_episodes.h"

namespace wt {

struct Segments::Lane {
  Lane(std::span<const EpisodeRequest> requests, std::span<EpisodeResult> results, u32 the_capacity,
       const ChunkOptions& options)
      : capacity(the_capacity), live(requests, results, pool, options) {}

  u32 capacity;
  WorldPool pool;
  LiveEpisodes live;  // after the pool: its worlds go back to it
  u64 begun = 0;
};

Segments::Segments(std::span<const EpisodeRequest> requests, const SegmentOptions& options)
    : requests_(requests), options_(options), results_(requests.size()) {
  const u32 width = std::max(options.lane, 1u);
  progress_.requests = requests.size();
  for (u32 i = 0; i < requests.size(); ++i) {
    const bool same = i > 0 && requests[i].setup == requests[i - 1].setup &&
                      requests[i].seed == requests[i - 1].seed;
    // A group wider than a lane goes in parts.
    if (!same || i - groups_.back() == width) groups_.push_back(i);
  }
  groups_.push_back(static_cast<u32>(requests.size()));
  for (u32 left = std::max(options.alive, 1u); left > 0;) {
    const u32 capacity = std::min(left, width);
    lanes_.push_back(std::make_unique<Lane>(requests_, results_, capacity,
                                            options_.chunk_options));
    left -= capacity;
  }
}

Segments::~Segments() = default;

// Takes the next groups while there is room; one that is wider than the lane when it is empty.
void Segments::Fill(Lane& lane, const Policy& policy) {
  u32 group = next_group_;
  while (group + 1 < groups_.size()) {
    const u32 from = groups_[group], to = groups_[group + 1];
    if (lane.live.size() > 0 && lane.live.size() + (to - from) > lane.capacity) return;
    if (!next_group_.compare_exchange_weak(group, group + 1)) continue;
    for (u32 i = from; i < to; ++i) lane.live.Start(i, policy);
    lane.begun += to - from;
    group = next_group_;
  }
}

void Segments::Play(Lane& lane, Policy& policy) {
  for (u32 step = 0; step < options_.steps; ++step) {
    Fill(lane, policy);
    if (lane.live.size() == 0) return;
    lane.live.Step(policy);
  }
}

SegmentProgress Segments::Run(const PolicyFactory& make_policy) {
  ForEachTask(lanes_.size(), options_.threads, make_policy,
              [&](std::size_t lane, Policy& policy) { Play(*lanes_[lane], policy); });
  progress_.begun = progress_.ended = 0;
  for (const auto& lane : lanes_) {
    progress_.begun += lane->begun;
    progress_.ended += lane->begun - lane->live.size();
  }
  return progress_;
}

std::vector<EpisodeResult> RunSegments(
    std::span<const EpisodeRequest> requests, const PolicyFactory& make_policy,
    const SegmentOptions& options,
    const std::function<bool(const SegmentProgress&)>& on_segment) {
  Segments segments(requests, options);
  while (!segments.Done()) {
    const SegmentProgress progress = segments.Run(make_policy);
    if (on_segment && !on_segment(progress)) break;
  }
  return segments.TakeResults();
}

}  // namespace wt
