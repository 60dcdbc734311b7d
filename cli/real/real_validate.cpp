// SPDX-License-Identifier: Apache-2.0
#include "cli/real/real_validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "cli/commands/one_episode.h"
#include "cli/commands/shared.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/version.h"
#include "episodes/trace/record_simulated.h"
#include "realcluster/fidelity/compare.h"
#include "realcluster/fidelity/report.h"
#include "realcluster/fidelity/stored_traces.h"
#include "realcluster/replay/trace_replay.h"
#include "scenarios/load_scenario.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStoredTraces = "realcluster/traces";
constexpr i64 kRepetitions = 3;

// What one comparison is about: a suite with its scenarios' names in the catalog.
struct Ground {
  fs::path catalog;
  PreparedSuite suite;
  std::vector<std::string> names;  // "testbed/hotel-oom", by setup

  std::string NameOf(const std::string& file) const {
    std::error_code failed;
    const fs::path below = fs::relative(file, catalog, failed);
    if (failed || below.empty() || *below.begin() == "..") return file;
    return fs::path(below).replace_extension().string();
  }
  // A stored trace's scenario as it is called here; empty: there is none of that name.
  std::string FullName(const std::string& scenario) const {
    for (const std::string& name : names) {
      if (name == scenario) return name;
    }
    const std::string file = FindInCatalog(catalog.string(), scenario);
    return file.empty() ? "" : NameOf(file);
  }
  // -1: not in the suite.
  int IndexOf(const std::string& name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
  }
};

Result<Ground> PrepareGround(const std::string& suite_name) {
  const Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<PreparedSuite> suite = PrepareSuite(root->string(), suite_name);
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  Ground out{*root / "scenarios" / "catalog", std::move(*suite), {}};
  for (const ScenarioLabel& label : out.suite.labels) out.names.push_back(out.NameOf(label.file));
  return out;
}

// When the scenario's first fault comes, if no seed draws it.
std::optional<f64> FaultSeconds(const Scenario& scenario) {
  std::optional<f64> out;
  for (const FaultSpec& fault : scenario.faults) {
    if (fault.at.form != Distribution::Form::kConstant) return {};
    const f64 at = fault.at.low / static_cast<f64>(kSecond);
    out = std::min(at, out.value_or(at));
  }
  return out;
}

// What a file says of its end is not taken on trust: its episode is judged again.
Status CheckVerdict(const std::string& file, const Trace& trace, int stored,
                    const ScenarioSetup& setup) {
  WorldPool pool;
  EpisodeRequest request;
  request.setup = &setup;
  request.seed = trace.header.seed;
  const Result<EpisodeResult> now = PlayRecorded(trace, request, pool);
  constexpr const char* kAgain = "record it again with `wavetank real record`";
  if (!now || now->errored) {
    return Error{ErrorCode::kInvalidInput, file,
                 fmt::format("cannot be judged again: {}; {}",
                             now ? now->error : now.error().Text(), kAgain)};
  }
  if (now->verdict == stored) return Ok{};
  return Error{ErrorCode::kInvalidInput, file,
               fmt::format("says verdict {}, but what it recorded is judged {}; {}", stored,
                           now->verdict, kAgain)};
}

Result<std::vector<EpisodeDigest>> ReadReal(const Ground& ground, const std::string& folder) {
  const auto files = StoredTraceFiles(folder);
  if (!files) return files.error();
  std::vector<EpisodeDigest> out;
  std::map<std::tuple<std::string, std::string, u64, u32>, std::string> seen;
  for (const std::string& file : *files) {
    const Result<Trace> trace = ReadStoredTrace(
        file, [&](const std::string& scenario) { return ground.FullName(scenario); });
    if (!trace) return trace.error();
    const TraceHeader& h = trace->header;
    const int index = ground.IndexOf(h.scenario);
    if (index < 0) continue;  // of another suite
    const auto [same, is_new] =
        seen.emplace(std::tuple(h.scenario, h.agent, h.seed, h.repetition), file);
    if (!is_new) {
      return Error{ErrorCode::kInvalidInput, file,
                   fmt::format("is the same scenario, agent, seed and repetition as {}; keep one",
                               same->second)};
    }
    const ScenarioSetup& setup = ground.suite.setups[static_cast<std::size_t>(index)];
    EpisodeDigest digest = DigestOf(*trace, FaultSeconds(setup.scenario));
    if (!digest.facts.errored) {
      const Status judged = CheckVerdict(file, *trace, digest.facts.verdict, setup);
      if (!judged) return judged.error();
    }
    out.push_back(std::move(digest));
  }
  return out;
}

