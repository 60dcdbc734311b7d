// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "realcluster/image/oci_archive.h"
#include "sim/api/check.h"

namespace wt {
namespace {

bool IsLower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsWord(char c) { return IsLower(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

// Lower-case letters and digits, between them one of . _ __ or dashes.
bool IsComponent(std::string_view text) {
  if (text.empty() || !IsLower(text.front()) || !IsLower(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (IsLower(text[i])) {
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < text.size() && !IsLower(text[i])) ++i;
    const std::string_view between = text.substr(from, i - from);
    const bool dashes = between.find_first_not_of('-') == between.npos;
    if (!dashes && between != "." && between != "_" && between != "__") return false;
  }
  return true;
}

bool IsHost(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != first.npos;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return IsWord(c) || c == '.' || c == '-' || c == ':';
  });
}

bool IsTag(std::string_view tag) {
  if (tag.empty() || tag.size() > 128 || !IsWord(tag.front())) return false;
  return std::all_of(tag.begin(), tag.end(),
                     [](char c) { return IsWord(c) || c == '.' || c == '-'; });
}

bool IsDigest(std::string_view digest) {
  return digest.starts_with("sha256:") && digest.size() == 7 + 64 &&
         digest.find_first_not_of("0123456789abcdef", 7) == digest.npos;
}

bool ArePathComponents(std::string_view path) {
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (!IsComponent(path.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

std::string FullReference(std::string_view image) {
  const std::size_t at = image.find('@');
  const std::string_view digest = at == image.npos ? "" : image.substr(at + 1);
  std::string_view rest = image.substr(0, at);
  const std::size_t slash = rest.rfind('/');
  const std::size_t colon = rest.find(':', slash == rest.npos ? 0 : slash);
  const bool tagged = colon != rest.npos;
  const std::string_view tag = tagged ? rest.substr(colon + 1) : "";
  rest = rest.substr(0, colon);
  const std::size_t first = rest.find('/');
  const bool has_host = first != rest.npos && IsHost(rest.substr(0, first));
  const std::string_view path = has_host ? rest.substr(first + 1) : rest;
  if (has_host && !IsHostName(rest.substr(0, first))) return "";
  if (!ArePathComponents(path) || rest.size() > 255) return "";
  if (tagged && !IsTag(tag)) return "";
  if (at != image.npos && !IsDigest(digest)) return "";
  std::string full = has_host ? std::string(rest)
                              : "docker.io/" + std::string(first == rest.npos ? "library/" : "") +
                                    std::string(rest);
  if (tagged) full += ":" + std::string(tag);
  if (!digest.empty()) return full + "@" + std::string(digest);
  return tagged ? full : full + ":latest";
}

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  WT_CHECK(done == 1 && size == 32, "SHA-256 of bytes in memory");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace wt
