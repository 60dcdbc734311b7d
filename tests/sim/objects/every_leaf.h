// SPDX-License-Identifier: Apache-2.0
// Every leaf of a kind as schema.tsv defines it, and objects and values to try it with. A list is
// entered at its first item, a map at one key. No type of the kinds with rows holds itself, so the
// walk ends.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/objects/schema.h"

namespace wt {

// One step from an object into a member, and from there into the list's item or the map's key.
struct LeafStep {
  const SchemaField* field = nullptr;
  std::string key;  // of a map: the key; of a list: "0"; else empty
};

using LeafPath = std::vector<LeafStep>;

// The leaves of a kind, e.g. "Pod", in the order of the schema; none when there is no such kind.
std::vector<LeafPath> LeavesOf(std::string_view kind);

// "/spec/containers/0/image"
nlohmann::json::json_pointer PointerOf(const LeafPath& path);
// "spec.containers.0.image", as fields.def has it
std::string DottedOf(const LeafPath& path);

// Makes what the path leads through, so that the leaf may be set: absent objects as kSamples of
// every_leaf_json.cpp has them, the other members of a one-of taken away.
void MakeRoom(nlohmann::json& object, const LeafPath& path);

// A valid value that is not `now`, which is null when the leaf is not set.
nlohmann::json OtherValue(const LeafPath& path, const nlohmann::json& now);

}  // namespace wt
