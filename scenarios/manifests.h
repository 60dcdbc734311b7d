// SPDX-License-Identifier: Apache-2.0
// Manifests as `kubectl apply -f` takes them: files and folders, several documents, lists, and
// dumps of a running cluster, whose server-made fields are taken off again.
#pragma once

#include <string>
#include <vector>

#include "scenarios/field.h"
#include "scenarios/yaml.h"
#include "sim/api/result.h"

namespace wt {

// One object. `document.value` is the object (stripped, namespace filled in); `document.places`
// are those of its file, so that a Field over it names FILE:LINE:COL.
struct Manifest {
  YamlDocument document;
  std::string api_version, kind, name;
  std::string name_space;  // empty for cluster-scoped kinds
  bool modelled = false;   // simulated; else carried as a document

  const nlohmann::json& object() const { return *document.value; }
  const std::string& file() const { return document.file; }
  u32 line() const { return document.Of("").line; }
};

struct ManifestSet {
  std::vector<Manifest> manifests;  // in the order of files (by name) and documents
  std::string default_namespace;    // the Namespace of the set if it has exactly one, else default
  std::string app_namespace;        // where most of its workloads are
  std::vector<std::string> warnings;

  const Manifest* Find(std::string_view kind, std::string_view name_space,
                       std::string_view name) const;
};

// The *.yaml, *.yml and *.json files of a folder (not of its subfolders), sorted.
std::vector<std::string> ManifestFiles(const std::string& folder);

// Reads a file or the *.yaml, *.yml and *.json files of a folder (not of its subfolders).
// Left out: documents of wavetank.dev (behaviour.yaml) and kustomizations.
//
// Taken off: status (but a Node's capacity and allocatable), uid, resourceVersion, generation,
// creationTimestamp, deletion fields, managedFields, selfLink, last-applied and revision
// annotations; of objects that come from a running cluster also owner references, a Service's
// cluster IPs, a Pod's node and token volume. Dropped: objects whose controller is in the set,
// Endpoints and EndpointSlices of a Service of the set, Events, Leases, the kubernetes Service.
//
// Errors (kInvalidInput, all in one Error): no kind, apiVersion or name; a built-in kind that
// does not exist in that version; the same object twice; no objects at all.
Result<ManifestSet> ReadManifests(const std::string& path);

// The same for one text; `file` names it in errors.
Result<ManifestSet> ReadManifestText(std::string_view text, const std::string& file);

// A manifest of several documents made from objects; the inverse of reading, for tools and tests.
std::string ManifestText(const ManifestSet& set);

}  // namespace wt
