// SPDX-License-Identifier: Apache-2.0
// A recorded episode of a real cluster once more, without the cluster: what AnyCluster was told
// then it is told again, at the same times, so that the same agent does the same and today's
// Observer judges what it saw.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "episodes/run_episode.h"
#include "episodes/script.h"
#include "episodes/trace/trace.h"
#include "realcluster/mirror/any_cluster.h"

namespace wt {

// Time jumps to the recorded polls. Writes and reads of logs are answered as they were; one that
// was not made then is refused by an Error (kEnvironment), and so is everything after it: the trace
// cannot know what would have come of it. The trace must outlive this.
class TraceReplay final : public KubeApi, public ChangeFeed, public RealClock, public TrafficMeter {
 public:
  explicit TraceReplay(const Trace& trace) : trace_(trace) {}

  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override;
  Status Take(std::vector<TraceChange>& out) override;
  SimTime Now() override { return now_; }
  void WaitUntil(SimTime at) override;
  Status Report(Sim& sim) override;

  // With this the episode's image is the one that was recorded.
  Result<std::unique_ptr<ClusterDriver>> Drive(SimCluster& cluster);
  // What today's agent or code does otherwise than then, the first of it.
  const std::optional<Error>& divergence() const { return divergence_; }
  // As AnyCluster::failure(): what the trace shows is no episode that could be judged.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  void Diverge(std::string what);

  const Trace& trace_;
  SimTime now_ = 0;
  std::size_t changes_ = 0, traffic_ = 0, requests_ = 0;  // how many are told
  std::vector<FlowServiceRow> services_;
  std::vector<FlowOperationRow> operations_;
  std::map<std::string, u32> service_of_, operation_of_;
  std::optional<Error> divergence_, failure_;
};

// The recorded episode judged by today's code: its actions carried out on its trace. Errors: those
// of RunScript; kEnvironment, what today's code asks the trace does not know; kInvalidInput, as
// SameAnswers.
Result<EpisodeResult> PlayRecorded(const Trace& trace, EpisodeRequest request, WorldPool& pool);
// The actions of a trace as RunScript takes them. Error: kUsage, one cannot be read.
Result<std::vector<ScriptedAction>> RecordedActions(const Trace& trace);
// Whether the cluster took and refused the actions of `now`, which played the trace's, as the trace
// says it did. Error: kInvalidInput, the first that it did not.
Status SameAnswers(const Trace& trace, const EpisodeResult& now);

// The wall clock of header.began at the episode's beginning, in ms. Error: kInvalidInput.
Result<i64> BeganUnixMs(const TraceHeader& header);
// And back: "2026-01-31T12:00:00.123Z".
std::string BeganText(i64 unix_ms);

}  // namespace wt
