// SPDX-License-Identifier: Apache-2.0
// Episodes of the simulator as traces: what was seen from outside, in a file each.
#include "cli/commands/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "cli/commands.h"
#include "cli/commands/shared.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/out_folder.h"
#include "cli/version.h"
#include "episodes/trace/record_simulated.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOptions{
    OptionSpec{.name = "which", .value_name = "SCENARIO", .help = "as --scenario"},
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "scenario, by name or file",
               .fallback = "testbed/hotel-bad-image"},
    OptionSpec{.name = "--agent", .value_name = "A", .help = "who plays", .fallback = "rule"},
    OptionSpec{.name = "--repeat", .type = OptionType::kInteger, .value_name = "N",
               .help = "episodes: of this seed and those after it", .fallback = "1",
               .at_least = 1},
    OptionSpec{.name = "--out", .value_name = "DIR",
               .help = "gets NAME.AGENT.SEED.jsonl.gz; one that is there is left",
               .fallback = "runs/traces"},
    OptionSpec{.name = "--force", .type = OptionType::kFlag,
               .help = "record anew what is there"}};

// As --scenario takes it: the name of a catalog's scenario, so that traces do not depend on where
// the tree lies.
std::string NameOf(const std::string& file) {
  const Result<fs::path> root = DataRoot();
  if (!root) return file;
  std::error_code failed;
  const fs::path below = fs::relative(file, *root / "scenarios" / "catalog", failed);
  if (failed || below.empty() || *below.begin() == "..") return file;
  return fs::path(below).replace_extension().string();
}

// A path or a command becomes one word.
std::string FileWord(std::string text) {
  std::ranges::replace_if(
      text,
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
      '-');
  return text.substr(0, 100);
}

class Recording {
 public:
  Recording(const Arguments& arguments, PreparedSuite suite, PolicyFactory agent)
      : suite_(std::move(suite)),
        agent_(std::move(agent)),
        out_(arguments.Text("--out")),
        force_(arguments.Flag("--force")) {
    header_.scenario = suite_.labels[0].file = NameOf(suite_.labels[0].file);
    header_.agent = arguments.Text("--agent");
    header_.engine = kBuildInfo.commit;
    header_.kubernetes = "v" + suite_.setups[0].scenario.cluster.version;
  }

  const std::string& scenario() const { return header_.scenario; }

  Result<RecordedTrace> Take(u64 seed) {
    header_.seed = seed;
    RecordedTrace trace;
    trace.seed = seed;
    trace.path = (out_ / fmt::format("{}.{}.{}.jsonl.gz", FileWord(suite_.labels[0].name),
                                     FileWord(header_.agent), seed))
                     .string();
    const Result<bool> found = Find(trace);
    if (!found) return found.error();
    trace.was_there = *found;
    if (!trace.was_there) {
      if (const Status played = Play(trace); !played) return played.error();
    }
    std::error_code failed;
    trace.bytes = fs::file_size(trace.path, failed);
    return trace;
  }

 private:
  // True: there is a whole trace of this very episode.
  Result<bool> Find(RecordedTrace& trace) const {
    std::error_code failed;
    if (force_ || !fs::exists(trace.path, failed)) return false;
    const Result<Trace> read = ReadTrace(trace.path);
    if (!read) return LeaveOut(read.error());
    const TraceHeader& header = read->header;
    if (header.real || header.scenario != header_.scenario || header.agent != header_.agent ||
        header.seed != header_.seed) {
      return Error{ErrorCode::kUsage, trace.path,
                   fmt::format("is a trace of {} seed {} by {}; give another --out, or --force",
                               header.scenario, header.seed, header.agent)};
    }
    const Result<EpisodeResult> played =
        ReadEpisodeLine(read->result, suite_.labels, trace.path);
    if (!played) return LeaveOut(played.error());
    Fill(*played, trace);
    return true;
  }

  static Result<bool> LeaveOut(const Error& error) {
    if (error.code == ErrorCode::kEnvironment) return error;
    LogWarning("{}; recorded anew", error.Text());
    return false;
  }

  static void Fill(const EpisodeResult& played, RecordedTrace& trace) {
    trace.verdict = static_cast<int>(played.verdict);
    trace.end_s = ToSeconds(played.end);
  }

  Status Play(RecordedTrace& trace) {
    const EpisodeRequest request{&suite_.setups[0], 0, trace.seed};
    RunInfo info;
    info.agent = header_.agent;
    const Result<EpisodeResult> played =
        RecordSimulated(request, *agent_(), header_, trace.path, [&](const EpisodeResult& result) {
          return EpisodeLine(info, suite_.labels, result);
        });
    if (!played) return played.error();
    if (played->agent_lost) return Error{ErrorCode::kEnvironment, "--agent", played->error};
    if (played->errored) return Error{ErrorCode::kInvalidInput, scenario(), played->error};
    Fill(*played, trace);
    return Ok{};
  }

  PreparedSuite suite_;
  PolicyFactory agent_;
  fs::path out_;
  bool force_;
  TraceHeader header_;
};

void Tell(const RecordedTrace& trace) {
  fmt::print("{}: verdict {}, {:.0f} s, {:.0f} KiB{}\n", trace.path, trace.verdict, trace.end_s,
             static_cast<f64>(trace.bytes) / 1024, trace.was_there ? " (was there)" : "");
  std::fflush(stdout);
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<PreparedSuite> suite =
      OneScenario(arguments.Text(arguments.Given("which") ? "which" : "--scenario"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  Result<PolicyFactory> agent = AgentNamed(arguments.Text("--agent"));
  if (!agent) return agent.error();
  if (const Status made = MakeOutFolder(arguments.Text("--out")); !made) return made.error();
  Recording recording(arguments, std::move(*suite), std::move(*agent));
  const bool json = arguments.Flag("--json");
  std::vector<RecordedTrace> traces;
  const u64 first = static_cast<u64>(arguments.Integer("--seed"));
  const u64 count = static_cast<u64>(arguments.Integer("--repeat"));
  for (u64 i = 0; i < count && !Interrupted(); ++i) {
    Result<RecordedTrace> trace = recording.Take(first + i);
    if (!trace) return trace.error();
    if (!json) Tell(*trace);
    traces.push_back(std::move(*trace));
  }
  if (json) fmt::print("{}\n", RecordJson(recording.scenario(), arguments.Text("--agent"), traces));
  return ExitCode::kOk;
}

}  // namespace

const Command kRecord{.name = "record",
                      .summary = "episodes as traces: what was seen from outside, in files",
                      .example = "./wavetank record testbed/hotel-bad-image --seed 7 --repeat 3",
                      .options = kOptions,
                      .run = &Run};

}  // namespace wt
