// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "realcluster/image/oci_archive.h"

namespace wt {
namespace {

constexpr std::size_t kBlock = 512, kNameMax = 100, kPrefixMax = 155;

// Where fields stand in a header block.
struct Header {
  char bytes[kBlock] = {};

  void Text(std::size_t at, std::string_view text) {
    std::memcpy(bytes + at, text.data(), text.size());
  }
  void Octal(std::size_t at, std::size_t digits, std::uint64_t value) {
    Text(at, fmt::format("{:0{}o}", value, digits));
  }
};

Error Bad(const std::string& path, const std::string& what) {
  return {ErrorCode::kInvalidInput, path, what};
}

// Splits at a slash so that both parts fit.
bool SetPath(const std::string& path, Header& header) {
  if (path.size() <= kNameMax) {
    header.Text(0, path);
    return true;
  }
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::size_t rest = path.size() - slash - 1;
    if (slash > kPrefixMax || rest > kNameMax || rest == 0) continue;
    header.Text(345, path.substr(0, slash));
    header.Text(0, path.substr(slash + 1));
    return true;
  }
  return false;
}

Status Append(const TarEntry& entry, std::string& tar) {
  Header header;
  const bool folder = entry.kind == TarEntry::Kind::kFolder;
  const bool link = entry.kind == TarEntry::Kind::kLink;
  if (!SetPath(folder ? entry.path + "/" : entry.path, header)) {
    return Bad(entry.path, "path too long for an image");
  }
  if (link && entry.content.size() > kNameMax) return Bad(entry.path, "link target too long");
  std::string_view content;
  if (entry.kind == TarEntry::Kind::kFile) content = entry.content;
  header.Octal(100, 7, entry.mode);
  header.Octal(108, 7, 0);  // owner and group: root
  header.Octal(116, 7, 0);
  header.Octal(124, 11, content.size());
  header.Octal(136, 11, 0);  // time
  header.Text(148, "        ");
  header.bytes[156] = folder ? '5' : link ? '2' : '0';
  if (link) header.Text(157, entry.content);
  header.Text(257, "ustar");
  header.Text(263, "00");
  unsigned sum = 0;
  for (const char byte : header.bytes) sum += static_cast<unsigned char>(byte);
  header.Text(148, fmt::format("{:06o}", sum));
  header.bytes[154] = '\0';
  tar.append(header.bytes, kBlock);
  tar.append(content);
  tar.append((kBlock - content.size() % kBlock) % kBlock, '\0');
  return Ok{};
}

}  // namespace

Result<std::string> TarOf(std::vector<TarEntry> entries) {
  std::map<std::string, TarEntry> by_path;
  for (TarEntry& entry : entries) {
    const std::string path = entry.path;
    const auto [at, is_new] = by_path.emplace(path, std::move(entry));
    if (!is_new) return Bad(path, "two things at one path of an image");
  }
  std::map<std::string, TarEntry> folders;
  for (const auto& [path, entry] : by_path) {
    for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/', end + 1)) {
      const std::string above = path.substr(0, end);
      const auto known = by_path.find(above);
      if (known == by_path.end()) {
        folders[above] = {TarEntry::Kind::kFolder, above, 0755, ""};
      } else if (known->second.kind != TarEntry::Kind::kFolder) {
        return Bad(path, "below a path that is a file of the image");
      }
    }
  }
  by_path.merge(folders);
  std::string tar;
  for (const auto& [path, entry] : by_path) {
    if (Status appended = Append(entry, tar); !appended) return appended.error();
  }
  tar.append(2 * kBlock, '\0');
  return tar;
}

}  // namespace wt
