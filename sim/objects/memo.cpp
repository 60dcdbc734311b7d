// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/memo.h"

#include <utility>

namespace wt {

MemoEntry* Memo::Find(const MemoKey& key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void Memo::Put(const MemoKey& key, MemoEntry entry) {
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_.insert_or_assign(key, std::move(entry));
}

Memo& ThreadMemo() {
  thread_local Memo memo;
  return memo;
}

WriteSwitches& Switches() {
  thread_local WriteSwitches switches;
  return switches;
}

}  // namespace wt
