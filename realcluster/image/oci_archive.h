// SPDX-License-Identifier: Apache-2.0
// Container images without Docker: one tar archive that `ctr images import`, `docker load` and
// `kind load image-archive` take. It is an OCI image layout (image-spec v1.1 image-layout.md:
// oci-layout, index.json, blobs/sha256/) and has Docker's manifest.json and repositories beside it
// (moby image/spec v1.2). Equal content gives equal bytes: times are 0, names sorted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"

namespace wt {

struct TarEntry {
  enum class Kind { kFile, kFolder, kLink };
  Kind kind = Kind::kFile;
  std::string path;  // relative, without a slash at either end
  std::uint32_t mode = 0644;
  std::string content;  // of a file; of a symbolic link its target
};

// POSIX ustar (IEEE 1003.1-2008 pax, ustar interchange format), sorted by path; folders above an
// entry are added. Errors (kInvalidInput): a path twice or below a file, a path or target too long
// for ustar (255 and 100 bytes).
Result<std::string> TarOf(std::vector<TarEntry> entries);

struct OciImage {
  std::string name;                 // as a manifest writes it: mongo:6.0, registry/repo
  std::vector<std::size_t> layers;  // indices into OciArchive::layers, lowest first
  std::vector<std::string> entry_point, environment;
};

struct OciArchive {
  std::vector<std::string> layers;  // tars
  std::vector<OciImage> images;
};

// Written beside `path` first, then renamed. Errors: kInvalidInput for a name that is no image
// reference, kEnvironment when the file cannot be written.
Status WriteOciArchive(const OciArchive& archive, const std::string& path);

// A reference in full as containerd keeps it: docker.io/library/mongo:6.0. Empty when `image` is
// none (github.com/distribution/reference: the grammar of repository, tag, digest).
std::string FullReference(std::string_view image);

// Lower-case hex.
std::string Sha256(std::string_view bytes);

}  // namespace wt
