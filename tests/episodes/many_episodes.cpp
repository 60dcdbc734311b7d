// SPDX-License-Identifier: Apache-2.0
// many_episodes ROOT NAME=VALUE...: that many episodes of the lite suite in one call of RunBatch
// (mode=chunks) or by segments; progress on stderr, one JSON object on stdout with the hash of all
// results, times and the peak of resident memory. Names and defaults: kDefaults below.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <charconv>
#include <chrono>
#include <map>
#include <string>

#include "agents/all_policies.h"
#include "agents/network.h"
#include "bench/evaluate.h"
#include "cli/progress.h"
#include "episodes/run_segments.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

const std::map<std::string, std::string> kDefaults{
    {"mode", "chunks"},  // or segments
    {"agent", "random"}, // a scripted policy, or network: width 32, random weights
    {"episodes", "1024"},
    {"group", "1"},      // episodes of one World
    {"max_steps", "2"},  // decisions per episode; 0: the scenario's
    {"threads", "0"},
    {"chunk", "0"},      // worlds of a chunk or of a lane; 0: what the library takes
    {"alive", "2048"},   // of segments
    {"steps", "16"}};    // of a segment

struct Settings {
  std::map<std::string, std::string> text = kDefaults;
  u32 Number(const char* name) const {
    u32 out = 0;
    const std::string& t = text.at(name);
    std::from_chars(t.data(), t.data() + t.size(), out);
    return out;
  }
};

std::unique_ptr<Policy> Agent(const std::string& name) {
  if (name != "network") return MakePolicy(name);
  NetworkWeights weights(32);
  for (u32 l = 0; l < kLayers; ++l) {
    DrawWeights(weights.layers[l].data(), ShapeOf(static_cast<Layer>(l), 32), 0.2f, 5, l);
  }
  return MakeNetworkPolicy(std::make_shared<const NetworkWeights>(std::move(weights)), false, name);
}

std::vector<EpisodeRequest> Requests(const PreparedSuite& suite, const Settings& settings) {
  std::vector<EpisodeRequest> out(settings.Number("episodes"));
  const u32 group = std::max(settings.Number("group"), 1u);
  for (u32 i = 0; i < out.size(); ++i) {
    const u32 scenario = i / group % static_cast<u32>(suite.setups.size());
    out[i] = {.setup = &suite.setups[scenario],
              .scenario = scenario,
              .seed = 1 + i / group,
              .policy_key = i % group,
              .max_steps = settings.Number("max_steps")};
  }
  return out;
}

std::vector<EpisodeResult> Play(std::span<const EpisodeRequest> requests,
                                const Settings& settings) {
  const PolicyFactory make = [&] { return Agent(settings.text.at("agent")); };
  Progress progress("episodes", requests.size());
  if (settings.text.at("mode") == "segments") {
    SegmentOptions options;
    options.threads = static_cast<int>(settings.Number("threads"));
    options.alive = settings.Number("alive");
    if (const u32 lane = settings.Number("chunk"); lane > 0) options.lane = lane;
    options.steps = settings.Number("steps");
    options.chunk_options.keep_actions = false;
    return RunSegments(requests, make, options, [&](const SegmentProgress& p) {
      progress.Update(p.ended, fmt::format("{} alive", p.begun - p.ended));
      return true;
    });
  }
  BatchOptions options;
  options.threads = static_cast<int>(settings.Number("threads"));
  if (const u32 chunk = settings.Number("chunk"); chunk > 0) options.chunk = chunk;
  options.drop_actions = true;
  u64 ended = 0;
  options.on_chunk = [&](std::span<const EpisodeResult> part) {
    progress.Update(ended += part.size());
    return true;
  };
  return RunBatch(requests, make, options);
}

f64 CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<f64>(now.tv_sec) + static_cast<f64>(now.tv_nsec) * 1e-9;
}

int Main(const std::string& root, const Settings& settings) {
  Result<PreparedSuite> suite = PrepareSuite(root, "lite");
  if (!suite) {
    fmt::print(stderr, "{}\n", suite.error().Text());
    return 1;
  }
  const std::vector<EpisodeRequest> requests = Requests(*suite, settings);
  const auto start = std::chrono::steady_clock::now();
  const f64 cpu_start = CpuSeconds();
  const std::vector<EpisodeResult> results = Play(requests, settings);
  const std::chrono::duration<f64> wall = std::chrono::steady_clock::now() - start;
  u64 hash = 0, decisions = 0, errored = 0;
  for (const EpisodeResult& e : results) {
    const u64 words[] = {hash, e.hash, static_cast<u64>(static_cast<i64>(e.verdict)), e.steps};
    hash = HashBytes(words, sizeof(words));
    decisions += e.steps;
    errored += e.errored ? 1 : 0;
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  fmt::print("{{\"episodes\": {}, \"errored\": {}, \"decisions\": {}, \"hash\": \"{:016x}\", "
             "\"wall_s\": {:.2f}, \"cpu_s\": {:.2f}, \"peak_mib\": {:.1f}}}\n",
             results.size(), errored, decisions, hash, wall.count(), CpuSeconds() - cpu_start,
             static_cast<f64>(used.ru_maxrss) / 1024);
  return 0;
}

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  wt::Settings settings;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto found = settings.text.find(word.substr(0, equals));
    if (found == settings.text.end() || equals == word.size()) {
      fmt::print(stderr, "many_episodes: unknown setting {}\n", word);
      return 2;
    }
    found->second = word.substr(equals + 1);
  }
  return argc < 2 ? 2 : wt::Main(argv[1], settings);
}
