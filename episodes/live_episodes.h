// SPDX-License-Identifier: Apache-2.0
// Episodes side by side that stay alive between calls: what chunks (run_episode.h) and segments
// (run_segments.h) are made of. One thread at a time.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "episodes/run_episode.h"

namespace wt {

class LiveEpisodes {
 public:
  // Worlds live in `pool`; `results` (one per request, out), `requests`, `pool` and `options`
  // outlive this.
  LiveEpisodes(std::span<const EpisodeRequest> requests, std::span<EpisodeResult> results,
               WorldPool& pool, const ChunkOptions& options);
  ~LiveEpisodes();
  LiveEpisodes(const LiveEpisodes&) = delete;
  LiveEpisodes& operator=(const LiveEpisodes&) = delete;

  // Begins requests[index], a fork of the World of its group while another member of it is alive.
  // What cannot start is errored in its result and not alive. `policy`: for what it wants kept.
  void Start(u32 index, const Policy& policy);
  // One decision of each live episode, in one call of the policy. Those that end are judged.
  void Step(Policy& policy);
  u32 size() const { return static_cast<u32>(running_.size()); }

 private:
  struct Origin;
  struct Running;
  Result<Origin*> OriginOf(const EpisodeRequest& request, bool texts);
  void Drive(Running& r);
  void Decide(Policy& policy);
  bool Carry(Running& r, const PolicySlot& slot);
  bool Lose(Running& r, const std::string& why);
  bool CutOff() const { return options_.cut_off && options_.cut_off(); }
  ActionOutcome Act(Running& r, const Action& action);
  void Leave(Origin& origin);

  std::span<const EpisodeRequest> requests_;
  std::span<EpisodeResult> results_;
  WorldPool& pool_;
  const ChunkOptions& options_;
  std::vector<std::unique_ptr<Origin>> origins_;  // before running_: outlives it
  std::vector<std::unique_ptr<Running>> running_;
  std::vector<PolicySlot> slots_;
  std::vector<const SimCluster*> clusters_;
};

}  // namespace wt
