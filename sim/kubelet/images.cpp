// SPDX-License-Identifier: Apache-2.0
#include "sim/kubelet/images.h"

#include <algorithm>

namespace wt {
namespace {

// The word that holds the bit of (node, image); null beyond the table.
u64* WordOf(World& world, const Blueprint& blueprint, u32 node, u32 image) {
  const TableRef& table = world.header().tables[static_cast<int>(Table::kNodeImages)];
  const u32 word = node * ImageWords(blueprint) + (image - 1) / 64;
  if (word >= table.capacity) return nullptr;
  return reinterpret_cast<u64*>(world.block() + table.offset) + word;
}

bool IsRepositoryCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
         c == '/';
}

bool IsTagCharacter(char c) {
  return IsRepositoryCharacter(c) || (c >= 'A' && c <= 'Z') || c == ':';
}

}  // namespace

u32 FindImage(const Blueprint& blueprint, StrId name) {
  for (std::size_t i = 0; i < blueprint.images.size(); ++i) {
    if (blueprint.images[i].name == name) return static_cast<u32>(i + 1);
  }
  return 0;
}

bool NodeHasImage(const Sim& sim, u32 node, u32 image) {
  if (image == 0) return false;
  const u64* word = WordOf(sim.world, sim.blueprint, node, image);
  return word != nullptr && (*word >> ((image - 1) % 64) & 1) != 0;
}

void AddNodeImage(Sim& sim, u32 node, u32 image) {
  u64* word = WordOf(sim.world, sim.blueprint, node, image);
  if (word != nullptr) *word |= u64{1} << ((image - 1) % 64);
}

bool IsValidImageName(std::string_view name) {
  const std::size_t last = name.rfind('/');
  const std::size_t colon = name.find_first_of(":@", last == std::string_view::npos ? 0 : last);
  std::string_view repository = name.substr(0, colon);
  const std::size_t first = repository.find('/');
  const std::string_view host =
      first == std::string_view::npos ? std::string_view() : repository.substr(0, first);
  if (host.find_first_of(".:") != std::string_view::npos || host == "localhost") {
    repository = repository.substr(first + 1);
  }
  if (repository.empty() || repository.front() == '/' || repository.back() == '/') return false;
  if (repository.find("//") != std::string_view::npos) return false;
  if (!std::all_of(repository.begin(), repository.end(), IsRepositoryCharacter)) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view tag = name.substr(colon + 1);
  if (tag.empty() || tag.front() == ':' || tag.front() == '.' || tag.front() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), IsTagCharacter) &&
         tag.find('/') == std::string_view::npos;
}

bool CanExecute(const Image& image, StrId command) {
  const auto& known = image.executables;
  return known.empty() || std::find(known.begin(), known.end(), command) != known.end();
}

}  // namespace wt
