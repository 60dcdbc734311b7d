// SPDX-License-Identifier: Apache-2.0
// The steps of BuildBlueprint, one file each.
#pragma once

#include "scenarios/build_world.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// Node objects of a cluster shape, and the namespaces that every cluster has.
std::vector<Json> NodeManifests(const ClusterShape& shape);
std::vector<Json> NamespaceManifests(const ManifestSet& set);

// build_blueprint_json.cpp: what a Deployment was before, the first revision first: two or three by
// its name, each the manifest with one more environment variable, which no program reads. Going
// back to one cures nothing that the manifest does not cure. None for a manifest without
// containers.
std::vector<Json> OlderRevisions(const Json& deployment);

// build_blueprint_json.cpp: objects in the order of `kubectl apply`, cluster objects first.
Status LoadObjects(Blueprint& blueprint, const App& app, const ClusterShape& shape,
                   Warnings* warnings);

// build_images.cpp: the registry, from every container of every template loaded so far.
void CollectImages(Blueprint& blueprint);
// "registry/repo" of an image name.
std::string_view RepositoryOf(std::string_view image);

// build_graph.cpp: graph and runtime from the behaviour. REQUIRES: objects are loaded.
Status BuildGraph(Blueprint& blueprint, const App& app, const std::string& mix);

// build_edges.cpp
void AddRepairEdges(Blueprint& blueprint);
// build_layout.cpp
void LayOut(Blueprint& blueprint);
// build_hash.cpp
u64 HashBlueprint(const Blueprint& blueprint);

}  // namespace wt