// A folder for files that nobody wants to keep.
class TemporaryFolder {
 public:
  static Result<std::unique_ptr<TemporaryFolder>> Make() {
    std::error_code failed;
    std::string name = (fs::temp_directory_path(failed) / "wavetank-validate-XXXXXX").string();
    if (failed || mkdtemp(name.data()) == nullptr) {
      return Error{ErrorCode::kEnvironment, name, "cannot be made; set TMPDIR to a folder that "
                                                  "can be written"};
    }
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// Who played: an agent, or the list of actions that stands beside the traces under its name.
Result<PlayEpisode> PlayerOf(const std::string& name, const std::string& folder) {
  const std::string list = (fs::path(folder) / (name + ".jsonl")).string();
  if (fs::exists(list)) {
    Result<std::vector<ScriptedAction>> actions = ActionsOf(list);
    if (!actions) return actions.error();
    return PlayEpisode([actions = std::move(*actions)](const EpisodeRequest& request,
                                                       WorldPool& pool,
                                                       const ChunkOptions& options) {
      return RunScript(request, actions, pool, options);
    });
  }
  Result<PolicyFactory> agent = AgentNamed(name);
  if (!agent) {
    return Error{ErrorCode::kInvalidInput, folder,
                 fmt::format("has traces of agent '{}', which cannot be played here: {}; a list of "
                             "actions belongs beside them as {}.jsonl",
                             name, agent.error().Text(), name)};
  }
  return PlayEpisode([agent = std::move(*agent)](const EpisodeRequest& request, WorldPool& pool,
                                                 const ChunkOptions& options)
                         -> Result<EpisodeResult> {
    return RunChunk({&request, 1}, *agent(), pool, options)[0];
  });
}

struct SimulatedEpisode {
  int setup = 0;
  std::string scenario, agent;
  u64 seed = 0;
};

Result<EpisodeDigest> Simulate(const Ground& ground, const SimulatedEpisode& episode,
                               const PlayEpisode& play, const std::string& file) {
  const auto& setup = ground.suite.setups[static_cast<std::size_t>(episode.setup)];
  TraceHeader header;
  header.scenario = episode.scenario;
  header.seed = episode.seed;
  header.agent = episode.agent;
  header.engine = kBuildInfo.commit;
  header.kubernetes = "v" + setup.scenario.cluster.version;
  EpisodeRequest request;
  request.setup = &setup;
  request.scenario = static_cast<u32>(episode.setup);
  request.seed = episode.seed;
  RunInfo info;
  info.agent = episode.agent;
  const Result<EpisodeResult> played =
      RecordSimulated(request, play, header, file, [&](const EpisodeResult& result) {
        return EpisodeLine(info, ground.suite.labels, result);
      });
  if (!played) return played.error();
  if (played->errored) {
    LogWarning("{} seed {} by {} in the simulator: {}", episode.scenario, episode.seed,
               episode.agent, played->error);
    EpisodeDigest lost;
    lost.header = header;
    lost.facts.errored = true;
    return lost;
  }
  const Result<Trace> trace = ReadTrace(file);
  if (!trace) return trace.error();
  return DigestOf(*trace, FaultSeconds(setup.scenario));
}

Result<std::vector<EpisodeDigest>> SimulateAll(const Ground& ground,
                                               const std::vector<EpisodeDigest>& real,
                                               const std::string& traces, u32 at_least) {
  std::map<std::pair<std::string, std::string>, std::vector<TraceHeader>> groups;
  for (const EpisodeDigest& digest : real) {
    groups[{digest.header.scenario, digest.header.agent}].push_back(digest.header);
  }
  const auto temporary = TemporaryFolder::Make();
  if (!temporary) return temporary.error();
  const std::string file = ((*temporary)->path() / "episode.jsonl").string();
  std::vector<EpisodeDigest> out;
  for (const auto& [name, headers] : groups) {
    const Result<PlayEpisode> play = PlayerOf(name.second, traces);
    if (!play) return play.error();
    SimulatedEpisode episode{ground.IndexOf(name.first), name.first, name.second, 0};
    for (const u64 seed : SimulatedSeeds(headers, at_least)) {
      if (Interrupted()) return out;
      episode.seed = seed;
      Result<EpisodeDigest> digest = Simulate(ground, episode, *play, file);
      if (!digest) return digest.error();
      out.push_back(std::move(*digest));
    }
    LogInfo("{} by {}: simulated", name.first, name.second);
  }
  return out;
}

// Of every scenario the repetitions of one seed that the folder does not hold.
Result<std::vector<WantedTrace>> Missing(const Arguments& arguments, const Ground& ground,
                                         const std::string& folder) {
  std::set<std::tuple<std::string, std::string, u64, u32>> there;
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
    const auto real = ReadReal(ground, folder);
    if (!real) return real.error();
    for (const EpisodeDigest& digest : *real) {
      const TraceHeader& h = digest.header;
      there.insert({h.scenario, h.agent, h.seed, h.repetition});
    }
  }
  const i64 repeat = arguments.Given("--repeat") ? arguments.Integer("--repeat") : kRepetitions;
  std::vector<WantedTrace> out;
  for (const std::string& name : ground.names) {
    for (i64 repetition = 1; repetition <= repeat; ++repetition) {
      WantedTrace wanted;
      wanted.header.real = true;
      wanted.header.scenario = name;
      wanted.header.agent = arguments.Text("--agent");
      wanted.header.seed = static_cast<u64>(arguments.Integer("--seed"));
      wanted.header.repetition = static_cast<u32>(repetition);
      wanted.file = (fs::path(folder) / TraceFileName(wanted.header)).string();
      const TraceHeader& h = wanted.header;
      if (!there.contains({h.scenario, h.agent, h.seed, h.repetition})) out.push_back(wanted);
    }
  }
  return out;
}

Status RecordMissing(const Arguments& arguments, const Ground& ground, const std::string& folder,
                     const RecordWanted& record) {
  const auto missing = Missing(arguments, ground, folder);
  if (!missing) return missing.error();
  if (missing->empty()) return Ok{};
  if (record) return record(arguments, ground.suite, *missing);
  const WantedTrace& first = missing->front();
  return Error{ErrorCode::kEnvironment, folder,
               fmt::format("{} traces are missing, first {} (repetition {} of seed {}); record "
                           "them with `wavetank real record {}`, or compare what is there with "
                           "--from-stored",
                           missing->size(), fs::path(first.file).filename().string(),
                           first.header.repetition, first.header.seed, first.header.scenario)};
}

}  // namespace

