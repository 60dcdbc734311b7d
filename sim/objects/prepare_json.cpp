// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/prepare.h"
#include "sim/objects/set_default.h"

namespace wt {
namespace {

void GenerateJobSelector(Json& job) {
  const std::string uid(Text(Map(job, "metadata"), "uid"));
  const std::string name(Text(Map(job, "metadata"), "name"));
  Json* spec = DefaultObject(job, "spec");
  if (spec == nullptr || Flag(*spec, "manualSelector")) return;
  Json* pod = DefaultObject(*spec, "template");
  Json* metadata = pod == nullptr ? nullptr : DefaultObject(*pod, "metadata");
  Json* labels = metadata == nullptr ? nullptr : DefaultObject(*metadata, "labels");
  if (labels != nullptr) {
    labels->emplace("controller-uid", uid);
    labels->emplace("job-name", name);
    labels->emplace("batch.kubernetes.io/controller-uid", uid);
    labels->emplace("batch.kubernetes.io/job-name", name);
  }
  Json* selector = DefaultObject(*spec, "selector");
  Json* match = selector == nullptr ? nullptr : DefaultObject(*selector, "matchLabels");
  if (match != nullptr) match->emplace("batch.kubernetes.io/controller-uid", uid);
}

void AddNamespaceFinalizer(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  if (IsUnset(*spec, "finalizers")) (*spec)["finalizers"] = Json::array();
  Json* finalizers = MutableList(*spec, "finalizers");
  if (finalizers == nullptr) return;
  for (const Json& finalizer : *finalizers) {
    if (TextOf(finalizer) == "kubernetes") return;
  }
  finalizers->push_back("kubernetes");
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - k);
    u32 word = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      word = word << 8 | (b < count ? static_cast<unsigned char>(bytes[k + b]) : 0u);
    }
    for (std::size_t c = 0; c < 4; ++c) {
      out += c <= count ? kAlphabet[word >> (18 - 6 * c) & 63u] : '=';
    }
  }
  return out;
}

}  // namespace

void PrepareForCreate(Json& object) {
  const std::string_view kind = Text(object, "kind");
  if (kind == "Job" && Text(object, "apiVersion") == "batch/v1") GenerateJobSelector(object);
  if (kind == "Namespace" && Text(object, "apiVersion") == "v1") AddNamespaceFinalizer(object);
}

void NormalizeClusterIps(Json& service) {
  Json* spec = MutableObject(service, "spec");
  if (spec == nullptr) return;
  const std::string ip(Text(*spec, "clusterIP"));
  const Json& ips = List(*spec, "clusterIPs");
  if (ip.empty() && !ips.empty()) {
    std::string first(TextOf(ips[0]));
    (*spec)["clusterIP"] = std::move(first);
  } else if (!ip.empty() && ips.empty()) {
    (*spec)["clusterIPs"] = Json::array({ip});
  }
}

void MergeStringData(Json& secret) {
  const Json texts = Map(secret, "stringData");
  if (texts.empty()) return;
  Json* data = DefaultObject(secret, "data");
  if (data == nullptr) return;
  for (const auto& [key, value] : texts.items()) (*data)[key] = Base64(TextOf(value));
  secret.erase("stringData");
}

}  // namespace wt
