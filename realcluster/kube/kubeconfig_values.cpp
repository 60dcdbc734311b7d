// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/kubeconfig_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "realcluster/kube/base64.h"
#include "realcluster/kube/kubeconfig.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kPemBytesMax = 4 << 20;

// Levenshtein's: single-character insertions, deletions, substitutions.
std::size_t EditsBetween(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string NamesHint(const std::string& written, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 200, kShown = 8;
  const std::string* nearest = nullptr;
  std::size_t least = 0;
  for (const std::string& name : names) {
    if (name.size() > kLongest || written.size() > kLongest) continue;
    const std::size_t edits = EditsBetween(written, name);
    if (edits > (std::max(written.size(), name.size()) + 1) / 2) continue;
    if (nearest != nullptr && edits >= least) continue;
    nearest = &name;
    least = edits;
  }
  if (nearest != nullptr) return fmt::format("; did you mean '{}'?", *nearest);
  if (names.empty()) return "; there is none";
  std::string hint = "; there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    hint += (i > 0 ? ", " : "") + names[i];
  }
  return names.size() > kShown ? hint + ", ..." : hint;
}

std::string FromFolder(const std::string& folder, const std::string& path) {
  const std::filesystem::path relative(path);
  return relative.is_absolute() ? path : (std::filesystem::path(folder) / relative).string();
}

Result<std::string> ReadPem(const std::string& data, const std::string& file,
                            const std::string& folder, const std::string& field,
                            const std::string& where) {
  std::string pem;
  if (!data.empty()) {
    const auto decoded = DecodeBase64(data);
    if (!decoded) return Error{ErrorCode::kEnvironment, where, field + "-data is not base64"};
    pem = *decoded;
  } else if (!file.empty()) {
    Result<std::string> text = ReadFile(FromFolder(folder, file), kPemBytesMax);
    if (!text) return Error{ErrorCode::kEnvironment, where, field + ": " + text.error().Text()};
    pem = *text;
  } else {
    return pem;
  }
  if (pem.find("-----BEGIN ") == pem.npos) {
    return Error{
        ErrorCode::kEnvironment, where,
        fmt::format("{}{} is not PEM (no -----BEGIN)", field, data.empty() ? "" : "-data")};
  }
  return pem;
}

Result<KubeTarget> ReadServiceAccount(const std::string& folder) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || port == nullptr || *host == '\0' || *port == '\0') {
    return Error{ErrorCode::kEnvironment, "",
                 "no kubeconfig: KUBECONFIG names none, there is no ~/.kube/config, and this is no "
                 "pod of a cluster"};
  }
  KubeTarget target;
  const bool is_ipv6 = std::string_view(host).find(':') != std::string_view::npos;
  target.server =
      fmt::format("https://{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
  target.token_file = FromFolder(folder, "token");
  const Result<std::string> ca = ReadFile(FromFolder(folder, "ca.crt"), kPemBytesMax);
  if (!ca) return ca.error();
  target.ca_pem = *ca;
  if (Result<std::string> token = ReadFile(target.token_file, kPemBytesMax); !token) {
    return token.error();
  }
  if (const Result<std::string> name = ReadFile(FromFolder(folder, "namespace"), 1024); name) {
    target.name_space = *name;
  }
  target.context = "in-cluster";
  return target;
}

}  // namespace wt
