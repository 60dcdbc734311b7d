// SPDX-License-Identifier: Apache-2.0
#include "bench/perf/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <span>
#include <thread>

#include "bench/perf/clock.h"
#include "bench/perf/r23.h"
#include "episodes/draw_scenario.h"
#include "episodes/twin.h"
#include "faults/fault_schedule.h"
#include "scenarios/build_world.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

constexpr u32 kEpisodes = 1024;    // timed, of R23
constexpr u32 kUniformEpisodes = 256;
constexpr u32 kAlone = 100;        // of those, run once more by themselves
constexpr u32 kTwins = 64;

using Figures = std::vector<Figure>;

template <class T>
T Median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Take>
f64 MedianOf(const PerfRun& run, Take take) {
  std::vector<f64> values;
  for (const PerfEpisode& episode : run.episodes) {
    values.push_back(static_cast<f64>(take(episode)));
  }
  return Median(values);
}

// Seconds of CPU that one call of `body` takes: the median of `batches` of `calls`.
template <class Body>
f64 TimePerCall(u32 batches, u32 calls, Body body) {
  std::vector<f64> times;
  for (u32 b = 0; b < batches; ++b) {
    const f64 start = ThreadCpuSeconds();
    for (u32 c = 0; c < calls; ++c) body();
    times.push_back((ThreadCpuSeconds() - start) / calls);
  }
  return Median(times);
}

int Cores() { return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u)); }

// Steps per second of an empty World: what the loop alone costs.
f64 EmptyStepsPerSecond(const Blueprint& blueprint) {
  WorldPool pool;
  World world = pool.Create(blueprint, {1});
  Sim sim{blueprint, world, pool};
  sim.world.header().now_ns = 0;
  return 1.0 / TimePerCall(20, 10000, [&] { RunWorld(sim, sim.now() + kR23Step); });
}

void AddCounts(const PerfRun& run, const std::string& prefix, Figures& out) {
  const u64 n = run.episodes.size();
  const auto per_step = [&](auto take) { return MedianOf(run, take) / kR23Steps; };
  out.push_back({prefix + "events_per_step", "events",
                 per_step([](const PerfEpisode& e) { return e.events; }), 0, n,
                 "engine events, median episode"});
  out.push_back({prefix + "solves_per_step", "solves",
                 per_step([](const PerfEpisode& e) { return e.solves; }), 0, n,
                 "solves of the traffic, median episode"});
  out.push_back({prefix + "requests_per_step", "requests",
                 per_step([](const PerfEpisode& e) { return e.requests; }), 0, n,
                 "requests of the simulated clients, median episode"});
  out.push_back({prefix + "services_serving", "services",
                 MedianOf(run, [](const PerfEpisode& e) { return e.serving; }), kR23Services, n,
                 "serve at the last step, median episode; baseline: all there are"});
}

Status MeasureR23(const ScenarioSetup& setup, Figures& out) {
  PerfOptions options;
  options.episodes = 128;
  options.first_seed = 1'000'001;  // none of those that are timed
  if (const Result<PerfRun> warm = RunPerf(setup, options); !warm) return warm.error();
  options.first_seed = 1;
  options.episodes = kEpisodes;
  const Result<PerfRun> run = RunPerf(setup, options);
  if (!run) return run.error();
  out.push_back({"r23_steps_per_s_core", "steps/s", static_cast<f64>(run->steps) / run->cpu_s,
                 EmptyStepsPerSecond(*setup.blueprint), run->episodes.size(),
                 "baseline: time passing in an empty World"});
  PerfOptions few = options;
  few.chunk = 8;
  const Result<PerfRun> close = RunPerf(setup, few);
  if (!close) return close.error();
  out.push_back({"r23_steps_per_s_core_8", "steps/s", static_cast<f64>(close->steps) / close->cpu_s,
                 static_cast<f64>(run->steps) / run->cpu_s, close->episodes.size(),
                 "8 worlds side by side, which the cache holds; baseline: 64 of them"});
  AddCounts(*run, "r23_", out);
  out.push_back({"r23_observation_bytes", "bytes", static_cast<f64>(run->observation_bytes), 0,
                 run->episodes.size(), "planes, masks and links of one observation"});
  options.episodes = 1;
  options.chunk = 1;
  u32 same = 0;
  for (u32 i = 0; i < kAlone; ++i) {
    options.first_seed = run->episodes[i].seed;
    const Result<PerfRun> alone = RunPerf(setup, options);
    if (!alone) return alone.error();
    same += alone->episodes.front().hash == run->episodes[i].hash;
  }
  out.push_back({"r23_same_hash_alone", "episodes", static_cast<f64>(same), kAlone, kAlone,
                 "timed episodes with the hash of the same seed run alone; baseline: all"});
  return Ok{};
}

