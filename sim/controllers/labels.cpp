// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/controllers.h"
#include "sim/controllers/pod_hash.h"

namespace wt {
namespace {

constexpr std::string_view kHashKey = "pod-template-hash";

// A pod's labels: those of its template and, unless the template has its own, the hash label that
// its ReplicaSet gave it.
struct PodLabels {
  const Sim& sim;
  const PodTemplate& tmpl;
  u32 replica_set;

  const LabelPair* Find(StrId key) const {
    for (const LabelPair& pair : Items(&tmpl, tmpl.labels)) {
      if (pair.key == key) return &pair;
    }
    return nullptr;
  }
  bool IsHash(StrId key) const { return replica_set != 0 && sim.Text(key) == kHashKey; }
  bool Has(StrId key) const { return Find(key) != nullptr || IsHash(key); }
  bool Equals(StrId key, StrId value) const {
    if (const LabelPair* pair = Find(key)) return pair->value == value;
    if (!IsHash(key)) return false;
    const ReplicaSet& owner = sim.At<ReplicaSet>(replica_set);
    return owner.deployment != 0 && sim.Text(value) == RenderHash(owner.hash).view();
  }
};

PodLabels LabelsOf(const Sim& sim, u32 pod) {
  const Pod& row = sim.At<Pod>(pod);
  return {sim, sim.Typed<PodTemplate>(row.spec), row.owner};
}

// Apart, since nearly nobody selects by it.
[[gnu::noinline]] bool EqualsHash(const PodLabels& labels, const LabelPair& wanted) {
  return labels.Equals(wanted.key, wanted.value);
}

// One matchExpression or matchLabels pair: the terms [first, last) of one group.
bool MatchesGroup(const PodLabels& labels, std::span<const SelectorTerm> group) {
  const StrId key = group.front().key;
  bool listed = false;
  switch (group.front().op) {
    case SelectorOp::kExists: return labels.Has(key);
    case SelectorOp::kDoesNotExist: return !labels.Has(key);
    case SelectorOp::kIn:
    case SelectorOp::kNotIn:
      for (const SelectorTerm& term : group) listed = listed || labels.Equals(key, term.value);
      return listed == (group.front().op == SelectorOp::kIn);
  }
  return false;
}

}  // namespace

bool MatchesLabels(const Sim& sim, const void* selector_blob, RelArray<LabelPair> selector,
                   u32 pod) {
  const PodLabels labels = LabelsOf(sim, pod);
  for (const LabelPair& wanted : Items(selector_blob, selector)) {
    const LabelPair* pair = labels.Find(wanted.key);
    if (pair != nullptr ? pair->value != wanted.value : !EqualsHash(labels, wanted)) return false;
  }
  return true;
}

bool MatchesSelector(const Sim& sim, const void* blob, const Selector& selector, u32 pod) {
  if (selector.matches_nothing) return false;
  const PodLabels labels = LabelsOf(sim, pod);
  const auto terms = Items(blob, selector.terms);
  for (std::size_t first = 0; first < terms.size();) {
    std::size_t last = first + 1;
    while (last < terms.size() && terms[last].group == terms[first].group) ++last;
    if (!MatchesGroup(labels, terms.subspan(first, last - first))) return false;
    first = last;
  }
  return true;
}

}  // namespace wt
