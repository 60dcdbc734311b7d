// SPDX-License-Identifier: Apache-2.0
// One episode as a picture: when the cause was present, what clients got, what the agent did.
// Recorded while it is played; drawn in the terminal (cli/commands/timeline.h) or as SVG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/results.h"
#include "episodes/run_episode.h"

namespace wt {

struct Incident {
  struct Sample {
    f64 at_s = 0;
    f64 error = 0;  // share of client requests that fail, 0 to 1
  };
  struct Step {
    f64 at_s = 0;
    Verb verb = Verb::kWait;
    std::string text;       // "fix-port service/profile -> 5001"
    bool accepted = true;
  };
  std::string scenario, agent;
  u64 seed = 0;
  std::vector<std::string> causes;  // ids of fault kinds; none: a healthy cluster
  f64 injected_s = 0;               // 0: never
  f64 repaired_s = 0;               // 0: never
  f64 end_s = 0;                    // the hold after the last step included
  int verdict = 0;
  std::string complaint;            // of the user, the first
  f64 complaint_s = 0;
  std::vector<Sample> errors;       // every 5 s
  std::vector<Step> steps;
};

// For StepListener and ClusterSampler::tell of the episode that is played. O(1) each.
void RecordStep(const StepView& step, Incident& incident);
void RecordSample(const SimCluster& cluster, Incident& incident);
// What is known when it is over.
void RecordEnd(const ScenarioLabel& label, const EpisodeResult& result, Incident& incident);

// "1: solved", "0: not solved", "-1: made worse"
std::string_view VerdictText(int verdict);
// How a step is marked in pictures: '?' looked, 'R' repaired, '!' said, '.' waited.
char VerbMark(Verb verb);

// A drawing 960 units wide, with colours of its own and no reference to anything outside.
std::string IncidentSvg(const Incident& incident);

// incident_json.cpp: one document, schema wavetank.incident/1, and back. Error: kUsage, `place`
// first.
std::string IncidentDocument(const Incident& incident);
Result<Incident> ReadIncident(std::string_view text, const std::string& place);

}  // namespace wt
