// SPDX-License-Identifier: Apache-2.0
// The Kubernetes kinds Wavetank knows: one row a kind. Short names are those kubectl takes.
// Source: discovery documents of Kubernetes v1.35.
#pragma once

#include <span>
#include <string_view>

#include "sim/objects/schema.h"

namespace wt {

struct KindInfo {
  std::string_view group;  // "" for the core group
  std::string_view version;
  std::string_view kind;
  std::string_view plural;
  std::string_view short_names;  // comma-separated
  bool namespaced;
  std::string_view schema_type;  // name for FindType; empty: no schema, any field is taken
};

std::span<const KindInfo> AllKinds();

// api_version as in manifests: "v1", "apps/v1". nullptr when unknown.
const KindInfo* FindKind(std::string_view api_version, std::string_view kind);

// The first kind of that name in any group, nullptr when unknown.
const KindInfo* FindKind(std::string_view kind);

// By any word that kubectl takes: "deployment", "Deployments", "deploy". nullptr when unknown.
const KindInfo* FindKindWord(std::string_view word);

// "Deployment" -> kDeployment; kNone for kinds that have no rows and no hot path.
enum class ObjectKind : u8;  // sim/rows.h
ObjectKind ObjectKindNamed(std::string_view kind);

// "apps" of "apps/v1", "" of "v1".
std::string_view GroupOf(std::string_view api_version);

}  // namespace wt
