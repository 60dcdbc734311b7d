// SPDX-License-Identifier: Apache-2.0
#include "realcluster/image/app_images.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "realcluster/image/app_behaviour.h"
#include "realcluster/image/oci_archive.h"
#include "realcluster/image/pod_containers.h"

namespace wt {
namespace {

constexpr const char* kProgram = "wavetank-service";
constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// An ELF executable without an interpreter: nothing else of it has to be in the image.
bool IsStatic(const std::string& bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof(header)) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return false;
  for (u32 i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    const u64 at = header.e_phoff + u64{i} * sizeof(part);
    if (at > bytes.size() || bytes.size() - at < sizeof(part)) return false;
    std::memcpy(&part, bytes.data() + at, sizeof(part));
    if (part.p_type == PT_INTERP) return false;
  }
  return true;
}

Result<std::string> ReadProgram(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kEnvironment, path, "cannot be read; expected the program"};
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (IsStatic(bytes)) return bytes;
  return Error{ErrorCode::kInvalidInput, path, "not a static executable"};
}

// Where a command is looked for in an image, without the leading slash; empty for the entry point.
std::string PathOfCommand(const std::string& command, const std::string& working_dir) {
  if (command == "sh") return "bin/sh";
  std::string path = command;
  if (command.find('/') == command.npos) path = "/usr/local/bin/" + command;
  if (path[0] != '/') path = (working_dir.empty() ? "/" : working_dir) + "/" + path;
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    at = end + 1;
  }
  std::string clean;
  for (const std::string& part : parts) clean += (clean.empty() ? "" : "/") + part;
  return clean == kProgram ? "" : clean;
}

std::vector<TarEntry> Base(std::string program) {
  using Kind = TarEntry::Kind;
  return {{Kind::kFile, kProgram, 0755, std::move(program)},
          {Kind::kFile, "etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n"},
          {Kind::kFile, "etc/group", 0644, "root:x:0:\n"},
          {Kind::kFile, "etc/nsswitch.conf", 0644, "hosts: files dns\n"},
          {Kind::kFolder, "tmp", 01777, ""}};
}

// Commands by repository: what one tag can execute, all can (scenarios/build_images.cpp).
std::map<std::string, std::set<std::string>> CommandsOf(const std::vector<PodContainer>& all) {
  std::map<std::string, std::set<std::string>> commands;
  for (const PodContainer& container : all) {
    std::set<std::string>& paths = commands[ImageRepository(container.image)];
    paths.insert("bin/sh");
    std::vector<std::vector<std::string>> run = container.probes;
    run.push_back(container.command);
    for (const std::vector<std::string>& command : run) {
      if (command.empty() || command[0].empty()) continue;
      const std::string path = PathOfCommand(command[0], container.working_dir);
      if (!path.empty()) paths.insert(path);
    }
  }
  return commands;
}

Result<std::string> CommandLayer(const std::set<std::string>& paths) {
  std::vector<TarEntry> entries;
  for (const std::string& path : paths) {
    if (path == "etc/passwd" || path == "etc/group" || path == "etc/nsswitch.conf" ||
        path.starts_with("wavetank/") || path.starts_with(std::string(kProgram) + "/")) {
      return Error{ErrorCode::kInvalidInput, "/" + path, "a command where images hold a file"};
    }
    entries.push_back({TarEntry::Kind::kLink, path, 0777, "/" + std::string(kProgram)});
  }
  return TarOf(std::move(entries));
}

}  // namespace

std::vector<std::string> AppImageNames(const App& app) {
  std::set<std::string> names;
  for (const PodContainer& container : ReadPodContainers(app.manifests)) {
    if (!FullReference(container.image).empty()) names.insert(container.image);
  }
  return {names.begin(), names.end()};
}

Status WriteAppImages(const App& app, const std::string& service_binary, const std::string& out) {
  Result<std::string> program = ReadProgram(service_binary);
  if (!program) return program.error();
  std::vector<TarEntry> base = Base(std::move(*program));
  base.push_back({TarEntry::Kind::kFile, "wavetank/app.json", 0644, AppBehaviourText(app) + "\n"});
  Result<std::string> base_layer = TarOf(std::move(base));
  if (!base_layer) return base_layer.error();
  OciArchive archive;
  archive.layers.push_back(std::move(*base_layer));
  std::map<std::string, std::size_t> layer_of;
  for (const auto& [repository, paths] : CommandsOf(ReadPodContainers(app.manifests))) {
    Result<std::string> layer = CommandLayer(paths);
    if (!layer) return layer.error();
    layer_of[repository] = archive.layers.size();
    archive.layers.push_back(std::move(*layer));
  }
  for (const std::string& name : AppImageNames(app)) {
    const std::string repository = ImageRepository(name);
    OciImage image;
    image.name = name;
    image.layers = {0, layer_of.at(repository)};
    image.entry_point = {"/" + std::string(kProgram)};
    image.environment = {"PATH=" + std::string(kPath), "WAVETANK_IMAGE=" + repository};
    archive.images.push_back(std::move(image));
  }
  return WriteOciArchive(archive, out);
}

Status WritePauseImage(const std::string& service_binary, const std::string& out) {
  Result<std::string> program = ReadProgram(service_binary);
  if (!program) return program.error();
  Result<std::string> layer = TarOf(Base(std::move(*program)));
  if (!layer) return layer.error();
  OciArchive archive;
  archive.layers.push_back(std::move(*layer));
  OciImage image;
  image.name = kPauseImage;
  image.layers = {0};
  image.entry_point = {"/" + std::string(kProgram), "pause"};
  image.environment = {"PATH=" + std::string(kPath)};
  archive.images.push_back(std::move(image));
  return WriteOciArchive(archive, out);
}

Status WriteKillerImages(const std::vector<std::string>& names, const std::string& killer_binary,
                         const std::string& out) {
  Result<std::string> program = ReadProgram(killer_binary);
  if (!program) return program.error();
  OciArchive archive;
  std::vector<TarEntry> base = Base(std::move(*program));
  base[0].path = "usr/local/bin/run";
  Result<std::string> layer = TarOf(std::move(base));
  if (!layer) return layer.error();
  archive.layers.push_back(std::move(*layer));
  for (const std::string& name : names) {
    std::string program_name = ImageRepository(name);
    program_name = program_name.substr(program_name.rfind('/') + 1);
    const std::string path = "usr/local/bin/" + program_name;
    Result<std::string> link = TarOf({{TarEntry::Kind::kLink, path, 0777, "run"}});
    if (!link) return link.error();
    OciImage image;
    image.name = name;
    image.layers = {0, archive.layers.size()};
    image.entry_point = {"/" + path};
    image.environment = {"PATH=" + std::string(kPath)};
    archive.layers.push_back(std::move(*link));
    archive.images.push_back(std::move(image));
  }
  return WriteOciArchive(archive, out);
}

}  // namespace wt
