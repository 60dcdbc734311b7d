// SPDX-License-Identifier: Apache-2.0
// Layout: "WTCHECK1", u32 width, u32 blind, u64 next_update, config_hash, episodes, decisions,
// f64 cpu_s, u64 adam steps, weights, means, squares (floats in file order), u64 checksum.
#include "learners/checkpoint.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace wt {
namespace {

constexpr char kMagic[9] = "WTCHECK1";
constexpr std::size_t kBytesMax = 256u << 20;

struct Fixed {
  char magic[8];
  u32 width, blind;
  u64 next_update, config_hash, episodes, decisions;
  f64 cpu_s;
  u64 adam_steps;
};

void PutFloats(std::string& out, const std::vector<f32>& values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(f32));
}

bool TakeFloats(const std::string& bytes, std::size_t& at, std::vector<f32>& values) {
  const std::size_t size = values.size() * sizeof(f32);
  if (at + size > bytes.size()) return false;
  std::memcpy(values.data(), bytes.data() + at, size);
  at += size;
  return true;
}

Error Damaged(const std::string& path, const char* what) {
  return {ErrorCode::kUsage, path, std::string("not a usable checkpoint: ") + what};
}

}  // namespace

Status SaveCheckpoint(const Checkpoint& c, const std::string& path) {
  Fixed fixed{};
  std::memcpy(fixed.magic, kMagic, 8);
  fixed.width = c.weights.width;
  fixed.blind = c.weights.blind ? 1 : 0;
  fixed.next_update = c.next_update;
  fixed.config_hash = c.config_hash;
  fixed.episodes = c.episodes;
  fixed.decisions = c.decisions;
  fixed.cpu_s = c.cpu_s;
  fixed.adam_steps = c.optimizer.steps;
  std::string bytes(reinterpret_cast<const char*>(&fixed), sizeof(fixed));
  for (const auto& layer : c.weights.layers) PutFloats(bytes, layer);
  PutFloats(bytes, c.optimizer.mean);
  PutFloats(bytes, c.optimizer.square);
  const u64 checksum = XXH3_64bits(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));

  const std::string beside = path + ".tmp";
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  if (file == nullptr) return Error{ErrorCode::kEnvironment, path, "cannot be written"};
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() &&
                       std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed || std::rename(beside.c_str(), path.c_str()) != 0) {
    std::remove(beside.c_str());
    return Error{ErrorCode::kEnvironment, path, "cannot be written; is the disk full?"};
  }
  return Ok{};
}

Result<Checkpoint> LoadCheckpoint(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return Error{ErrorCode::kEnvironment, path, "no such checkpoint"};
  std::string bytes(kBytesMax + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  Fixed fixed{};
  if (bytes.size() < sizeof(fixed) + sizeof(u64)) return Damaged(path, "it is too short");
  u64 stored = 0;
  const std::size_t end = bytes.size() - sizeof(u64);
  std::memcpy(&stored, bytes.data() + end, sizeof(stored));
  if (stored != XXH3_64bits(bytes.data(), end)) return Damaged(path, "its checksum does not fit");
  bytes.resize(end);
  std::memcpy(&fixed, bytes.data(), sizeof(fixed));
  if (std::memcmp(fixed.magic, kMagic, 8) != 0) return Damaged(path, "it is of another format");
  if (fixed.width == 0 || fixed.width > 512) return Damaged(path, "an impossible width");

  Checkpoint c{NetworkWeights(fixed.width), {}, fixed.next_update, fixed.config_hash,
               fixed.episodes, fixed.decisions, fixed.cpu_s};
  c.weights.blind = fixed.blind != 0;
  c.optimizer.steps = fixed.adam_steps;
  c.optimizer.mean.resize(c.weights.Parameters());
  c.optimizer.square.resize(c.weights.Parameters());
  std::size_t at = sizeof(fixed);
  bool fits = true;
  for (auto& layer : c.weights.layers) fits = fits && TakeFloats(bytes, at, layer);
  fits = fits && TakeFloats(bytes, at, c.optimizer.mean);
  fits = fits && TakeFloats(bytes, at, c.optimizer.square);
  if (!fits || at != bytes.size()) {
    return Damaged(path, "its network has other features or moves than this build");
  }
  return c;
}

u64 HashCheckpoint(const Checkpoint& c) {
  u64 hash = c.next_update;
  const auto add = [&](const std::vector<f32>& values) {
    hash = XXH3_64bits_withSeed(values.data(), values.size() * sizeof(f32), hash);
  };
  for (const auto& layer : c.weights.layers) add(layer);
  add(c.optimizer.mean);
  add(c.optimizer.square);
  return hash;
}

}  // namespace wt
