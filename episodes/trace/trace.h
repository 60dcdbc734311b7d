// SPDX-License-Identifier: Apache-2.0
// One episode as it was seen from outside, in the simulator or on a real cluster: the same lines
// of both, so that they can be compared (realcluster/fidelity), and enough of a real one to play it
// again without a cluster (realcluster/replay/trace_replay.h).
//
// JSON lines, gzip-compressed when the file's name ends in ".gz", in order of "t": seconds since
// the beginning of the episode, in whole milliseconds.
//   {"schema": "wavetank.trace/1", "world": "real", "scenario": "testbed/hotel-oom", "seed": 7,
//    "agent": "rule", "repetition": 1, "engine": COMMIT, "kubernetes": "v1.35.4",
//    "began": "2026-01-31T12:00:00Z", "machine": "2 cores"}
//   {"t": 0.0, "type": "ADDED", "object": {...}}     ADDED | MODIFIED | DELETED, when it was seen;
//       the first ones are all that was there. Without metadata.managedFields; of DELETED at least
//       kind, name, namespace and uid.
//   {"t": 15.001, "traffic": {"client": [rate, error, latency_s, p50_s, p99_s],
//       "services": {"geo": [rate, error, latency_s, p99_s, utilisation, backlog, in_flight,
//       cpu_cores]}, "operations": {"geo/nearby": [rate, error, latency_s, variance_s2]}}}
//       means of the time since the line of this kind before; what is left out has not changed
//       ("client" left out: nothing new was known, that time counts for the next). One each second.
//   {"t": 60.2, "request": {"by": "fault", "method": "PATCH", "path": ..., "content_type": ...,
//       "body": {...}}, "status": 200}               by: agent | fault; status 0: not answered; of
//       GET (a log) with "answer": text
//   {"t": 120.0, "action": {"at_s": 120.0, "verb": ...}, "accepted": true}   as episodes/script.h
//   {"t": 165.0, "end": {...}, "lines": 733, "hash": "0123456789abcdef"}   last: the episode, as
//       `--json` prints it; what trace_seal.h makes of the lines
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"
#include "sim/api/time.h"
#include "sim/traffic/flow.h"

namespace wt {

struct TraceHeader {
  bool real = false;
  std::string scenario;   // as --scenario takes it
  u64 seed = 0;
  std::string agent;
  u32 repetition = 1;     // of equal scenario, seed and agent
  std::string engine;     // commit that recorded it
  std::string kubernetes; // "v1.35.4": the API server's, or the version that is simulated
  std::string began;      // RFC 3339; simulated: ""
  std::string machine;    // in words; simulated: ""
  std::string name_space = {};  // that the app was moved to; empty: where its manifests say
};

enum class ChangeType : u8 { kAdded, kModified, kDeleted };

struct TraceChange {
  SimTime at = 0;         // since the beginning of the episode, as everywhere here
  ChangeType type = ChangeType::kAdded;
  std::string object;     // JSON
};

struct TraceTraffic {
  SimTime at = 0;
  bool client_known = false;
  FlowClient client;
  // By name, "geo" and "geo/nearby": those that changed.
  std::vector<std::pair<std::string, FlowServiceRow>> services;
  std::vector<std::pair<std::string, FlowOperationRow>> operations;
};

struct TraceRequest {
  SimTime at = 0;
  bool by_agent = false;
  std::string method, path, content_type, body;  // the path with its query
  int status = 0;
  std::string answer = {};  // of GET
};

struct TraceAction {
  SimTime at = 0;
  std::string action;     // JSON, as ReadActions takes it
  bool accepted = false;
};

struct Trace {
  TraceHeader header;
  std::vector<TraceChange> changes;
  std::vector<TraceTraffic> traffic;
  std::vector<TraceRequest> requests;
  std::vector<TraceAction> actions;
  SimTime end = 0;
  std::string result;     // JSON, schema wavetank.episode/1
  // Its lines were counted and hashed when it was recorded; false: an older file, of which nobody
  // can tell whether it was changed.
  bool sealed = false;
};

// Writes PATH.part; Close makes PATH of it. Left without Close: PATH.part is removed. Times must
// not go back by more than what a line of another kind allows: lines are written as they come.
class TraceWriter {
 public:
  // Error: kEnvironment: the file cannot be written.
  static Result<std::unique_ptr<TraceWriter>> Open(std::string path, const TraceHeader& header);
  ~TraceWriter();

  void Add(const TraceChange& change);  // takes managedFields out
  void Add(const TraceTraffic& traffic);
  void Add(const TraceRequest& request);
  void Add(const TraceAction& action);
  // Error: what could not be written, at any time.
  Status Close(SimTime end, std::string_view result);

 private:
  struct Inside;
  explicit TraceWriter(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// Says of a trace without a seal what there is to say.
inline constexpr std::string_view kNoSeal =
    "has no hash of its lines: recorded by an older wavetank, or cut; whether it was changed since "
    "cannot be checked";

// Errors: kEnvironment (cannot be read), kInvalidInput with file and line: not such a line, cut
// off, another schema, more than 512 MiB unpacked; with the file alone: other lines than were
// recorded.
Result<Trace> ReadTrace(const std::string& path);

}  // namespace wt
