// SPDX-License-Identifier: Apache-2.0
// An episode whose actions were written down: by a person, or by an earlier run. A recorded
// episode played again this way has the same hash.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "episodes/run_episode.h"

namespace wt {

// One line: {"at_s": 61.5, "verb": "fix-port", "target": "service/profile", "option": 0}.
struct ScriptedAction {
  SimTime at = 0;
  bool timed = false;   // `at` was given; else: as soon as it is its turn
  std::string verb;
  std::string target;   // "service/profile", "deployment/profile"; "" or "cluster" for the whole
  int option = -1;      // number of the option; -1: `option_text`, or 0
  std::string option_text;  // as OptionText prints it
  std::string patch_type, patch;  // of verb patch: json|merge|strategic, the document
  Answer answer;        // of verb submit: words beyond the target
  bool answered = false;
  std::string place;    // where it was written, for errors
};

// JSON lines, or one JSON array of such objects. `where` names the source in errors (kUsage).
// At most 10,000 actions. A key that is none of the above, or of another type, is an error.
Result<std::vector<ScriptedAction>> ReadActions(std::string_view text, const std::string& where);

// The same as text: one JSON object, or an array of them, on one line.
std::string ActionText(const TakenAction& action);
std::string ActionsText(std::span<const TakenAction> actions);

// Carries out each action at its time (without one, or when it has passed: now), lets the world
// run on as after any action, and judges after the last. Errors: kUsage for an action that comes
// before the one above it or not within the episode's time, before any is carried out, and for one
// that names nothing that exists then, with the nearest; kInvalidInput when the episode cannot
// start.
Result<EpisodeResult> RunScript(const EpisodeRequest& request,
                                std::span<const ScriptedAction> actions, WorldPool& pool,
                                const ChunkOptions& options);

}  // namespace wt
