// SPDX-License-Identifier: Apache-2.0
// What an agent sees before anything happened, or without looking, does not tell whether something
// will be wrong, nor who will be the culprit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "agents/view.h"
#include "episodes/ground_truth.h"
#include "sim/cluster/entities.h"
#include "sim/cluster/findings.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

constexpr u64 kSeeds = 20;
constexpr SimTime kBeforeAnyFault = 45 * kSecond;
constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kW = EntityKind::kWorkload;

PreparedSuite Suite(const std::string& name) {
  Result<PreparedSuite> prepared = PrepareSuite(SourceDir(), name);
  EXPECT_TRUE(prepared.ok()) << (prepared.ok() ? "" : prepared.error().Text());
  return std::move(*prepared);
}

// Scalars of one look by name: every feature of the cluster's plane and the sum of every other
// plane, of which `exists` counts the entities.
std::map<std::string, f32> Scalars(const SimCluster& cluster) {
  const ObservationShape shape = cluster.Shape();
  std::vector<f32> features(shape.Floats());
  std::vector<u32> masks(shape.Masks());
  std::vector<u16> edges(2u * shape.edges), service_workload(shape.slots[1]);
  const ObservationView view{shape, features, masks, {edges.data(), shape.edges},
                             {edges.data() + shape.edges, shape.edges}, service_workload};
  cluster.Observe(view);
  std::map<std::string, f32> out;
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    for (u32 f = 0; f < FeaturesOf(kind).size(); ++f) {
      f32 sum = 0;
      for (const f32 x : view.Plane(kind, f)) sum += x;
      out[fmt::format("{} {}", EntityKindName(kind), FeaturesOf(kind)[f].name)] = sum;
    }
  }
  return out;
}

struct Sample {
  bool faulty = false;
  f32 value = 0;
};

// Balanced accuracy of the best threshold, either side of it being "faulty".
f64 BestThreshold(std::vector<Sample> samples) {
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.value < b.value; });
  f64 count[2] = {}, below[2] = {};
  for (const Sample& s : samples) ++count[s.faulty];
  f64 best = 0.5;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ++below[samples[i].faulty];
    if (i + 1 < samples.size() && samples[i + 1].value == samples[i].value) continue;
    best = std::max(best, 0.5 + 0.5 * std::abs(below[1] / count[1] - below[0] / count[0]));
  }
  return best;
}

// What chance gives in one of a thousand features that say nothing: the best threshold is half the
// two-sample Kolmogorov-Smirnov distance above one half, whose 0.1 % point is
// 1.95 sqrt((n + m) / (n m)) (Smirnov 1948, asymptotic).
f64 ChanceBound(f64 n, f64 m) { return 0.5 + 0.5 * 1.95 * std::sqrt((n + m) / (n * m)); }

class FirstLook : public testing::TestWithParam<const char*> {};

TEST_P(FirstLook, HasNoScalarThatTellsHealthyFromFaulty) {
  std::map<std::string, std::vector<Sample>> samples;
  f64 count[2] = {};
  const PreparedSuite suite = Suite(GetParam());
  for (const ScenarioSetup& setup : suite.setups) {
    for (u64 seed = 1; seed <= kSeeds; ++seed) {
      WorldPool pool;
      Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
      ASSERT_TRUE(started.ok()) << started.error().Text();
      SimCluster& cluster = started->cluster;
      const bool faulty = HasFault(cluster.world());
      ASSERT_TRUE(!faulty || FirstFaultAt(cluster.world()) > kBeforeAnyFault);
      ++count[faulty];
      for (const auto& [name, value] : Scalars(cluster)) {
        samples[name + " at 0 s"].push_back({faulty, value});
      }
      cluster.Advance(kBeforeAnyFault);
      for (const auto& [name, value] : Scalars(cluster)) {
        samples[name + " at 45 s"].push_back({faulty, value});
      }
    }
  }
  const f64 bound = ChanceBound(count[0], count[1]);
  std::pair<f64, std::string> worst;
  for (const auto& [name, values] : samples) {
    const f64 accuracy = BestThreshold(values);
    EXPECT_LT(accuracy, bound) << name;
    worst = std::max(worst, {accuracy, name});
  }
  fmt::print("{}: {} healthy, {} faulty episodes; bound {:.3f}, most telling: {} {:.3f}\n",
             GetParam(), count[0], count[1], bound, worst.second, worst.first);
}

