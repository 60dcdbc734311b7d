// SPDX-License-Identifier: Apache-2.0
#include "scenarios/fault_kinds.h"

#include <vector>

#include "faults/all_faults.h"

namespace wt {
namespace {

Unit UnitOf(ParameterType type) {
  switch (type) {
    case ParameterType::kCount: return Unit::kCount;
    case ParameterType::kNumber: return Unit::kNumber;
    case ParameterType::kText: return Unit::kText;
    case ParameterType::kQuantity: return Unit::kQuantity;
    case ParameterType::kDuration: return Unit::kDuration;
  }
  return Unit::kText;
}

u8 TargetsOf(const FaultKind& kind) {
  const u8 object = kind.named_by == ObjectKind::kNone ? u8{0} : u8{kTargetObject};
  switch (kind.target) {
    case ObjectKind::kService: return u8{kTargetService} | object;
    case ObjectKind::kNode: return kTargetNode | object;
    default: return kTargetWorkload | kTargetService | object;
  }
}

struct KindTable {
  std::vector<std::vector<FaultParameter>> parameters;
  std::vector<FaultKindInfo> kinds;
};

KindTable MakeTable() {
  KindTable table;
  for (const FaultKind* kind : AllFaults()) {
    std::vector<FaultParameter> list;
    for (const Parameter& p : kind->parameters) {
      list.push_back({p.name, UnitOf(p.type), p.min, p.max, p.default_text});
    }
    table.parameters.push_back(std::move(list));
  }
  for (std::size_t i = 0; i < AllFaults().size(); ++i) {
    const FaultKind& kind = *AllFaults()[i];
    table.kinds.push_back({kind.id, TargetsOf(kind), table.parameters[i]});
  }
  return table;
}

}  // namespace

std::span<const FaultKindInfo> FaultKindInfos() {
  static const KindTable kTable = MakeTable();
  return kTable.kinds;
}

}  // namespace wt
