// SPDX-License-Identifier: Apache-2.0
#include "scenarios/load_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "scenarios/nearest.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr YamlLimits kLimits{.bytes_max = 1u << 20, .values_max = 10'000};
constexpr f64 kDelayMaxMs = 3'600'000;
constexpr size_t kLineMax = 100;
constexpr size_t kKeyWidth = 16;

std::vector<std::string> DelayNames() {
  std::vector<std::string> names;
  for (const TimingField& field : kTimingFields) names.emplace_back(field.name);
  return names;
}

// A number in range; `ok` is cleared, with a complaint, when it is missing or none.
f32 ReadMs(const Field& delay, const char* name, bool& ok) {
  const Field field = delay[name];
  if (!field.present()) {
    delay.FailAtKey(std::string("has no ") + name + "; expected milliseconds");
    ok = false;
    return 0;
  }
  if (!field.IsNumber() || !(field.Number() >= 0 && field.Number() <= kDelayMaxMs)) {
    field.Fail("not a delay; expected milliseconds from 0 to 3600000");
    ok = false;
    return 0;
  }
  return static_cast<f32>(field.Number());
}

void ReadDelay(const Field& field, Delay& delay) {
  static const std::string kKeys[] = {"median_ms", "p99_ms", "from"};
  if (!field.ExpectMap(kKeys)) return;
  bool ok = true;
  const Delay read{ReadMs(field, "median_ms", ok), ReadMs(field, "p99_ms", ok)};
  if (ok && read.p99_ms < read.median_ms) {
    field["p99_ms"].Fail("below median_ms; expected at least as much");
    ok = false;
  }
  if (!field["from"].present()) {
    field.FailAtKey("says not where it comes from; expected from: a text");
  }
  if (ok) delay = read;
}

void ReadSpec(const Field& field, TimingProfile& profile) {
  static const std::string kKeys[] = {"about", "delays"};
  if (!field.ExpectMap(kKeys)) return;
  const Field about = field["about"];
  if (about.present() && about.ExpectMap()) {
    for (const std::string& key : about.Keys()) profile.about[key] = about[key].Text();
  }
  const Field delays = field["delays"];
  const std::vector<std::string> names = DelayNames();
  if (!delays.present()) return field.FailAtKey("has no delays; expected delays: {watch: ...}");
  if (!delays.ExpectMap(names)) return;
  for (const TimingField& known : kTimingFields) {
    const Field delay = delays[known.name];
    if (!delay.present()) continue;
    ReadDelay(delay, profile.timing.*known.delay);
    profile.from[known.name] = delay["from"].Text();
  }
}

void ExpectExactly(const Field& field, const std::string& word) {
  const std::string words[] = {word};
  if (!field.present()) return field.Fail("missing; expected " + word);
  field.Word(field.name(), words, 0);
}

TimingProfile ReadProfile(const Field& root) {
  static const std::string kKeys[] = {"apiVersion", "kind", "metadata", "spec"};
  static const std::string kMetadataKeys[] = {"name"};
  TimingProfile profile;
  if (!root.ExpectMap(kKeys)) return profile;
  ExpectExactly(root["apiVersion"], "wavetank.dev/v1");
  ExpectExactly(root["kind"], "TimingProfile");
  const Field metadata = root["metadata"];
  if (metadata.ExpectMap(kMetadataKeys)) {
    profile.name = metadata["name"].Text();
    if (!metadata["name"].present()) metadata["name"].Fail("missing; expected a name");
  }
  ReadSpec(root["spec"], profile);
  return profile;
}

std::vector<std::string> ProfileNames(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A double-quoted scalar, folded so that no line is long.
std::string Quoted(const std::string& text, size_t indent) {
  std::string out = "\"";
  size_t column = indent + kKeyWidth;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    std::string word;
    for (const char c : text.substr(at, end - at)) {
      if (c == '"' || c == '\\') word += '\\';
      word += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    if (at > 0 && column + word.size() + 2 > kLineMax) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (at > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    at = end + 1;
  }
  return out + "\"";
}

}  // namespace

Result<TimingProfile> LoadProfile(const std::string& path) {
  const auto documents = ReadYamlFile(path, kLimits);
  if (!documents) return documents.error();
  if (documents->size() != 1) {
    return Error{ErrorCode::kInvalidInput, path, "expected one document of kind TimingProfile"};
  }
  std::vector<Error> errors;
  TimingProfile profile = ReadProfile(Field(documents->front(), errors));
  if (!errors.empty()) return JoinErrors(errors);
  return profile;
}

std::string ProfileText(const TimingProfile& profile) {
  std::string out = "# SPDX-License-Identifier: Apache-2.0\napiVersion: wavetank.dev/v1\n";
  out += fmt::format("kind: TimingProfile\nmetadata: {{name: {}}}\nspec:\n",
                     Quoted(profile.name, 0));
  if (!profile.about.empty()) out += "  about:\n";
  for (const auto& [key, value] : profile.about) {
    out += fmt::format("    {}: {}\n", key, Quoted(value, 6));
  }
  out += "  delays:\n";
  for (const TimingField& field : kTimingFields) {
    const auto from = profile.from.find(field.name);
    if (from == profile.from.end()) continue;
    const Delay& delay = profile.timing.*field.delay;
    out += fmt::format("    {}:\n      median_ms: {}\n      p99_ms: {}\n      from: {}\n",
                       field.name, delay.median_ms, delay.p99_ms, Quoted(from->second, 8));
  }
  return out;
}

TimingProfile ReadNamedProfile(const Field& field, const std::string& profiles_dir) {
  const std::string written = field.Text();
  const std::vector<std::string> names = ProfileNames(profiles_dir);
  TimingProfile none;
  none.name = written;
  if (written.empty()) {
    if (field.IsString()) field.FailWord("timing profile", names);
    return none;
  }
  const bool bare = written.find_first_of("/.") == std::string::npos;
  std::vector<fs::path> candidates;
  if (bare) candidates = {fs::path(profiles_dir) / (written + ".yaml")};
  else candidates = {fs::path(field.file()).parent_path() / written, written};
  for (const fs::path& candidate : candidates) {
    std::error_code ignored;
    if (!fs::is_regular_file(candidate, ignored)) continue;
    Result<TimingProfile> profile = LoadProfile(candidate.string());
    if (profile) return std::move(*profile);
    field.errors().push_back(profile.error());
    return none;
  }
  if (bare) {
    field.FailWord("timing profile", names);
  } else {
    field.Fail("no timing profile \"" + written + "\"; expected " + JoinWords(names) +
               " or a path to a file of kind TimingProfile");
  }
  return none;
}

}  // namespace wt
