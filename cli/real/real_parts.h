// SPDX-License-Identifier: Apache-2.0
// What the parts of `real` share, and those that have a file of their own.
#pragma once

#include <string>

#include "cli/commands.h"
#include "cli/commands/play_incident.h"
#include "cli/commands/shared.h"
#include "cli/real/real_validate.h"
#include "realcluster/replay/real_run.h"

namespace wt {

// A program that stands beside this one's build folder. Error: kEnvironment: it is not built.
Result<std::string> ProgramNamed(const char* name);
// The file of --inventory, or the one that is the same from every folder.
Result<std::string> InventoryOf(const Arguments& arguments);
// The cluster that is meant, what was created there, progress lines. Without --kubeconfig: the
// testbed of this machine; kEnvironment when none is up.
Result<RealRunOptions> RealOptionsOf(const Arguments& arguments);
// The scenario, by position or as --scenario. Error: kUsage: both, or it means nothing here.
Result<std::string> ScenarioOf(const Arguments& arguments);
// An episode's line whose `replay` is `command`; empty: it has none.
std::string WithReplay(const std::string& episode_line, const std::string& command);
// The folder of --traces, or what it is without.
std::string TracesFolder(const Arguments& arguments, const char* otherwise);

// real_play.cpp: one episode, told and drawn as `play` does it; or recorded, again and again.
Result<ExitCode> PlayReal(const Arguments& arguments, const PreparedSuite& suite);
Result<ExitCode> RecordReal(const Arguments& arguments, const PreparedSuite& suite);
// Each as soon as it is over; `play` says what is done in place of an agent's moves, if anything.
Status RecordTraces(const Arguments& arguments, const PlayOptions& play,
                    const std::vector<WantedTrace>& wanted);
// real_replay.cpp: a recorded one again, without a cluster.
Result<ExitCode> ReplayTraceFile(const Arguments& arguments);

}  // namespace wt
