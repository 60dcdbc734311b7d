// SPDX-License-Identifier: Apache-2.0
#include "cli/learn/train_runs.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "cli/log.h"
#include "cli/out_folder.h"
#include "learners/config_json.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRunBytesMax = 1 << 20;
constexpr int kFoldersMax = 100'000;

}  // namespace

Result<std::string> NextFreeFolder(std::string_view stem) {
  std::error_code failed;
  fs::create_directories("runs", failed);
  for (int n = 1; !failed && n < kFoldersMax; ++n) {
    const std::string folder = fmt::format("runs/{}-{}", stem, n);
    if (fs::create_directory(folder, failed)) return folder;
  }
  return Error{ErrorCode::kEnvironment, "runs",
               failed ? failed.message() : "too many runs; name one by --out"};
}

namespace {

Error OutOfRange(const char* flag, f64 value, const char* expected) {
  return {ErrorCode::kUsage, flag, fmt::format("{} is out of range; expected {}", value, expected)};
}

}  // namespace

Status ApplyFlags(const Arguments& arguments, bool defaults, GrpoConfig& config) {
  const auto given = [&](const char* flag) { return defaults || arguments.Given(flag); };
  if (given("--learning-rate")) {
    const f64 rate = arguments.Number("--learning-rate");
    if (!(rate > 0 && rate <= 1)) return OutOfRange("--learning-rate", rate, "0 to 1");
    config.learning_rate = static_cast<f32>(rate);
  }
  if (given("--entropy")) {
    const f64 entropy = arguments.Number("--entropy");
    if (!(entropy >= 0 && entropy <= 10)) return OutOfRange("--entropy", entropy, "0 to 10");
    config.entropy = static_cast<f32>(entropy);
  }
  if (given("--epochs")) config.epochs = static_cast<u32>(arguments.Integer("--epochs"));
  constexpr std::array<std::pair<const char*, i64>, 4> kMost{
      {{"--width", 512}, {"--groups", 16384}, {"--group-size", 64}, {"--epochs", 1000}}};
  for (const auto& [flag, most] : kMost) {
    const i64 value = arguments.Integer(flag);
    if (value <= most) continue;
    return Error{ErrorCode::kUsage, flag,
                 fmt::format("{} is too large; expected at most {}", value, most)};
  }
  return Ok{};
}

Result<std::string> FolderOf(const Arguments& arguments) {
  const bool resume = arguments.Flag("--resume");
  if (!arguments.Given("--out")) {
    if (!resume) return NextFreeFolder("train");
    return Error{ErrorCode::kUsage, "--resume", "needs --out DIR, the run to go on with"};
  }
  const std::string folder = arguments.Text("--out");
  if (!resume && fs::exists(folder + "/run.json")) {
    return Error{ErrorCode::kUsage, folder + "/run.json",
                 "is a run; pass --resume to go on with it, or choose another --out"};
  }
  if (resume) return folder;
  if (const Status made = MakeOutFolder(folder); !made) return made.error();
  return folder;
}

Status KeepRunDocument(const std::string& folder, const std::string& document, bool resume) {
  const std::string path = folder + "/run.json";
  if (!resume) return WriteFileWhole(path, document);
  Result<std::string> before = ReadFile(path, kRunBytesMax);
  if (!before) return before.error();
  const std::string difference = RunDifference(*before, document);
  if (difference.empty()) return Ok{};
  return Error{ErrorCode::kUsage, path, "is a run of another configuration: " + difference};
}

void TellHowToGoOn(const std::string& folder) {
  LogInfo("stopped early; the same command with --out {} --resume goes on", folder);
}

}  // namespace wt
