// SPDX-License-Identifier: Apache-2.0
#include "learners/checkpoint_file.h"

#include <fmt/format.h>

#include <cstring>

#include "sim/api/file_io.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

constexpr char kMagic[] = "WTCHECK2";
constexpr std::size_t kBytesMax = 256u << 20;

struct Head {
  char magic[8];
  u32 network, width, blind, reserved;
  u64 next_update, config_hash, episodes, decisions;
  f64 cpu_s;
  u64 adam_steps, parameters, returns;
};
static_assert(sizeof(Head) == 88);

void Put(std::string& out, const std::vector<f32>& values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(f32));
}

void Take(const std::string& bytes, std::size_t& at, u64 count, std::vector<f32>& values) {
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), bytes.data() + at, count * sizeof(f32));
  at += count * sizeof(f32);
}

std::string_view NetworkName(u32 network) {
  switch (static_cast<NetworkKind>(network)) {
    case NetworkKind::kCluster: return "cluster";
    case NetworkKind::kCartPole: return "cartpole";
  }
  return "an unknown environment";
}

}  // namespace

Error UnusableCheckpoint(const std::string& path, const std::string& what) {
  return {ErrorCode::kUsage, path, "not a usable checkpoint: " + what +
                                       "; put a whole copy of it back, or begin anew with another "
                                       "--out"};
}

Status WriteSavedRun(const SavedRun& run, const std::string& path) {
  Head head{};
  std::memcpy(head.magic, kMagic, 8);
  head.network = static_cast<u32>(run.network);
  head.width = run.width;
  head.blind = run.blind ? 1 : 0;
  head.next_update = run.next_update;
  head.config_hash = run.config_hash;
  head.episodes = run.episodes;
  head.decisions = run.decisions;
  head.cpu_s = run.cpu_s;
  head.adam_steps = run.optimizer.steps;
  head.parameters = run.parameters.size();
  head.returns = run.returns.size();
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  for (const auto* values : {&run.parameters, &run.optimizer.mean, &run.optimizer.square,
                             &run.returns}) {
    Put(bytes, *values);
  }
  const u64 checksum = HashBytes(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return WriteFileWhole(path, bytes);
}

Result<SavedRun> ReadSavedRun(const std::string& path, NetworkKind network) {
  const Result<std::string> read = ReadFile(path, kBytesMax);
  if (!read) {
    return Error{ErrorCode::kEnvironment, path, "no such checkpoint: " + read.error().what};
  }
  const std::string& bytes = *read;
  Head head{};
  if (bytes.size() < sizeof(head) + sizeof(u64)) {
    return UnusableCheckpoint(path, "it is too short");
  }
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (std::memcmp(head.magic, kMagic, 8) != 0) {
    return UnusableCheckpoint(path, "it does not start with WTCHECK2");
  }
  u64 stored = 0;
  const std::size_t end = bytes.size() - sizeof(u64);
  std::memcpy(&stored, bytes.data() + end, sizeof(stored));
  if (stored != HashBytes(bytes.data(), end)) {
    return UnusableCheckpoint(path, "its checksum does not fit");
  }
  if (head.network != static_cast<u32>(network)) {
    return Error{ErrorCode::kUsage, path,
                 fmt::format("not a usable checkpoint: it is of --env {}, not {}; give the flags "
                             "of run.json beside it, or another --out",
                             NetworkName(head.network), NetworkName(static_cast<u32>(network)))};
  }
  const std::size_t floats = (end - sizeof(head)) / sizeof(f32);
  if (head.parameters > floats || head.returns > floats ||
      sizeof(head) + (3 * head.parameters + head.returns) * sizeof(f32) != end) {
    return UnusableCheckpoint(path, "its counts do not fit its size");
  }
  SavedRun run;
  run.network = network;
  run.width = head.width;
  run.blind = head.blind != 0;
  run.next_update = head.next_update;
  run.config_hash = head.config_hash;
  run.episodes = head.episodes;
  run.decisions = head.decisions;
  run.cpu_s = head.cpu_s;
  run.optimizer.steps = head.adam_steps;
  std::size_t at = sizeof(head);
  Take(bytes, at, head.parameters, run.parameters);
  Take(bytes, at, head.parameters, run.optimizer.mean);
  Take(bytes, at, head.parameters, run.optimizer.square);
  Take(bytes, at, head.returns, run.returns);
  return run;
}

u64 HashSavedRun(const SavedRun& run) {
  u64 hash = run.next_update ^ run.optimizer.steps << 32;
  for (const auto* values : {&run.parameters, &run.optimizer.mean, &run.optimizer.square,
                             &run.returns}) {
    hash = HashBytes(values->data(), values->size() * sizeof(f32), hash);
  }
  return hash;
}

}  // namespace wt
