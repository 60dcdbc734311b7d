// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/api_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include "sim/objects/api_error.h"

namespace wt {
namespace {

constexpr std::size_t kTextMax = 4096;

std::vector<std::string_view> Segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) out.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return out;
}

const KindInfo* KindAt(std::string_view group, std::string_view version, std::string_view plural) {
  for (const KindInfo& kind : AllKinds()) {
    if (kind.group == group && kind.version == version && kind.plural == plural) return &kind;
  }
  return nullptr;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Status ReadResourceVersion(const std::string& text, u64& to) {
  if (text.empty()) return Ok{};
  const char* end = text.data() + text.size();
  const auto [at, wrong] = std::from_chars(text.data(), end, to);
  if (wrong == std::errc() && at == end) return Ok{};
  const bool large = wrong == std::errc::result_out_of_range;
  return Error{ErrorCode::kBadRequest, "resourceVersion",
               "invalid resource version: resourceVersion: Invalid value: \"" + text +
                   "\": strconv.ParseUint: parsing \"" + text +
                   "\": " + (large ? "value out of range" : "invalid syntax")};
}

Status ReadParameter(std::string_view name, const std::string& value, ApiQuery& to) {
  if (name == "labelSelector") {
    auto labels = ParseLabelSelector(value);
    if (!labels) return labels.error();
    to.labels = std::move(*labels);
  } else if (name == "fieldSelector") {
    auto fields = ParseFieldSelector(value);
    if (!fields) return fields.error();
    to.fields = std::move(*fields);
  } else if (name == "resourceVersion") {
    return ReadResourceVersion(value, to.resource_version);
  } else if (name == "sendInitialEvents") {
    to.send_initial_events = true;
  } else if (name == "gracePeriodSeconds") {
    to.grace_period = value;
  } else if (name == "propagationPolicy") {
    to.propagation_policy = value;
  } else if (name == "orphanDependents") {
    to.orphan_dependents = value;
  } else if (name == "dryRun") {
    if (value != "All") {
      return Error{ErrorCode::kBadRequest, "dryRun",
                   "unsupported value \"" + value + "\", expected \"All\""};
    }
    to.dry_run = true;
  }
  return Ok{};
}

bool Selects(std::string_view name) {
  return name == "labelSelector" || name == "fieldSelector" || name == "sendInitialEvents";
}

}  // namespace

Result<ApiPath> ReadApiPath(std::string_view path) {
  if (path.size() > kTextMax) return NoSuchResourceError();
  std::vector<std::string_view> at = Segments(path);
  const bool core = !at.empty() && at[0] == "api";
  const std::size_t head = core ? 2 : 3;
  if (at.size() <= head || (!core && at[0] != "apis")) return NoSuchResourceError();
  const std::string_view group = core ? "" : at[1], version = at[head - 1];
  at.erase(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(head));
  ApiPath out;
  // A namespace's own subresources are status and finalize; else a collection follows its name.
  if (at.size() > 2 && at[0] == "namespaces" && at[2] != "status" && at[2] != "finalize") {
    out.ns = at[1];
    at.erase(at.begin(), at.begin() + 2);
  }
  if (at.size() > 3) return NoSuchResourceError();
  out.kind = KindAt(group, version, at[0]);
  if (out.kind == nullptr || (!out.ns.empty() && !out.kind->namespaced)) {
    return NoSuchResourceError();
  }
  if (at.size() > 1) out.name = at[1];
  if (at.size() > 2) out.subresource = at[2];
  if (out.kind->namespaced && !out.name.empty() && out.ns.empty()) return NoSuchResourceError();
  return out;
}

Result<ApiQuery> ReadApiQuery(std::string_view query, bool one_object) {
  ApiQuery out;
  if (query.size() > kTextMax) {
    return Error{ErrorCode::kBadRequest, "", "the query is longer than 4096 bytes"};
  }
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = pair.substr(0, equals);
    if (one_object && Selects(name)) continue;
    const Status read = ReadParameter(name, PercentDecoded(pair.substr(equals + 1)), out);
    if (!read) return read.error();
  }
  return out;
}

std::string CollectionPath(const KindInfo& kind, std::string_view ns) {
  return fmt::format("{}{}/{}{}{}/{}", kind.group.empty() ? "/api" : "/apis/", kind.group,
                     kind.version, ns.empty() ? "" : "/namespaces/", ns, kind.plural);
}

}  // namespace wt
