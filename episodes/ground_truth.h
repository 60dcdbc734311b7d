// SPDX-License-Identifier: Apache-2.0
// What the faults of a World say about the truth, for the Observer, the oracle and the user.
#pragma once

#include <vector>

#include "sim/api/action.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

// True when the World carries at least one fault that is not noise (injected or still to come).
bool HasFault(const World& world);
// Time of the first fault that is not noise; 0 = none.
SimTime FirstFaultAt(const World& world);
// Every fault that is not noise was injected and its cause is gone.
bool AllCausesGone(const Sim& sim);
// The object is part of the cause of some fault: its target, or what a repair must touch.
bool IsPartOfCause(const Sim& sim, ObjectKind kind, u32 row, u32 born);
// Where a fault's cause lies: its entity, and the objects that a repair touches. Found once for
// many questions; it changes as the World does.
struct CausePlace {
  EntityKind entity = EntityKind::kCluster;
  u32 entity_row = 0;
  std::vector<ObjectRef> objects;
};
std::vector<CausePlace> CausePlaces(const Sim& sim);
bool LiesIn(const CausePlace& place, EntityKind kind, u32 row);
// The entity is where a fault's cause lies (service or workload of the target).
bool IsCauseEntity(const Sim& sim, EntityKind kind, u32 row);
// Name of the entity that the first fault lies in, before it is injected the one that it is aimed
// at; "" = no fault.
std::string_view CauseName(const Sim& sim);
// What an answer says of one and the same fault: where it lies (the entity in `entity_row`, or the
// object named), and there its kind or field.
struct NamedCause {
  bool localized = false, analysed = false;
};
NamedCause CauseNamedBy(const Sim& sim, const Answer& answer, u32 entity_row);

}  // namespace wt