INSTANTIATE_TEST_SUITE_P(, FirstLook, testing::Values("lite", "diagnosis", "slice", "real"),
                         [](const auto& param) { return std::string(param.param); });

bool SameLaw(const Distribution& a, const Distribution& b) {
  return a.form == b.form && a.low == b.low && a.high == b.high && a.texts == b.texts &&
         a.upto == b.upto && a.values == b.values;
}

// "ramp noise 0..0.3" of a scenario.
std::string LoadAndNoise(const Scenario& scenario) {
  const Range noise = Support(scenario.noise.intensity);
  return fmt::format("{} noise {}..{}", LoadShapeName(scenario.load.pattern), noise.low,
                     noise.high);
}

TEST(Suites, LoadAndNoiseOfFaultyScenariosAreThoseOfHealthyOnesInLikeShares) {
  for (const char* name : {"lite", "diagnosis", "slice", "real"}) {
    const PreparedSuite suite = Suite(name);
    std::map<std::string, f64> share[2];
    f64 count[2] = {};
    const LoadSpec& first = suite.setups[0].scenario.load;
    for (const ScenarioSetup& setup : suite.setups) {
      const Scenario& scenario = setup.scenario;
      ++count[scenario.Healthy()];
      ++share[scenario.Healthy()][LoadAndNoise(scenario)];
      EXPECT_TRUE(SameLaw(scenario.load.rate, first.rate)) << scenario.name;
      EXPECT_TRUE(SameLaw(scenario.load.mix, first.mix)) << scenario.name;
      for (const ScenarioSetup& other : suite.setups) {
        const LoadSpec& a = scenario.load;
        const LoadSpec& b = other.scenario.load;
        if (a.pattern != b.pattern) continue;
        EXPECT_TRUE(SameLaw(a.to, b.to) && SameLaw(a.at, b.at) && SameLaw(a.over, b.over) &&
                    SameLaw(a.every, b.every) && SameLaw(a.amplitude, b.amplitude) &&
                    SameLaw(a.period, b.period))
            << scenario.name << " and " << other.scenario.name;
      }
    }
    for (auto& [what, scenarios] : share[1]) {
      EXPECT_NEAR(scenarios / count[1], share[0][what] / count[0], 0.06) << name << " " << what;
    }
    EXPECT_EQ(share[0].size(), share[1].size()) << name;
  }
}

// Else the repaired app, which takes all requests again, would be blamed for an overload that the
// fault, where calls fail at once, had kept from the twin.
TEST(Suites, SpikesAreOverBeforeAnyFault) {
  for (const ScenarioSetup& setup : Catalog().setups) {
    const LoadSpec& load = setup.scenario.load;
    if (load.pattern != LoadShape::kSpike) continue;
    for (const FaultSpec& fault : setup.scenario.faults) {
      EXPECT_LE(Support(load.at).high + Support(load.over).high, Support(fault.at).low)
          << setup.scenario.name;
    }
  }
}

TEST(Suites, AsManyWorkloadsComeUpInEveryScenarioOfLite) {
  for (const ScenarioSetup& setup : Lite().setups) {
    for (u64 seed = 1; seed <= 3; ++seed) {
      WorldPool pool;
      SimCluster cluster = std::move(StartEpisode(setup, pool, seed)->cluster);
      const auto workloads = [&] {
        return Scalars(cluster)[fmt::format("{} exists", EntityKindName(kW))];
      };
      const f32 before = workloads();
      cluster.Advance(3 * kMinute + kSecond);
      EXPECT_EQ(workloads() - before, 3) << setup.scenario.name << " seed " << seed;
    }
  }
}

// ---- two exploits that once won

// Says at the first look that a cluster with few requests is healthy.
TEST(Exploit, FewRequestsDoNotMeanHealthy) {
  f64 count[2] = {}, few[2] = {};
  for (const ScenarioSetup& setup : Lite().setups) {
    for (u64 seed = 1; seed <= kSeeds; ++seed) {
      WorldPool pool;
      const SimCluster cluster = std::move(StartEpisode(setup, pool, seed)->cluster);
      const bool faulty = HasFault(cluster.world());
      ++count[faulty];
      few[faulty] += Scalars(cluster)[fmt::format("{} client_rate", EntityKindName(kC))] < 0.685f;
    }
  }
  fmt::print("client_rate < 0.685 at 0 s: {} of {} healthy, {} of {} faulty\n", few[0], count[0],
             few[1], count[1]);
  EXPECT_NEAR(few[0] / count[0], few[1] / count[1], 0.1);
}