Result<ExitCode> ValidateReal(const Arguments& arguments, const RecordWanted& record) {
  const bool json = arguments.Flag("--json"), markdown = arguments.Flag("--markdown");
  if (json && markdown) {
    return Error{ErrorCode::kUsage, "--markdown", "does not go with --json; choose one"};
  }
  Result<Ground> ground = PrepareGround(arguments.Text("--suite"));
  if (!ground) return ground.error();
  std::string folder = arguments.Text("--traces");
  if (folder.empty()) {
    const Result<fs::path> root = DataRoot();
    if (!root) return root.error();
    folder = (*root / kStoredTraces).string();
  }
  if (!arguments.Flag("--from-stored")) {
    const Status recorded = RecordMissing(arguments, *ground, folder, record);
    if (!recorded) return recorded.error();
    if (Interrupted()) return ExitCode::kInterrupted;
  }
  const auto real = ReadReal(*ground, folder);
  if (!real) return real.error();
  if (real->empty()) {
    return Error{ErrorCode::kEnvironment, folder,
                 fmt::format("holds no trace of suite {}; record one with `wavetank real record "
                             "{}`", ground->suite.name, ground->names.front())};
  }
  const auto simulated =
      SimulateAll(*ground, *real, folder, static_cast<u32>(arguments.Integer("--simulated")));
  if (!simulated) return simulated.error();
  if (Interrupted()) return ExitCode::kInterrupted;
  FidelityReport report = CompareWorlds(*real, *simulated);
  report.suite = ground->suite.name;
  if (json) fmt::print("{}\n", FidelityJson(report));
  else fmt::print("{}", markdown ? FidelityMarkdown(report) : FidelityText(report));
  return ExitCode::kOk;
}

}  // namespace wt
