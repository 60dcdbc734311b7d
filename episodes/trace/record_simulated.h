// SPDX-License-Identifier: Apache-2.0
// An episode of the simulator as a trace. The World is the same as without a recording: what is
// watched is a fork of it (episodes/advance.h).
#pragma once

#include <functional>
#include <string>

#include "agents/policy.h"
#include "episodes/run_episode.h"
#include "episodes/trace/trace.h"

namespace wt {

// Changes are told at the next multiple of this after they happened, those of an action at its
// time; traffic each second.
inline constexpr SimTime kRecordEvery = 100 * kMillisecond;

// Plays the episode and writes it to `path`; header.world is "simulated". `result_text` makes the
// last line, schema wavetank.episode/1. An episode that is errored leaves no file. The hold after
// the agent's answer is part of the trace. Requests of faults are none: they happen to the cluster
// from inside. Equal requests give equal bytes.
// Errors: kInvalidInput, the episode cannot start; kEnvironment, the file cannot be written.
Result<EpisodeResult> RecordSimulated(
    const EpisodeRequest& request, Policy& policy, const TraceHeader& header,
    const std::string& path, const std::function<std::string(const EpisodeResult&)>& result_text);

// The same of an episode that is played in another way: a list of actions (RunScript). `play` is
// called once and passes the options on. Errors beside those above: its own.
using PlayEpisode = std::function<Result<EpisodeResult>(
    const EpisodeRequest& request, WorldPool& pool, const ChunkOptions& options)>;
Result<EpisodeResult> RecordSimulated(
    const EpisodeRequest& request, const PlayEpisode& play, const TraceHeader& header,
    const std::string& path, const std::function<std::string(const EpisodeResult&)>& result_text);

}  // namespace wt
