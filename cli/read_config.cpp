// SPDX-License-Identifier: Apache-2.0
#include "cli/read_config.h"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

Error At(const std::string& path, const YAML::Mark& mark, std::string what) {
  if (mark.is_null()) return Error{ErrorCode::kUsage, path, std::move(what)};
  return Error{ErrorCode::kUsage, fmt::format("{}:{}:{}", path, mark.line + 1, mark.column + 1),
               std::move(what)};
}

Status ReadValue(ConfigFile& file, const std::string& section, const YAML::Node& key,
                 const YAML::Node& value) {
  ConfigEntry entry{.section = section, .key = key.Scalar(), .words = {}, .where = {}};
  entry.where = At(file.path, key.Mark(), "").where;
  if (file.Find(section, entry.key) != nullptr) {
    return At(file.path, key.Mark(), entry.key + ": stands here twice");
  }
  if (value.IsScalar()) {
    entry.words.push_back(value.Scalar());
  } else if (value.IsSequence()) {
    for (const YAML::Node& word : value) {
      if (!word.IsScalar()) {
        return At(file.path, word.Mark(), entry.key + ": expected plain values");
      }
      entry.words.push_back(word.Scalar());
    }
  } else {
    return At(file.path, value.Mark(), entry.key + ": expected a value or a list of values");
  }
  file.entries.push_back(std::move(entry));
  return Ok{};
}

Status ReadMap(ConfigFile& file, const std::string& section, const YAML::Node& map) {
  for (const auto& entry : map) {
    const YAML::Node key = entry.first;
    const YAML::Node value = entry.second;
    if (!key.IsScalar()) return At(file.path, key.Mark(), "expected the name of an option");
    if (section.empty() && value.IsMap()) {
      if (Status read = ReadMap(file, key.Scalar(), value); !read) return read;
      continue;
    }
    if (Status read = ReadValue(file, section, key, value); !read) return read;
  }
  return Ok{};
}

Result<ConfigFile> ReadConfig(const std::filesystem::path& path) {
  Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text) return Error{ErrorCode::kUsage, text.error().where, text.error().what};
  ConfigFile file{.path = path.string(), .entries = {}};
  try {
    const YAML::Node root = YAML::Load(*text);
    if (root.IsNull()) return file;
    if (!root.IsMap()) return At(file.path, root.Mark(), "expected `option: value` lines");
    if (Status read = ReadMap(file, "", root); !read) return read.error();
  } catch (const YAML::Exception& broken) {
    return At(file.path, broken.mark, broken.msg);
  }
  return file;
}

}  // namespace

const ConfigEntry* ConfigFile::Find(std::string_view section, std::string_view key) const {
  for (const ConfigEntry& entry : entries) {
    if (entry.section == section && entry.key == key) return &entry;
  }
  return nullptr;
}

Result<ConfigFile> ReadNearestConfig(const std::filesystem::path& directory) {
  std::error_code ignored;
  for (std::filesystem::path folder = directory;; folder = folder.parent_path()) {
    const std::filesystem::path candidate = folder / "wavetank.yaml";
    if (std::filesystem::exists(candidate, ignored)) return ReadConfig(candidate);
    if (folder == folder.parent_path()) return ConfigFile{};
  }
}

}  // namespace wt