Status MeasureAllCores(const ScenarioSetup& setup, Figures& out) {
  PerfOptions options;
  options.episodes = kEpisodes;
  options.threads = Cores();
  const Result<PerfRun> run = RunPerf(setup, options);
  if (!run) return run.error();
  out.push_back({"r23_steps_per_s_all_cores", "steps/s",
                 static_cast<f64>(run->steps) / run->wall_s,
                 EmptyStepsPerSecond(*setup.blueprint) * Cores(), run->episodes.size(),
                 fmt::format("{} threads, wall time; baseline: empty World, times cores",
                             Cores())});
  return Ok{};
}

Status MeasureUniform(const ScenarioSetup& setup, Figures& out) {
  PerfOptions options;
  options.actions = PerfActions::kUniform;
  options.episodes = kUniformEpisodes;
  const Result<PerfRun> run = RunPerf(setup, options);
  if (!run) return run.error();
  out.push_back({"uniform_steps_per_s_core", "steps/s", static_cast<f64>(run->steps) / run->cpu_s,
                 EmptyStepsPerSecond(*setup.blueprint), run->episodes.size(),
                 "uniformly random legal actions; baseline: time passing in an empty World"});
  AddCounts(*run, "uniform_", out);
  return Ok{};
}

Status MeasureTwin(const ScenarioSetup& setup, Figures& out) {
  WorldPool pool;
  f64 cpu_s = 0;
  for (u64 seed = 1; seed <= kTwins; ++seed) {
    const Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
    if (!started) return started.error();
    const f64 start = ThreadCpuSeconds();
    Twin twin(*setup.blueprint, pool, &kFaultHooks, started->cluster.world());
    twin.At(kR23Steps * kR23Step);
    cpu_s += ThreadCpuSeconds() - start;
  }
  out.push_back({"twin_steps_per_s_core", "steps/s", kTwins * kR23Steps / cpu_s,
                 EmptyStepsPerSecond(*setup.blueprint), kTwins,
                 "the no-op twin, 15 s of it as a step; baseline: empty World"});
  return Ok{};
}

// A World of R23 in the middle of its incident.
Result<World> MidIncident(const ScenarioSetup& setup, WorldPool& pool) {
  Result<StartedEpisode> started = StartEpisode(setup, pool, 1);
  if (!started) return started.error();
  PerfEpisodeRunner runner(std::move(*started), setup, 1, PerfActions::kR23);
  for (u32 s = 0; s < kR23Steps / 2; ++s) runner.Step();
  return pool.Fork(runner.cluster().world());
}

