// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/demo.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "cli/commands.h"
#include "cli/commands/play_incident.h"
#include "cli/commands/timeline.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScenario = "services/hotel-wrong-target-port";
constexpr f64 kQuickTrainS = 15;
constexpr const char* kQuickSeeds = "1-3";

constexpr std::array kOptions{
    OptionSpec{.name = "--quick", .type = OptionType::kFlag,
               .help = "a quarter of the training, three seeds: the way, not the figures"},
    OptionSpec{.name = "--train-seconds", .type = OptionType::kNumber, .value_name = "S",
               .help = "how long to train; with --quick: 15", .fallback = "60"},
    OptionSpec{.name = "--seeds", .value_name = "A-B",
               .help = "seeds to score with, never trained on; with --quick: 1-3",
               .fallback = "1-10"},
    OptionSpec{.name = "--suite", .value_name = "S", .help = "scenarios to train and score on",
               .fallback = "lite"},
    OptionSpec{.name = "--out", .value_name = "DIR",
               .help = "folder of what it leaves behind; the first free runs/demo-N when not "
                       "given"}};

Result<ExitCode> Run(const Arguments& arguments) {
  Result<DemoPlan> plan = DemoPlanOf(arguments);
  if (!plan) return plan.error();
  std::FILE* to = plan->json ? stderr : stdout;  // the document comes from the second half
  fmt::print(to, "1/4  An incident: {}, seed {}, answered by the rule agent (a runbook)\n\n",
             kScenario, plan->seed);
  Result<Incident> incident = PlayDemoIncident(*plan, to);
  if (!incident) return incident.error();
  fmt::print(to, "{}\n", DrawTimeline(*incident));
  return ExitCode::kOk;
}

}  // namespace

constinit const std::span<const OptionSpec> kDemoOptions = kOptions;

Result<DemoPlan> DemoPlanOf(const Arguments& arguments) {
  const bool quick = arguments.Flag("--quick");
  DemoPlan plan;
  plan.seed = static_cast<u64>(arguments.Integer("--seed"));
  plan.train_s = arguments.Number("--train-seconds");
  if (quick && !arguments.Given("--train-seconds")) plan.train_s = kQuickTrainS;
  if (!(plan.train_s > 0 && plan.train_s <= 86400)) {
    return Error{ErrorCode::kUsage, "--train-seconds", "expected more than 0, at most 86400"};
  }
  const bool few = quick && !arguments.Given("--seeds");
  Result<SeedRange> seeds = ParseSeeds(few ? kQuickSeeds : arguments.Text("--seeds"));
  if (!seeds) return seeds.error();
  plan.seeds = *seeds;
  plan.suite = arguments.Text("--suite");
  plan.out = arguments.Text("--out");
  plan.json = arguments.Flag("--json");
  std::error_code failed;
  if (!plan.out.empty() && fs::exists(plan.out, failed) && !fs::is_empty(plan.out, failed)) {
    return Error{ErrorCode::kUsage, plan.out, "holds something already; choose another --out"};
  }
  return plan;
}

Result<Incident> PlayDemoIncident(const DemoPlan& plan, std::FILE* tell) {
  Result<PreparedSuite> suite = OneScenario(kScenario);
  if (!suite) return suite.error();
  PlayOptions options;
  options.seed = plan.seed;
  options.tell = tell;
  Result<PlayedIncident> played = PlayIncident(*suite, options);
  if (!played) return played.error();
  return std::move(played->incident);
}

const Command kDemo{.name = "demo",
                    .summary = "an incident, a policy trained from nothing, its score, a report",
                    .example = "./wavetank demo",
                    .options = kOptions,
                    .run = &Run};

}  // namespace wt