// Scales whatever has no Service to 0, once it has come up, and then says that it was the cause.
class ScaleUnserved final : public Policy {
 public:
  std::string Name() const override { return "scale-unserved"; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = LegalOr(slot.observation, Next(slot.observation));
  }

 private:
  static Action Next(const ObservationView& view) {
    const WorkloadRows rows(view);
    u16 scaled = rows.size();
    for (u16 w = 0; w < rows.size(); ++w) {
      if (!rows.Exists(w) || rows.At(FeatureIndex(kW, "has_service"), w) > 0.5f) continue;
      scaled = w;
      if (rows.At(FeatureIndex(kW, "touched"), w) > 0) continue;
      return {kW, MoveIndex(kW, Verb::kScale, 0), w};
    }
    if (Global(view, FeatureIndex(kC, "time_used")) < 0.2f) return kWaitOneStep;
    return scaled == rows.size() ? kSayHealthy : Action{kW, MoveIndex(kW, Verb::kSubmit), scaled};
  }
};

TEST(Exploit, ScalingDownWhatHasNoServiceWinsNothing) {
  EvaluateOptions options;
  options.first_seed = 1;
  options.last_seed = kSeeds;
  const auto episodes =
      Evaluate(Lite(), [] { return std::make_unique<ScaleUnserved>(); }, options).episodes;
  f64 sum[3] = {}, count[3] = {};  // healthy, rogue, other faults
  for (const EpisodeResult& e : episodes) {
    const std::string& name = Lite().labels[e.scenario].name;
    const int at = !e.faulty ? 0 : name.find("pod-kill") != name.npos ? 1 : 2;
    ++count[at];
    sum[at] += e.verdict;
  }
  fmt::print("scale whatever has no Service to 0, verdict mean: healthy {:.3f} ({}), rogue {:.3f} "
             "({}), other faults {:.3f} ({})\n",
             sum[0] / count[0], count[0], sum[1] / count[1], count[1], sum[2] / count[2], count[2]);
  for (int i = 0; i < 3; ++i) EXPECT_LE(sum[i] / count[i], 0.05) << i;
}

// ---- logs as numbers and logs as texts

TEST(Logs, FindingsAreWhatTheLinesSay) {
  u32 missing = 0, dependency = 0, deletes = 0;
  for (const ScenarioSetup& setup : Catalog().setups) {
    WorldPool pool;
    SimCluster cluster = std::move(StartEpisode(setup, pool, 5)->cluster);
    while (cluster.Now() < 8 * kMinute) {
      cluster.Advance(7 * kSecond);
      const Sim sim = cluster.View();
      for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
        if (sim.At<Deployment>(d).born == 0) continue;
        const LogFindings numbers = ReadLogs(sim, d);
        if (numbers.pod == 0) continue;
        std::vector<LogLine> lines;
        for (u32 c = sim.At<Pod>(numbers.pod).first_container; c != 0;
             c = sim.At<Container>(c).next) {
          for (LogLine& line : ContainerLogs(sim, c, false)) lines.push_back(std::move(line));
        }
        const LogFindings words = FindInLog(lines, sim.now_ms());
        const std::string where = fmt::format("{} {} at {} s", setup.scenario.name,
                                              sim.Text(sim.At<Deployment>(d).name),
                                              ToSeconds(cluster.Now()));
        EXPECT_EQ(numbers.missing_key, words.missing_key) << where;
        EXPECT_EQ(numbers.dependency, words.dependency) << where;
        EXPECT_EQ(numbers.calls_api, words.calls_api) << where;
        missing += numbers.missing_key;
        dependency += numbers.dependency;
        deletes += numbers.calls_api;
      }
    }
  }
  EXPECT_GT(missing, 0u);
  EXPECT_GT(dependency, 0u);
  EXPECT_GT(deletes, 0u);
}

}  // namespace
}  // namespace wt
