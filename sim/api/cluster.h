// SPDX-License-Identifier: Apache-2.0
// The seam between policies and clusters: observe, act, let time pass. The simulator
// (sim/cluster/sim_cluster.h) and a real cluster implement it, so one loop drives both.
// One Cluster, one thread. The step path (Observe, Apply of a move, Advance) does not allocate.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/action.h"
#include "sim/api/observation.h"
#include "sim/api/result.h"
#include "sim/api/time.h"

namespace wt {

struct ActionOutcome {
  bool accepted = false;  // the API took it (an investigation: it answered)
  bool wrote = false;     // it was an accepted write, even if it changed nothing
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  virtual ObservationShape Shape() const = 0;
  // Writes the whole observation into `out`. Leaves the cluster unchanged.
  virtual void Observe(const ObservationView& out) const = 0;
  // Carries out a move now. An illegal one is not accepted and changes nothing.
  virtual ActionOutcome Apply(const Action& action) = 0;
  // Free-form patch (external agents): object as "kind/name", patch type json|merge|strategic.
  virtual Result<ActionOutcome> ApplyPatch(std::string_view object, std::string_view type,
                                           std::string_view patch) = 0;
  virtual void Advance(SimTime by) = 0;
  virtual SimTime Now() const = 0;

  // For people and LLM agents; strings, not for the step path.
  virtual std::string EntityName(EntityKind kind, u16 slot) const = 0;  // "profile"; "" = empty
  virtual std::string OptionText(const Action& action) const = 0;       // what option would set
  virtual std::string LastResultText() const = 0;                       // of the last Apply
};

}  // namespace wt
