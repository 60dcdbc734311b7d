// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/action_line.h"

#include "episodes/script.h"

namespace wt {

TraceAction ActionLine(const StepView& step) {
  const Action& action = step.slot->chosen;
  TakenAction taken;
  taken.at = step.began;
  taken.action = action;
  taken.accepted = step.outcome.accepted;
  taken.target = action.kind == EntityKind::kCluster
                     ? "cluster"
                     : std::string(EntityKindName(action.kind)) + "/" + step.target;
  const AgentContext* context = step.slot->context;
  if (context != nullptr && context->words != nullptr) SayWords(*context->words, taken);
  return {step.began, ActionText(taken), taken.accepted};
}

}  // namespace wt