Status MeasureWorld(const ScenarioSetup& setup, Figures& out) {
  WorldPool pool;
  Result<World> world = MidIncident(setup, pool);
  if (!world) return world.error();
  const u32 block = world->header().block_bytes;
  const u32 live = static_cast<u32>(SaveWorld(*world).size());
  std::vector<std::byte> target(block);
  const f64 copy_s = TimePerCall(20, 200, [&] {
    std::memcpy(target.data(), world->block(), live);
    asm volatile("" : : "r"(target.data()) : "memory");
  });
  const auto fork = [&] { const World copy = pool.Fork(*world); };
  out.push_back({"fork_us", "us", TimePerCall(20, 200, fork) * 1e6, copy_s * 1e6, 20 * 200,
                 "World mid-incident into a warm slot; baseline: memcpy of its live bytes"});
  u64 seed = 0;
  const auto reset = [&] {
    const World fresh = ResetWorld(*setup.blueprint, pool, EpisodeKey(setup.scenario, ++seed));
  };
  out.push_back({"reset_us", "us", TimePerCall(20, 200, reset) * 1e6, copy_s * 1e6, 20 * 200,
                 "settled image into a warm slot; baseline: memcpy of a World's live bytes"});
  const auto start = [&] { const auto started = StartEpisode(setup, pool, ++seed); };
  out.push_back({"start_us", "us", TimePerCall(20, 50, start) * 1e6, copy_s * 1e6, 20 * 50,
                 "reset, faults, load and noise drawn, slots laid out; baseline: the same memcpy"});
  u64 sum = 0;
  const auto hash = [&] { sum += HashWorld(*world); };
  out.push_back({"hash_us", "us", TimePerCall(20, 200, hash) * 1e6, copy_s * 1e6, 20 * 200,
                 "World mid-incident; baseline: memcpy of its live bytes"});
  asm volatile("" : : "r"(sum));
  out.push_back({"world_live_bytes", "bytes", static_cast<f64>(live), static_cast<f64>(block), 1,
                 "World mid-incident; baseline: its block"});
  return Ok{};
}

struct Group {
  std::vector<std::string> names;
  Status (*measure)(const ScenarioSetup& setup, Figures& out);
};

const std::vector<Group>& Groups() {
  static const std::vector<Group> kGroups{
      {{"r23_steps_per_s_core", "r23_steps_per_s_core_8", "r23_events_per_step",
        "r23_solves_per_step", "r23_requests_per_step", "r23_services_serving",
        "r23_observation_bytes", "r23_same_hash_alone"},
       &MeasureR23},
      {{"r23_steps_per_s_all_cores"}, &MeasureAllCores},
      {{"uniform_steps_per_s_core", "uniform_events_per_step", "uniform_solves_per_step",
        "uniform_requests_per_step", "uniform_services_serving"},
       &MeasureUniform},
      {{"twin_steps_per_s_core"}, &MeasureTwin},
      {{"fork_us", "reset_us", "start_us", "hash_us", "world_live_bytes"}, &MeasureWorld}};
  return kGroups;
}

}  // namespace

std::vector<std::string> FigureNames() {
  std::vector<std::string> names;
  for (const Group& group : Groups()) {
    names.insert(names.end(), group.names.begin(), group.names.end());
  }
  return names;
}

Result<Figures> MeasureFigures(const std::string& root, const std::string& only) {
  const std::vector<std::string> names = FigureNames();
  if (!only.empty() && std::find(names.begin(), names.end(), only) == names.end()) {
    return Error{ErrorCode::kUsage, "--only",
                 fmt::format("no figure '{}'; expected {}{}", only, JoinWords(names),
                             DidYouMean(only, names))};
  }
  const Result<ScenarioSetup> setup = PrepareR23(root);
  if (!setup) return setup.error();
  Figures out;
  for (const Group& group : Groups()) {
    const auto& named = group.names;
    const bool wanted = std::find(named.begin(), named.end(), only) != named.end();
    if (!only.empty() && !wanted) continue;
    if (const Status s = group.measure(*setup, out); !s) return s.error();
  }
  if (!only.empty()) std::erase_if(out, [&](const Figure& f) { return f.name != only; });
  return out;
}

std::string MachineText() {
  std::string model = "unknown processor";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    model = line.substr(std::min(line.find(": ") + 2, line.size()));
    break;
  }
#ifdef __AVX2__
  const char* vectors = "AVX2";
#else
  const char* vectors = "no AVX2";
#endif
  return fmt::format("{}, {} cores; built by {} {}, {}", model, Cores(),
#ifdef __clang__
                     "clang",
#else
                     "gcc",
#endif
                     __VERSION__, vectors);
}

}  // namespace wt
