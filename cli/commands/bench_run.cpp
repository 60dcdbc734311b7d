// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/bench_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <random>
#include <set>

#include "cli/out_folder.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kEpisodesBytesMax = 4ull << 30;

// What must be equal for two calls to be one run.
std::string Identity(const RunInfo& info) {
  return fmt::format("{{\"schema\": \"wavetank.run/1\", \"suite\": \"{}\", \"suite_hash\": \"{}\", "
                     "\"engine\": \"{}\", \"verdict_rules\": \"{}\", \"agent\": \"{}\", "
                     "\"seeds\": [{}, {}]}}\n",
                     info.suite, info.suite_hash, kEngineVersion, kVerdictRules, info.agent,
                     info.first_seed, info.last_seed);
}

f64 CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<f64>(now.tv_sec) + static_cast<f64>(now.tv_nsec) * 1e-9;
}

}  // namespace

BenchRun::~BenchRun() {
  if (episodes_ != nullptr) std::fclose(episodes_);
  if (lock_ >= 0) close(lock_);
}

Status BenchRun::Lock() {
  if (folder_.empty()) return Ok{};
  if (const Status made = MakeOutFolder(folder_); !made) return made;
  lock_ = open(Path("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    return Error{ErrorCode::kEnvironment, Path("lock"),
                 std::string(std::strerror(errno)) + "; choose another --out"};
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorCode::kEnvironment, folder_,
                 "is in use by another process; wait for it, or choose another --out"};
  }
  return Ok{};
}

Result<std::vector<EpisodeResult>> BenchRun::ReadFinished() const {
  if (folder_.empty()) {
    return Error{ErrorCode::kUsage, "--resume", "needs --out DIR, the run to go on with"};
  }
  std::vector<EpisodeResult> out;
  if (!std::filesystem::exists(Path("episodes.jsonl"))) return out;
  Result<std::string> identity = ReadFile(Path("run.json"), 1 << 20);
  if (!identity) {
    return Error{ErrorCode::kUsage, Path("run.json"),
                 "cannot be read, so what run episodes.jsonl is of is not known; choose another "
                 "--out, or remove episodes.jsonl to begin anew"};
  }
  if (*identity != Identity(info_)) {
    return Error{ErrorCode::kUsage, Path("run.json"),
                 "is a run of another suite, agent, seeds or rules; choose another --out"};
  }
  Result<std::string> text = ReadFile(Path("episodes.jsonl"), kEpisodesBytesMax);
  if (!text) return text.error();
  std::set<std::pair<u32, u64>> seen;
  std::size_t from = 0;
  for (u64 line = 1;; ++line) {
    const std::size_t to = text->find('\n', from);
    if (to == std::string::npos) break;  // a torn last line is run again
    if (to == from) {  // an empty one says nothing
      ++from;
      continue;
    }
    Result<EpisodeResult> episode =
        ReadEpisodeLine(std::string_view(*text).substr(from, to - from), suite_.labels,
                        fmt::format("{}:{}", Path("episodes.jsonl"), line));
    if (episode && (episode->seed < info_.first_seed || episode->seed > info_.last_seed)) {
      episode = Error{ErrorCode::kUsage, fmt::format("{}:{}:1", Path("episodes.jsonl"), line),
                      fmt::format("is not an episode of this run: seed {}", episode->seed)};
    }
    if (!episode) {
      Error wrong = episode.error();
      wrong.what += "; delete the line, so that its episode is run again, or choose another --out";
      return wrong;
    }
    if (seen.insert({episode->scenario, episode->seed}).second) out.push_back(std::move(*episode));
    from = to + 1;
  }
  return out;
}

Status BenchRun::Open(bool resume) {
  if (folder_.empty()) return Ok{};
  std::error_code failed;
  const std::string path = Path("episodes.jsonl");
  if (resume && std::filesystem::exists(path)) {
    Result<std::string> text = ReadFile(path, kEpisodesBytesMax);
    if (!text) return text.error();
    const std::size_t last = text->rfind('\n');
    std::filesystem::resize_file(path, last == std::string::npos ? 0 : last + 1, failed);
    if (failed) return Error{ErrorCode::kEnvironment, path, failed.message()};
  } else {
    if (std::filesystem::exists(path)) {
      return Error{ErrorCode::kUsage, path, "holds a run; pass --resume to go on with it, or "
                                            "choose another --out"};
    }
    if (const Status written = WriteFileWhole(Path("run.json"), Identity(info_)); !written) {
      return written.error();
    }
  }
  episodes_ = std::fopen(path.c_str(), "abe");  // an agent's program does not inherit it
  if (episodes_ == nullptr) return Error{ErrorCode::kEnvironment, path, "cannot be written"};
  return Ok{};
}

void BenchRun::Append(std::span<const EpisodeResult> episodes) {
  if (episodes_ == nullptr) return;
  for (const EpisodeResult& e : episodes) {
    const std::string line = EpisodeLine(info_, suite_.labels, e) + "\n";
    std::fwrite(line.data(), 1, line.size(), episodes_);
  }
  std::fflush(episodes_);
}

Evaluation BenchRun::Play(const PolicyFactory& agent, std::vector<EpisodeResult> finished,
                          const std::function<bool(u64)>& on_part) {
  EvaluateOptions options;
  options.first_seed = info_.first_seed;
  options.last_seed = info_.last_seed;
  options.threads = info_.threads;
  options.finished = std::move(finished);
  options.drop_actions = true;  // they are in episodes.jsonl
  // A program sees one episode after the other, not many at once.
  if (info_.agent.starts_with("exec:")) {
    options.chunk = 1;
    options.order_key = std::random_device{}() | 1u;
  }
  options.on_chunk = [&](std::span<const EpisodeResult> part) {
    Append(part);
    return on_part(part.size());
  };
  const auto start = std::chrono::steady_clock::now();
  const f64 cpu_start = CpuSeconds();
  Evaluation evaluation = Evaluate(suite_, agent, options);
  info_.wall_s = std::chrono::duration<f64>(std::chrono::steady_clock::now() - start).count();
  info_.cpu_s = CpuSeconds() - cpu_start;
  return evaluation;
}

Status BenchRun::Finish(const std::string& results_document) {
  if (folder_.empty()) return Ok{};
  return WriteFileWhole(Path("results.json"), results_document + "\n");
}

}  // namespace wt
