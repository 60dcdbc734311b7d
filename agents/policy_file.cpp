// SPDX-License-Identifier: Apache-2.0
#include "agents/policy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr char kMagic[8] = {'W', 'T', 'P', 'O', 'L', 'I', 'C', 'Y'};
constexpr u32 kFormat = 1;
constexpr u32 kWidthMax = 512;
constexpr std::size_t kBytesMax = 64u << 20;

u64 Checksum(const std::string& bytes, std::size_t count) {
  u64 hash = 0xcbf29ce484222325ULL;
  for (std::size_t i = 0; i < count; ++i) {
    hash = (hash ^ static_cast<u8>(bytes[i])) * 0x100000001b3ULL;
  }
  return hash;
}

template <class T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class T>
bool Take(const std::string& bytes, std::size_t& at, T& value) {
  if (at + sizeof(T) > bytes.size()) return false;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  at += sizeof(T);
  return true;
}

Error Damaged(const std::string& path, const std::string& what) {
  return {ErrorCode::kUsage, path,
          "not a usable policy file: " + what + "; copy it anew, or train it again"};
}

}  // namespace

Status SavePolicy(const NetworkWeights& weights, const std::string& path) {
  std::string bytes(kMagic, sizeof(kMagic));
  Put(bytes, kFormat);
  Put(bytes, weights.width);
  Put(bytes, static_cast<u32>(weights.blind));
  Put(bytes, static_cast<u32>(kLayers));
  for (int l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), weights.width);
    Put(bytes, shape.in);
    Put(bytes, shape.out);
    const auto& layer = weights.layers[static_cast<std::size_t>(l)];
    bytes.append(reinterpret_cast<const char*>(layer.data()), layer.size() * sizeof(f32));
  }
  Put(bytes, Checksum(bytes, bytes.size()));
  return WriteFileWhole(path, bytes);
}

Result<NetworkWeights> LoadPolicy(const std::string& path) {
  const Result<std::string> read = ReadFile(path, kBytesMax);
  if (!read) return read.error();
  const std::string& bytes = *read;
  if (bytes.size() < sizeof(kMagic) + 24 || std::memcmp(bytes.data(), kMagic, 8) != 0) {
    return Damaged(path, "it does not start with WTPOLICY");
  }
  u64 stored = 0;
  std::size_t end = bytes.size() - sizeof(u64);
  std::memcpy(&stored, bytes.data() + end, sizeof(stored));
  if (stored != Checksum(bytes, end)) return Damaged(path, "its checksum does not fit");

  std::size_t at = sizeof(kMagic);
  u32 format = 0, width = 0, blind = 0, layers = 0;
  Take(bytes, at, format);
  Take(bytes, at, width);
  Take(bytes, at, blind);
  Take(bytes, at, layers);
  if (format != kFormat) {
    return Damaged(path, fmt::format("format {}, this build reads {}", format, kFormat));
  }
  if (width == 0 || width > kWidthMax || layers != static_cast<u32>(kLayers)) {
    return Damaged(path, fmt::format("{} layers of width {}, this build has {} of up to {}",
                                     layers, width, kLayers, kWidthMax));
  }
  NetworkWeights weights(width);
  weights.blind = blind != 0;
  for (int l = 0; l < kLayers; ++l) {
    const LayerShape want = ShapeOf(static_cast<Layer>(l), width);
    LayerShape have;
    if (!Take(bytes, at, have.in) || !Take(bytes, at, have.out) || have.in != want.in ||
        have.out != want.out) {
      return Damaged(path, fmt::format("layer {} is {} x {}, this build's features and moves "
                                       "need {} x {}",
                                       LayerName(static_cast<Layer>(l)), have.in, have.out,
                                       want.in, want.out));
    }
    auto& layer = weights.layers[static_cast<std::size_t>(l)];
    if (at + layer.size() * sizeof(f32) > end) return Damaged(path, "it ends too early");
    std::memcpy(layer.data(), bytes.data() + at, layer.size() * sizeof(f32));
    at += layer.size() * sizeof(f32);
    if (!std::ranges::all_of(layer, [](f32 x) { return std::isfinite(x); })) {
      return Damaged(path, fmt::format("layer {} holds a number that is not finite",
                                       LayerName(static_cast<Layer>(l))));
    }
  }
  if (at != end) return Damaged(path, fmt::format("{} bytes too many", end - at));
  return weights;
}

}  // namespace wt
