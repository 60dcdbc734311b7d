// SPDX-License-Identifier: Apache-2.0
// Every catalog scenario has a playthrough (GROUP/NAME.txt here) and still plays like it. After an
// intended change of the model, refresh them all and read the difference:
//   WT_UPDATE=1 build/tests/playthroughs/playthroughs_test
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "episodes/playthrough.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAgent = "rule";
constexpr u64 kSeed = 7;
constexpr long kLinesMax = 300;

std::string Play(u32 index) {
  const ScenarioSetup& setup = Catalog().setups[index];
  WorldPool pool;
  Playthrough playthrough;
  ChunkOptions options;
  options.on_step = [&](const StepView& step) { playthrough.Add(step); };
  const EpisodeRequest request{&setup, index, kSeed};
  const EpisodeResult result = RunChunk({&request, 1}, *Agent(kAgent)(), pool, options)[0];
  EXPECT_FALSE(result.errored) << result.error;
  return playthrough.Text(setup, kAgent, result);
}

fs::path FileOf(u32 index) {
  const fs::path scenario = Catalog().labels[index].file;
  return fs::path(SourceDir()) / "tests/playthroughs" / scenario.parent_path().filename() /
         (scenario.stem().string() + ".txt");
}

std::string Read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

void ExpectEqualLines(const fs::path& path, const std::string& kept, const std::string& now) {
  std::istringstream a(kept), b(now);
  std::string line_a, line_b;
  for (int line = 1; true; ++line) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a));
    const bool more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) return;
    ASSERT_TRUE(more_a && more_b && line_a == line_b)
        << path.string() << ":" << line << "\nkept  " << line_a << "\nnow   " << line_b;
  }
}

TEST(Playthroughs, EveryCatalogScenarioPlaysAsRecorded) {
  const bool update = std::getenv("WT_UPDATE") != nullptr;
  for (u32 i = 0; i < Catalog().setups.size(); ++i) {
    const fs::path path = FileOf(i);
    const std::string now = Play(i);
    EXPECT_LE(std::count(now.begin(), now.end(), '\n'), kLinesMax) << path.string();
    if (update) {
      fs::create_directories(path.parent_path());
      std::ofstream(path) << now;
      continue;
    }
    ASSERT_TRUE(fs::exists(path)) << path.string()
                                  << " is missing; WT_UPDATE=1 with this test writes it";
    ExpectEqualLines(path, Read(path), now);
  }
}

}  // namespace
}  // namespace wt
