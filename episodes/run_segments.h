// SPDX-License-Identifier: Apache-2.0
// Many episodes alive at once, played in segments of T decisions: the other way beside run_batch.h
// (chunks, each to its end). What learns between segments, or wants to see many worlds in one
// call of its policy, takes this one. Results do not depend on threads, lanes or the segments'
// length: an episode is the one that RunChunk plays.
//
// Worlds are dealt to lanes; a lane has a pool of its own and is stepped by one thread at a time.
// An episode that ends makes room for the next request, groups (adjacent requests of equal setup
// and seed) staying together. Memory: `alive` worlds, and per group its start and no-op twin.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "episodes/run_batch.h"

namespace wt {

struct SegmentOptions {
  int threads = 0;      // 0: all cores
  u32 alive = 2048;     // worlds at once
  // Of them, side by side in a lane: one call of the policy. More stay in the cache when it is
  // small; measured with a network of width 32, 16 is faster than 64 (docs/results/many.txt).
  u32 lane = 16;
  u32 steps = 16;       // T, decisions of each world in a segment
  ChunkOptions chunk_options;  // on_step: StepView::index is of the request; called by any thread
};

struct SegmentProgress {
  u64 begun = 0, ended = 0, requests = 0;  // episodes, errored ones included
};

class Segments {
 public:
  // `requests` outlive this.
  Segments(std::span<const EpisodeRequest> requests, const SegmentOptions& options);
  ~Segments();
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  // Plays one segment by one policy per thread, made anew for it: the weights may be others than
  // before. REQUIRES: a policy that keeps nothing but PolicySlot::memory between calls.
  SegmentProgress Run(const PolicyFactory& make_policy);
  bool Done() const { return progress_.ended == progress_.requests; }
  // In request order; those that have not ended are as they stand.
  const std::vector<EpisodeResult>& results() const { return results_; }
  std::vector<EpisodeResult> TakeResults() { return std::move(results_); }

 private:
  struct Lane;
  void Play(Lane& lane, Policy& policy);
  void Fill(Lane& lane, const Policy& policy);

  std::span<const EpisodeRequest> requests_;
  SegmentOptions options_;
  std::vector<EpisodeResult> results_;
  std::vector<u32> groups_;  // first request of each group, and the end
  std::atomic<u32> next_group_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  SegmentProgress progress_;
};

// Segments until all have ended or `on_segment` (optional) returns false.
std::vector<EpisodeResult> RunSegments(
    std::span<const EpisodeRequest> requests, const PolicyFactory& make_policy,
    const SegmentOptions& options,
    const std::function<bool(const SegmentProgress&)>& on_segment = {});

}  // namespace wt
