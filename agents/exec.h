// SPDX-License-Identifier: Apache-2.0
// `--agent exec:CMD`: any program as an agent, one JSON object a line (docs/formats.md, external
// agent). One process per policy object, started when first needed and again after it failed or
// went on speaking after an episode. A program that hangs, dies or babbles (speaks before it was
// asked) loses its episode, not the run.
#pragma once

#include <memory>
#include <string>

#include "agents/policy.h"
#include "sim/api/result.h"

namespace wt {

struct ExecOptions {
  std::string command;             // for /bin/sh
  int timeout_ms = 30000;          // per answer
  std::size_t bytes_max = 1 << 20; // of an answer
};

std::unique_ptr<Policy> MakeExec(const ExecOptions& options);

// ---- the wire (exec_json.cpp)
// What the program is asked at one decision. `episode`: a name that tells it nothing.
std::string ExecQuestion(const PolicySlot& slot, const std::string& episode);
// Its answer into slot.chosen and slot.context->words. Something that is not there, be it
// a target, verb or option, becomes an action that no cluster accepts; a line that is no answer at
// all is an error.
Status ReadExecAnswer(const std::string& line, PolicySlot& slot);

}  // namespace wt
