// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/record_simulated.h"

#include "episodes/trace/action_line.h"
#include "episodes/trace/traffic_means.h"
#include "episodes/trace/world_watch.h"

namespace wt {
namespace {

class Recorder {
 public:
  explicit Recorder(TraceWriter& out) : out_(out) {}

  // Before the agent's first action: what there is.
  void Begin(SimCluster& cluster) {
    watch_.Begin(cluster, changes_);
    watch_.End(cluster);
    means_.Begin(cluster);
    Flush();
  }

  void Attach(ChunkOptions& options) {
    options.sampler.every = kRecordEvery;
    options.sampler.began = [this](SimCluster& cluster) { watch_.Begin(cluster, changes_); };
    options.sampler.tell = [this](const SimCluster& cluster) { Tell(cluster); };
    options.sampler.ended = [this](SimCluster& cluster) { watch_.End(cluster); };
    options.on_step = [this](const StepView& step) {
      out_.Add(ActionLine(step));  // its time is before that of all that waits
      Flush();
    };
    options.on_judged = [this](SimCluster& cluster, const EpisodeLimits&) {
      watch_.Begin(cluster, changes_);
      watch_.End(cluster);
      if (cluster.Now() > means_.reported()) traffic_.push_back(means_.Report(cluster));
      Flush();
      end_ = cluster.Now();
    };
  }

  SimTime end() const { return end_; }

 private:
  void Tell(const SimCluster& cluster) {
    watch_.Poll(cluster, changes_);
    means_.Sample(cluster);
    if (cluster.Now() % kSecond == 0) traffic_.push_back(means_.Report(cluster));
  }

  // All that waits, in order of time.
  void Flush() {
    auto traffic = traffic_.begin();
    for (const TraceChange& change : changes_) {
      for (; traffic != traffic_.end() && traffic->at < change.at; ++traffic) out_.Add(*traffic);
      out_.Add(change);
    }
    for (; traffic != traffic_.end(); ++traffic) out_.Add(*traffic);
    changes_.clear();
    traffic_.clear();
  }

  TraceWriter& out_;
  WorldWatch watch_;
  TrafficMeans means_;
  std::vector<TraceChange> changes_;
  std::vector<TraceTraffic> traffic_;
  SimTime end_ = 0;
};

}  // namespace

Result<EpisodeResult> RecordSimulated(
    const EpisodeRequest& request, Policy& policy, const TraceHeader& header,
    const std::string& path, const std::function<std::string(const EpisodeResult&)>& result_text) {
  const PlayEpisode play = [&policy](const EpisodeRequest& one, WorldPool& pool,
                                     const ChunkOptions& options) -> Result<EpisodeResult> {
    return RunChunk({&one, 1}, policy, pool, options)[0];
  };
  return RecordSimulated(request, play, header, path, result_text);
}

Result<EpisodeResult> RecordSimulated(
    const EpisodeRequest& request, const PlayEpisode& play, const TraceHeader& header,
    const std::string& path, const std::function<std::string(const EpisodeResult&)>& result_text) {
  WorldPool pool;
  Result<StartedEpisode> started = StartEpisode(*request.setup, pool, request.seed);
  if (!started) return started.error();
  auto writer = TraceWriter::Open(path, header);
  if (!writer) return writer.error();
  Recorder recorder(**writer);
  recorder.Begin(started->cluster);
  ChunkOptions options;
  recorder.Attach(options);
  Result<EpisodeResult> result = play(request, pool, options);
  if (!result || result->errored) return result;
  if (Status closed = (*writer)->Close(recorder.end(), result_text(*result)); !closed) {
    return closed.error();
  }
  return result;
}

}  // namespace wt
