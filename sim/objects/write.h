// SPDX-License-Identifier: Apache-2.0
// The one path of every change of an object that is not a status: render, patch, default,
// validate, split, canonicalise, compile, compare, commit (core: docs/objects.md).
// Edits that the Blueprint precompiled skip all but compare and commit.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/result.h"
#include "sim/sim.h"

namespace wt {

struct ObjectRef {
  ObjectKind kind = ObjectKind::kNone;
  u32 row = 0;
};

struct WriteOutcome {
  bool changed = false;   // false: equal document, resourceVersion stays
};

// A patch as a client sends it. `type`: "json", "merge", "strategic". Expected failures are
// Kubernetes errors with upstream's text (404, 409, 422).
Result<WriteOutcome> Patch(Sim& sim, ObjectRef object, std::string_view type,
                           std::string_view patch_json, u32 actor, bool dry_run = false);

// An object as a client creates it: defaulted, admitted, validated, compiled, put into the World.
// Server-made metadata and status of the text are dropped. Errors: kAlreadyExists, and upstream's
// for what is not valid; kBadRequest for kinds that controllers make (ReplicaSet).
Result<ObjectRef> Create(Sim& sim, std::string_view object_json, u32 actor);

// One elementary edit (blueprint.h EditOp): precompiled edge, else memo, else the slow path.
// kNotFound when the element does not exist.
Result<WriteOutcome> ApplyEdit(Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg,
                               u32 actor);

// The object as `kubectl get -o json` shows it (spec, metadata, status).
std::string RenderObject(const Sim& sim, ObjectRef object);

// Switches for the equality test: results must be the same with either off.
struct WriteSwitches {
  bool edges = true;
  bool memo = true;
};
WriteSwitches& Switches();  // thread-local

}  // namespace wt
