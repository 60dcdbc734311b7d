// SPDX-License-Identifier: Apache-2.0
// The folder of a bench run: episodes.jsonl grows line by line as episodes finish (append-only,
// one write a line, so that a killed run leaves whole lines and at most one torn last one);
// results.json is written whole at the end. Without a folder nothing is written.
#pragma once

#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/evaluate.h"

namespace wt {

class BenchRun {
 public:
  BenchRun(RunInfo info, const PreparedSuite& suite, std::string folder)
      : info_(std::move(info)), suite_(suite), folder_(std::move(folder)) {}
  ~BenchRun();
  BenchRun(const BenchRun&) = delete;
  BenchRun& operator=(const BenchRun&) = delete;

  RunInfo& info() { return info_; }
  // Makes the folder and holds it until this ends, however it ends. A file system without locks is
  // not refused. Error kEnvironment: another process holds it.
  Status Lock();
  // Episodes of an earlier, interrupted call; refuses one of another suite, agent or rules.
  // An episode that stands there twice is the first one. REQUIRES: Lock.
  Result<std::vector<EpisodeResult>> ReadFinished() const;
  // Makes run.json; with `resume` cuts a torn last line off and goes on.
  Status Open(bool resume);
  // Plays what is left of info()'s seeds: a line in the folder as soon as an episode ends, times
  // into info(). `on_part`: so many episodes more are done; false stops.
  Evaluation Play(const PolicyFactory& agent, std::vector<EpisodeResult> finished,
                  const std::function<bool(u64)>& on_part);
  Status Finish(const std::string& results_document);

 private:
  void Append(std::span<const EpisodeResult> episodes);
  std::string Path(const char* name) const { return folder_ + "/" + name; }

  RunInfo info_;
  const PreparedSuite& suite_;
  std::string folder_;
  std::FILE* episodes_ = nullptr;
  int lock_ = -1;
};

}  // namespace wt
