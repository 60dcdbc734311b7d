// SPDX-License-Identifier: Apache-2.0
// Exit codes of every command. Scripts rely on them: add, never renumber.
#pragma once

#include "sim/api/result.h"

namespace wt {

enum class ExitCode : int {
  kOk = 0,
  kInternal = 1,
  kUsage = 2,                   // flag, config file, checkpoint
  kScenarioInvalid = 3,         // scenario, manifest, behaviour
  kEnvironmentUnavailable = 4,  // package, file system, port, cluster
  kGateFailed = 10,
  kGateInconclusive = 11,
  kEpisodesErrored = 12,        // some episodes, not all
  kTimeLimit = 124,
  kInterrupted = 130,
};

// The exit code that an error of this kind ends a command with. What Kubernetes would refuse
// (not found, conflict, invalid object, ...) is bad input when it reaches a command.
constexpr ExitCode ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal: return ExitCode::kInternal;
    case ErrorCode::kUsage: return ExitCode::kUsage;
    case ErrorCode::kEnvironment: return ExitCode::kEnvironmentUnavailable;
    default: return ExitCode::kScenarioInvalid;
  }
}

}  // namespace wt
