// SPDX-License-Identifier: Apache-2.0
// Compile(document): the typed blob (sim/typed.h) that handlers read of a document. A pure
// function of the document and of the ids that the interner gives its strings; blobs of equal
// documents are equal bytes under one interner. Documents are those of sim/objects/split.h:
// defaulted, validated, without row-owned fields.
// Errors: kInvalidObject with the field path, for what the API accepts and a blob cannot hold
// (more than 64 KiB of items). O(size of the document).
#pragma once

#include <string>
#include <string_view>

#include "sim/api/result.h"
#include "sim/blueprint.h"
#include "sim/objects/json_fwd.h"
#include "sim/typed.h"

namespace wt {

struct Sim;

// Gives strings their ids: at build time the Blueprint's table, at run time the World's overlay.
class Interner {
 public:
  virtual ~Interner() = default;
  virtual StrId Intern(std::string_view text) = 0;
};

class TableInterner final : public Interner {
 public:
  explicit TableInterner(StringTable& table) : table_(table) {}
  StrId Intern(std::string_view text) override { return table_.Add(text); }

 private:
  StringTable& table_;
};

// Interning may move the World's block. `made_overlay_ids`: a blob compiled with this interner is
// good for this World only.
class SimInterner final : public Interner {
 public:
  explicit SimInterner(Sim& sim) : sim_(sim) {}
  StrId Intern(std::string_view text) override;
  bool made_overlay_ids() const { return made_overlay_ids_; }

 private:
  Sim& sim_;
  bool made_overlay_ids_ = false;
};

// {"metadata": {labels, annotations}, "spec": PodSpec} -> PodTemplate.
Result<std::string> CompileTemplate(const Json& document, Interner& interner);
Result<std::string> CompileDeployment(const Json& document, Interner& interner);
Result<std::string> CompileService(const Json& document, Interner& interner);
Result<std::string> CompileConfig(const Json& document, Interner& interner);
Result<std::string> CompileNode(const Json& document, Interner& interner);

// The one above that fits; kOther compiles to an empty blob.
Result<std::string> Compile(RevKind kind, const Json& document, Interner& interner);

}  // namespace wt
