// SPDX-License-Identifier: Apache-2.0
// A command is one row of a table. To add one: a file in cli/commands/ with its options and its
// function, its declaration here, its row in commands.cpp, its line in cli/CMakeLists.txt.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/parse_options.h"

namespace wt {

struct Command {
  std::string_view name;
  std::string_view summary;   // one line, for `wavetank --help`
  std::string_view example;   // a command line that works as it stands
  std::span<const OptionSpec> options;  // beside those of every command
  // Writes its data to stdout. An error is printed by the caller and ends in its exit code.
  Result<ExitCode> (*run)(const Arguments& arguments);
};

// The table of the core binary.
std::span<const Command> CoreCommands();
// That of another binary: `own` in place of the rows of the same name, so that one wavetank.yaml
// serves them all.
std::vector<Command> CommandsWith(std::initializer_list<const Command*> own);

extern const Command kBench;
extern const Command kDemo;
extern const Command kDoctor;
extern const Command kList;
extern const Command kPlay;
extern const Command kRecord;
extern const Command kReplayCommand;
extern const Command kReport;
extern const Command kRun;
extern const Command kRealOptions;     // what it does: cli/real/
extern const Command kTestbedOptions;  // the same
extern const Command kTrainOptions;    // what it does: cli/learn/
extern const Command kValidate;
extern const Command kVersion;

// Parses, runs one command of the table, reports an error as one line on stderr; the exit code
// of the process. Opens /dev/null for closed standard descriptors and installs the Ctrl-C handler.
int RunCommandLine(std::span<const Command> commands, int argc, char** argv);

}  // namespace wt
