// SPDX-License-Identifier: Apache-2.0
// Which built-in kinds there are, so that a manifest's kind and apiVersion can be checked before
// anything reads the object. Source: API groups of Kubernetes v1.35 (k8s.io/api).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wt {

struct KnownKind {
  std::string_view api_version;  // the served, stable one
  std::string_view kind;
  bool namespaced = true;
  bool modelled = false;  // simulated; the others are carried as documents
};

std::span<const KnownKind> KnownKinds();

// By kind and group of the api version ("" is the core group); null for kinds of a CRD.
const KnownKind* FindKnownKind(std::string_view kind, std::string_view api_version);

// Empty if the pair is fine: a known pair, or a group that is not built in (a CRD's).
// Else what is wrong, what was expected and the nearest valid word.
std::string KindComplaint(const std::string& kind, const std::string& api_version);

}  // namespace wt
