// SPDX-License-Identifier: Apache-2.0
// The folder of recorded episodes: NAME.AGENT.SEED.REPETITION.jsonl.gz. The name is for people,
// what counts is each file's header. AGENT.jsonl beside them is a list of actions in place of an
// agent.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "episodes/trace/trace.h"
#include "sim/api/result.h"

namespace wt {

// Paths of *.jsonl.gz in it, sorted. Errors: kEnvironment: no such folder, or none in
// it, and how to record one.
Result<std::vector<std::string>> StoredTraceFiles(const std::string& folder);

// "hotel-oom.rule.7.2.jsonl.gz" of testbed/hotel-oom.
std::string TraceFileName(const TraceHeader& header);

// A real trace. `header.scenario` becomes what `full_name` makes of it; empty: there is no such
// scenario. Errors: those of ReadTrace; kInvalidInput: a simulated one, or of an unknown scenario;
// each says what to do about it.
Result<Trace> ReadStoredTrace(const std::string& file,
                              const std::function<std::string(const std::string&)>& full_name);

}  // namespace wt
