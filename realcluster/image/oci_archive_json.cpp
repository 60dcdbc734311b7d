// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "realcluster/image/oci_archive.h"

namespace wt {
namespace {

using Json = nlohmann::json;

constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr const char* kLayerType = "application/vnd.oci.image.layer.v1.tar";
constexpr const char* kCreated = "1970-01-01T00:00:00Z";

struct Blobs {
  std::map<std::string, std::string> by_hash;

  // A descriptor (image-spec descriptor.md).
  Json Add(const std::string& bytes, const char* type) {
    const std::string hash = Sha256(bytes);
    by_hash[hash] = bytes;
    return {{"mediaType", type}, {"digest", "sha256:" + hash}, {"size", bytes.size()}};
  }
};

// This machine's, as GOARCH: the binary inside was made for it.
std::string Architecture() {
  utsname name{};
  uname(&name);
  const std::string machine = name.machine;
  return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

std::string BlobPath(const Json& descriptor) {
  return "blobs/sha256/" + descriptor.at("digest").get<std::string>().substr(7);
}

Json ConfigOf(const OciImage& image, const std::vector<Json>& layers) {
  Json diff_ids = Json::array(), history = Json::array();
  for (const Json& layer : layers) {
    diff_ids.push_back(layer.at("digest"));  // not compressed, so its hash is the content's
    history.push_back({{"created", kCreated}, {"created_by", "wavetank"}});
  }
  Json run = {{"WorkingDir", "/"}, {"Env", image.environment}};
  run["Entrypoint"] = image.entry_point;
  const Json root = {{"type", "layers"}, {"diff_ids", diff_ids}};
  return {{"architecture", Architecture()}, {"os", "linux"},      {"created", kCreated},
          {"config", run},                  {"history", history}, {"rootfs", root}};
}

// "repo:tag" as Docker writes it; empty for a reference by digest, which it cannot load.
std::string RepoTag(const OciImage& image) {
  if (image.name.find('@') != image.name.npos) return "";
  const std::size_t slash = image.name.rfind('/');
  const bool tagged = image.name.find(':', slash == image.name.npos ? 0 : slash) != image.name.npos;
  return tagged ? image.name : image.name + ":latest";
}

struct Documents {
  Json index = {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
  Json docker = Json::array();
  Json repositories = Json::object();
};

void AddImage(const OciImage& image, const std::vector<Json>& all_layers, Blobs& blobs,
              Documents& documents) {
  std::vector<Json> layers;
  Json layer_paths = Json::array();
  for (const std::size_t layer : image.layers) {
    layers.push_back(all_layers[layer]);
    layer_paths.push_back(BlobPath(all_layers[layer]));
  }
  const Json config = blobs.Add(ConfigOf(image, layers).dump(), kConfigType);
  const Json manifest = {{"schemaVersion", 2},
                         {"mediaType", kManifestType},
                         {"config", config},
                         {"layers", layers}};
  Json entry = blobs.Add(manifest.dump(), kManifestType);
  const std::string full = FullReference(image.name);
  const std::size_t colon = full.rfind(':');
  entry["platform"] = {{"architecture", Architecture()}, {"os", "linux"}};
  entry["annotations"] = {{"io.containerd.image.name", full},
                          {"org.opencontainers.image.ref.name", full.substr(colon + 1)}};
  documents.index["manifests"].push_back(entry);
  const std::string tag = RepoTag(image);
  Json tags = Json::array();
  if (!tag.empty()) tags.push_back(tag);
  documents.docker.push_back(
      {{"Config", BlobPath(config)}, {"RepoTags", tags}, {"Layers", layer_paths}});
  if (tag.empty() || layers.empty()) return;
  const std::size_t split = tag.rfind(':');
  documents.repositories[tag.substr(0, split)][tag.substr(split + 1)] =
      layers.back().at("digest").get<std::string>().substr(7);
}

Status WriteFile(const std::string& bytes, const std::string& path) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(part, path, failed);
  if (file && !failed) return Ok{};
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  return Error{ErrorCode::kEnvironment, path, "cannot be written"};
}

}  // namespace

Status WriteOciArchive(const OciArchive& archive, const std::string& path) {
  Blobs blobs;
  std::vector<Json> layers;
  for (const std::string& layer : archive.layers) layers.push_back(blobs.Add(layer, kLayerType));
  Documents documents;
  for (const OciImage& image : archive.images) {
    if (FullReference(image.name).empty()) {
      return Error{ErrorCode::kInvalidInput, image.name, "no image reference"};
    }
    AddImage(image, layers, blobs, documents);
  }
  std::vector<TarEntry> entries;
  for (auto& [hash, bytes] : blobs.by_hash) {
    entries.push_back({TarEntry::Kind::kFile, "blobs/sha256/" + hash, 0644, std::move(bytes)});
  }
  const auto add = [&entries](const char* name, const Json& document) {
    entries.push_back({TarEntry::Kind::kFile, name, 0644, document.dump()});
  };
  add("oci-layout", {{"imageLayoutVersion", "1.0.0"}});
  add("index.json", documents.index);
  add("manifest.json", documents.docker);
  add("repositories", documents.repositories);
  const Result<std::string> tar = TarOf(std::move(entries));
  if (!tar) return tar.error();
  return WriteFile(*tar, path);
}

}  // namespace wt
