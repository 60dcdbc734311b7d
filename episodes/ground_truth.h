// SPDX-License-Identifier: Apache-2.0
// What the faults of a World say about the truth, for the Observer, the oracle and the user.
#pragma once

#include "sim/api/action.h"
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
// The entity is where a fault's cause lies (service or workload of the target).
bool IsCauseEntity(const Sim& sim, EntityKind kind, u32 row);
// The object of that kind and name ("Service", "profile") is the one a fault's cause lies in. `ns`
// empty: in any namespace.
bool IsCauseObject(const Sim& sim, std::string_view kind, std::string_view ns,
                   std::string_view name);
// Name of the entity that the first fault lies in, before it is injected the one that it is aimed
// at; "" = no fault.
std::string_view CauseName(const Sim& sim);
// The answer's fault kind or field is that of a fault.
bool AnswerNamesCause(const Sim& sim, const Answer& answer);

}  // namespace wt
