// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/read_config.h"

namespace wt {
namespace {

// A closed descriptor 0, 1 or 2 would be given to the next file that is opened.
void OpenStandardDescriptors() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) == -1) {
      [[maybe_unused]] const int opened = open("/dev/null", O_RDWR);
    }
  }
}

ExitCode Fail(const Error& error) {
  LogError("{}", error.Text());
  return ExitCodeOf(error.code);
}

ExitCode ParseAndRun(std::span<const Command> commands, std::span<const std::string> words) {
  std::error_code failed;
  const std::filesystem::path here = std::filesystem::current_path(failed);
  Result<ConfigFile> config = failed ? ConfigFile{} : ReadNearestConfig(here);
  if (!config) return Fail(config.error());
  Result<Invocation> invocation = ParseCommandLine(commands, words, *config);
  if (!invocation) return Fail(invocation.error());
  if (invocation->command == nullptr) {
    std::fputs(invocation->text.c_str(), stdout);
    return ExitCode::kOk;
  }
  SetLogLevel(LogLevelFrom(invocation->arguments.Text("--log-level")));
  Result<ExitCode> ended = invocation->command->run(invocation->arguments);
  if (!ended) return Fail(ended.error());
  return Interrupted() ? ExitCode::kInterrupted : *ended;
}

}  // namespace

int RunCommandLine(std::span<const Command> commands, int argc, char** argv) {
  OpenStandardDescriptors();
  InstallInterruptHandler();
  ExitCode code = ExitCode::kInternal;
  try {
    code = ParseAndRun(commands, std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& unexpected) {
    if (std::ferror(stdout) == 0) LogError("internal error: {}", unexpected.what());
  }
  if (std::ferror(stdout) != 0 || (std::fflush(stdout) != 0 && code == ExitCode::kOk)) {
    LogError("stdout: cannot write");
    code = ExitCode::kEnvironmentUnavailable;
  }
  return static_cast<int>(code);
}

}  // namespace wt
