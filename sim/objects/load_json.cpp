// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/load.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "sim/objects/canonical.h"
#include "sim/objects/compile.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/patch.h"
#include "sim/objects/split.h"
#include "sim/objects/validation.h"
#include "sim/transitions.h"

namespace wt {
namespace {

ObjectKind RowKindOf(std::string_view kind) {
  const ObjectKind named = ObjectKindNamed(kind);
  const bool made_by_controllers = named == ObjectKind::kReplicaSet;
  return named == ObjectKind::kNone || made_by_controllers ? ObjectKind::kOther : named;
}

struct Compiled {
  ObjectParts parts;
  RevId doc = 0, tmpl = 0;
};

Result<Compiled> CompileParts(Blueprint& blueprint, std::string_view kind, Json applied) {
  Compiled out;
  out.parts = SplitObject(kind, std::move(applied));
  if (!out.parts.document.is_null()) {
    const auto doc = AddRevision(blueprint, DocumentKind(kind), out.parts.document);
    if (!doc) return doc.error();
    out.doc = *doc;
  }
  if (!out.parts.tmpl.is_null()) {
    const auto tmpl = AddRevision(blueprint, RevKind::kTemplate, out.parts.tmpl);
    if (!tmpl) return tmpl.error();
    out.tmpl = *tmpl;
  }
  return out;
}

// Index + 1 of the GraphService that this workload runs; 0 = it is no part of the app's graph.
u16 GraphServiceOf(const Blueprint& blueprint, StrId ns, StrId workload) {
  const auto& services = blueprint.graph.services;
  for (std::size_t s = 0; s < services.size(); ++s) {
    if (services[s].workload == workload && services[s].ns == ns) return static_cast<u16>(s + 1);
  }
  return 0;
}

// The object that an edge starts from, put together again.
Json Whole(const Blueprint& blueprint, std::string_view kind, const EdgeBase& base) {
  Json out = base.doc == 0 ? Json::object() : DocumentOf(blueprint, base.doc);
  if (kind == "Deployment") {
    out["spec"]["replicas"] = base.object->replicas;
    out["spec"]["template"] = DocumentOf(blueprint, base.tmpl);
  }
  out["metadata"]["name"] = blueprint.strings.Text(base.object->name);
  if (base.object->ns != 0) {
    out["metadata"]["namespace"] = blueprint.strings.Text(base.object->ns);
  }
  return out;
}

}  // namespace

Result<RevId> AddRevision(Blueprint& blueprint, RevKind kind, const Json& document) {
  const std::string text = Canonical(document);
  const u64 content = RevisionContent(kind, text);
  const auto known = blueprint.by_content.find(content);
  if (known != blueprint.by_content.end()) return known->second;
  TableInterner interner(blueprint.strings);
  const auto blob = Compile(kind, document, interner);
  if (!blob) return blob.error();
  Revision revision;
  revision.content = content;
  revision.kind = kind;
  revision.doc_offset = static_cast<u32>(blueprint.documents.size());
  revision.doc_bytes = static_cast<u32>(text.size());
  revision.typed_offset = static_cast<u32>(blueprint.typed.size());
  revision.typed_bytes = static_cast<u32>(blob->size());
  blueprint.documents.insert(blueprint.documents.end(), text.begin(), text.end());
  blueprint.typed.resize(blueprint.typed.size() + blob->size());
  std::memcpy(blueprint.typed.data() + revision.typed_offset, blob->data(), blob->size());
  const RevId rev = static_cast<RevId>(blueprint.revisions.size());
  blueprint.revisions.push_back(revision);
  blueprint.by_content.emplace(content, rev);
  return rev;
}

Json DocumentOf(const Blueprint& blueprint, RevId rev) {
  const Revision& revision = blueprint.revisions[rev];
  const char* text = blueprint.documents.data() + revision.doc_offset;
  return Json::parse(text, text + revision.doc_bytes);
}

Status AdmitManifest(Json& manifest) {
  if (Status decoded = CheckDecoding(manifest); !decoded) return decoded;
  ApplyDefaults(manifest);
  AdmitObject(Text(manifest, "kind"), manifest);
  return CheckValid(manifest, nullptr);
}

Result<Json> AppliedObject(Json manifest) {
  const KindInfo* kind = FindKind(Text(manifest, "apiVersion"), Text(manifest, "kind"));
  Json applied = manifest;
  if (!applied["metadata"].contains("annotations")) {
    applied["metadata"]["annotations"] = Json::object();
  }
  manifest["metadata"]["annotations"][std::string(kLastApplied)] = Canonical(applied) + "\n";
  if (kind == nullptr) return manifest;
  if (Status admitted = AdmitManifest(manifest); !admitted) return admitted.error();
  return manifest;
}

Result<LoadedObject> LoadObject(Blueprint& blueprint, const Json& manifest,
                                std::span<const Json> older) {
  const std::string kind(Text(manifest, "kind"));
  auto applied = AppliedObject(manifest);
  if (!applied) return applied.error();
  auto now = CompileParts(blueprint, kind, std::move(*applied));
  if (!now) return now.error();
  LoadedObject out;
  out.kind = static_cast<u8>(RowKindOf(kind));
  out.name = blueprint.strings.Add(now->parts.name);
  out.ns = blueprint.strings.Add(now->parts.ns);
  out.doc = now->doc;
  out.tmpl = now->tmpl;
  out.replicas = now->parts.replicas;
  if (const KindInfo* info = FindKind(Text(manifest, "apiVersion"), kind)) {
    out.object_kind = static_cast<u16>(info - AllKinds().data());
  }
  for (const Json& revision : older) {
    auto before = AppliedObject(revision);
    if (!before) return before.error();
    const auto compiled = CompileParts(blueprint, kind, std::move(*before));
    if (!compiled) return compiled.error();
    out.older.push_back({compiled->doc, compiled->tmpl});
  }
  return out;
}

RevId AddEdge(Blueprint& blueprint, const EdgeBase& base, const EditInput& input) {
  const bool of_template = TargetOf(input.op) == EditTarget::kTemplate;
  const RevId from = of_template ? base.tmpl : base.doc;
  const RevEdge edge{from, input.op, input.detail, input.arg};
  if (const auto known = blueprint.edges.find(edge); known != blueprint.edges.end()) {
    return known->second;
  }
  const KindInfo& kind = AllKinds()[base.object->object_kind];
  const Json before = Whole(blueprint, kind.kind, base);
  const auto patch = EditPatch(kind.kind, before, input);
  if (!patch) return 0;
  auto after = ApplyPatch(PatchType::kJson, kind.kind, before, *patch);
  if (!after) return 0;
  ApplyDefaults(*after);
  AdmitObject(kind.kind, *after);
  if (!CheckValid(*after, nullptr)) return 0;
  const auto compiled = CompileParts(blueprint, kind.kind, std::move(*after));
  if (!compiled) return 0;
  const RevId to = of_template ? compiled->tmpl : compiled->doc;
  blueprint.edges.emplace(edge, to);
  return to;
}

Json SelectorLabels(const Blueprint& blueprint, const LoadedObject& deployment) {
  const Json document = DocumentOf(blueprint, deployment.doc);
  return Map(Map(Map(document, "spec"), "selector"), "matchLabels");
}

ObjectRef CreateLoaded(Sim& sim, const LoadedObject& object, u32 actor, bool first) {
  const bool older = first && !object.older.empty();
  const RevId doc = older ? object.older[0].doc : object.doc;
  const RevId tmpl = older ? object.older[0].tmpl : object.tmpl;
  EnsureHeadroom(sim);
  const ObjectKind kind = static_cast<ObjectKind>(object.kind);
  switch (kind) {
    case ObjectKind::kNode: return {kind, CreateNode(sim, object.name, doc)};
    case ObjectKind::kDeployment: {
      const u32 row =
          CreateDeployment(sim, object.ns, object.name, doc, tmpl, object.replicas, actor);
      sim.At<Deployment>(row).service = GraphServiceOf(sim.blueprint, object.ns, object.name);
      return {kind, row};
    }
    case ObjectKind::kService:
      return {kind, CreateService(sim, object.ns, object.name, doc, actor)};
    case ObjectKind::kPod: {
      const u32 pod = CreatePod(sim, 0, tmpl, object.ns);
      sim.At<Pod>(pod).name = object.name;
      return {kind, pod};
    }
    default:
      return {kind, CreateObject(sim, object.object_kind, object.ns, object.name, doc, actor)};
  }
}

}  // namespace wt
