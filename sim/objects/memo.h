// SPDX-License-Identifier: Apache-2.0
// Outcomes of edits on objects that the Blueprint did not compile ahead. An outcome is a pure
// function of its key, so the memo changes speed and nothing else. Thread-local and bounded.
#pragma once

#include <compare>
#include <map>

#include "sim/objects/write_plan.h"

namespace wt {

struct MemoKey {
  u64 blueprint = 0;          // ids of strings are a Blueprint's
  u64 document = 0, tmpl = 0; // contents of the revisions edited
  u64 other = 0;              // content of what kCopySelector copies from
  u32 restarted_at_s = 0;
  u32 arg = 0;
  EditOp op = EditOp::kNone;
  u16 detail = 0;
  ObjectKind kind = ObjectKind::kNone;
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 is of the library's own comparison
  friend auto operator<=>(const MemoKey&, const MemoKey&) = default;
};

struct MemoEntry {
  WritePlan plan;
  PlanBlobs blobs;
};

class Memo {
 public:
  // nullptr when unknown. Valid until the next Put.
  MemoEntry* Find(const MemoKey& key);
  void Put(const MemoKey& key, MemoEntry entry);

 private:
  static constexpr std::size_t kEntriesMax = 4096;  // a few KiB each
  std::map<MemoKey, MemoEntry> entries_;
};

Memo& ThreadMemo();

}  // namespace wt
