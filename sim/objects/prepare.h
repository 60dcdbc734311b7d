// SPDX-License-Identifier: Apache-2.0
// What the registry of a kind does to an object between defaulting and validation.
// Source: pkg/registry/*/strategy.go, PrepareForCreate, Kubernetes v1.35.
#pragma once

#include "sim/objects/json_fwd.h"

namespace wt {

// A Job gets its selector and the labels of its pods from metadata.uid and metadata.name.
// A Namespace gets its finalizer. Other kinds stay as they are. In place, idempotent.
// REQUIRES: metadata.uid is set for a Job without manualSelector.
void PrepareForCreate(Json& object);

// clusterIP and clusterIPs of a Service say the same; fills in the one that is missing.
void NormalizeClusterIps(Json& service);

// stringData of a Secret moves into data, base64-encoded.
void MergeStringData(Json& secret);

}  // namespace wt
