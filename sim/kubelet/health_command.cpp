// SPDX-License-Identifier: Apache-2.0
#include "sim/kubelet/health_command.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "sim/kubelet/images.h"

namespace wt {
namespace {

// Programs that are known beyond the app's own manifests.
struct HealthProgram {
  std::string_view name;   // without its folder
  std::string_view image;  // part of the repository of the images that have it; empty: all
  bool succeeds;           // where the process serves
  bool takes_address;      // with options for a host or port it may ask another process
};
constexpr HealthProgram kPrograms[] = {
    {"true", "", true, false},    // POSIX: does nothing, status 0
    {":", "", true, false},       // the shell's own word for it
    {"false", "", false, false},  // POSIX: does nothing, status 1
    {"redis-cli", "redis", true, true},     // clients that come with their server: `redis-cli
    {"pg_isready", "postgres", true, true}, // ping`, `mongo --eval ...`; a server that serves
    {"mongo", "mongo", true, true},         // answers them
    {"mongosh", "mongo", true, true},
    {"mysqladmin", "mysql", true, true},
    {"mysqladmin", "mariadb", true, true},
};
constexpr std::string_view kAddressOptions[] = {"-p", "-h", "--port", "--host", "-u", "-s"};
constexpr std::string_view kJoins = ";|&$`()<>\\\"'";  // of scripts that are more than one command
constexpr std::string_view kFolders[] = {"", "/bin/", "/usr/bin/", "/usr/local/bin/"};
constexpr std::string_view kShells[] = {"sh", "bash", "ash", "dash"};

struct Words {
  std::array<std::string_view, 8> items;  // more are not looked at
  u32 count = 0;

  void Add(std::string_view word) {
    if (!word.empty() && count < items.size()) items[count++] = word;
  }
  std::span<const std::string_view> All() const { return {items.data(), count}; }
};

// Of a canonical JSON array of strings. A word with escapes stays as written: it is no known one.
Words WordsOfArray(std::string_view text) {
  Words out;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string_view::npos;) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    out.Add(text.substr(at + 1, std::min(end, text.size()) - at - 1));
    at = end + 1;
  }
  return out;
}

Words WordsOfScript(std::string_view text) {
  Words out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.Add(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 = 0
}

// A program's name where programs lie; empty for a path elsewhere.
std::string_view ProgramName(std::string_view path) {
  const std::string_view name = BaseName(path);
  const std::string_view folder = path.substr(0, path.size() - name.size());
  return std::ranges::find(kFolders, folder) == std::end(kFolders) ? std::string_view() : name;
}

bool TakesAddress(std::span<const std::string_view> arguments) {
  return std::ranges::any_of(arguments, [](std::string_view argument) {
    return std::ranges::any_of(kAddressOptions, [&](std::string_view option) {
      return argument.starts_with(option);
    });
  });
}

// A program that is not there cannot be started; a shell that is asked for it says 127.
ProbeAnswer Run(std::span<const std::string_view> words, std::string_view repo, bool in_shell) {
  const ProbeAnswer unknown = in_shell ? ProbeAnswer::kFailure : ProbeAnswer::kError;
  if (words.empty()) return unknown;
  const std::string_view name = ProgramName(words[0]);
  if (in_shell && words[0] == "exit") {
    return words.size() == 1 || words[1] == "0" ? ProbeAnswer::kSuccess : ProbeAnswer::kFailure;
  }
  if (std::ranges::find(kShells, name) != std::end(kShells)) {
    const bool one_command = words.size() == 3 && words[1] == "-c" &&
                             words[2].find_first_of(kJoins) == std::string_view::npos;
    return one_command ? Run(WordsOfScript(words[2]).All(), repo, true) : ProbeAnswer::kFailure;
  }
  for (const HealthProgram& program : kPrograms) {
    if (program.name != name || repo.find(program.image) == std::string_view::npos) continue;
    if (program.name == ":" && !in_shell) continue;
    const bool asks_itself = !program.takes_address || !TakesAddress(words.subspan(1));
    return program.succeeds && asks_itself ? ProbeAnswer::kSuccess : ProbeAnswer::kFailure;
  }
  return unknown;
}

template <class T>
bool Contains(const std::vector<T>& values, T value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

ProbeAnswer RunHealthCommand(const Sim& sim, StrId image, StrId command) {
  const u32 known = FindImage(sim.blueprint, image);
  if (known == 0) return ProbeAnswer::kSuccess;
  const Image& row = sim.blueprint.images[known - 1];
  if (Contains(row.health_commands, command)) return ProbeAnswer::kSuccess;
  return Run(WordsOfArray(sim.Text(command)).All(), BaseName(sim.Text(row.repo)), false);
}

bool SpeaksGrpc(const Sim& sim, StrId image, u16 port) {
  const u32 known = FindImage(sim.blueprint, image);
  return known == 0 || Contains(sim.blueprint.images[known - 1].grpc_ports, port);
}

}  // namespace wt
