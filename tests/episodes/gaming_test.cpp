// SPDX-License-Identifier: Apache-2.0
// Ways to a verdict of 1 that must not lead there, tried on every faulty scenario of the catalog.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "agents/view.h"
#include "episodes/ground_truth.h"
#include "episodes/oracle.h"
#include "episodes/script.h"
#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/fault_schedule.h"
#include "sim/transitions.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

// Knows the answer and uses it as told: `decide` is asked at every step.
class Cheater final : public SeeingPolicy {
 public:
  using Decide = Action (*)(const SimCluster& cluster, u32 step);
  explicit Cheater(Decide decide) : decide_(decide) {}
  std::string Name() const override { return "cheater"; }
  void Show(std::span<const SimCluster* const> clusters) override { clusters_ = clusters; }
  void Act(std::span<PolicySlot> slots) override {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      slots[i].chosen = decide_(*clusters_[i], slots[i].step);
    }
  }

 private:
  Decide decide_;
  std::span<const SimCluster* const> clusters_;
};

RootCause TruthIn(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  return TruthOf(sim, sim.At<Fault>(PlannedFaults(cluster.world())[0]));
}

// The first move of this verb on what the first fault is about to hit; else a wait.
Action OnTarget(const SimCluster& cluster, Verb verb) {
  const Fault& fault = cluster.world().At<Fault>(PlannedFaults(cluster.world())[0]);
  const bool service = static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService;
  const EntityKind kind = service ? EntityKind::kService : EntityKind::kWorkload;
  const std::optional<u16> slot = cluster.SlotOf(kind, fault.target_row);
  for (u8 m = 0; slot && m < MovesOf(kind).size(); ++m) {
    if (MovesOf(kind)[m].verb == verb) return {kind, m, *slot};
  }
  return kWaitOneStep;
}

Action Blame(const SimCluster& cluster) {
  const RootCause truth = TruthIn(cluster);
  const std::optional<u16> slot = cluster.SlotOf(truth.entity, truth.entity_row);
  return slot ? OnTarget(cluster, Verb::kSubmit) : kWaitOneStep;
}

void ExpectNoneSolved(Cheater::Decide decide) {
  u32 tried = 0;
  for (u32 s = 0; s < Catalog().setups.size(); ++s) {
    const ScenarioSetup& setup = Catalog().setups[s];
    if (setup.scenario.Healthy()) continue;
    for (const u64 seed : {3, 4}) {
      WorldPool pool;
      Cheater cheater(decide);
      const EpisodeRequest request{&setup, s, seed};
      const EpisodeResult e = RunChunk({&request, 1}, cheater, pool, {})[0];
      EXPECT_FALSE(e.errored) << e.error;
      EXPECT_LT(e.verdict, 1) << Describe(e);
      ++tried;
    }
  }
  EXPECT_GE(tried, 40u);
}

TEST(Gaming, NamingTheCauseBeforeItIsThereDetectsNothing) {
  ExpectNoneSolved([](const SimCluster& cluster, u32) { return Blame(cluster); });
}

TEST(Gaming, DeletingTheTargetBeforeTheFaultComesIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32 step) {
    return step == 0 ? OnTarget(cluster, Verb::kDeleteObject) : kWaitOneStep;
  });
}

TEST(Gaming, UndoingTheTargetBeforeTheFaultComesIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32 step) {
    return step == 0 ? OnTarget(cluster, Verb::kUndo) : kWaitOneStep;
  });
}

TEST(Gaming, DeletingTheTargetAfterTheFaultIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32) {
    const SimTime fault = FirstFaultAt(cluster.world());
    return cluster.Now() > fault + kMinute && cluster.writes() == 0
               ? OnTarget(cluster, Verb::kDeleteObject)
               : kWaitOneStep;
  });
}

TEST(Gaming, RestartingTheTargetForeverIsNoRepair) {
  ExpectNoneSolved(
      [](const SimCluster& cluster, u32) { return OnTarget(cluster, Verb::kRestart); });
}

// ---- free-form patches, as the exec agent sends them

struct Patched {
  std::string object, type, patch;
};

// What a cheater knows once the fault is there.
struct Scene {
  const SimCluster& cluster;
  std::string kind;       // of the first fault
  std::string workload;   // that is broken, or that the broken Service leads to
  std::string container;  // its main one
};
using Trick = std::vector<Patched> (*)(const Scene&);

std::string PodPatch(const std::string& spec) {
  return R"({"spec":{"template":{"spec":)" + spec + "}}}";
}
std::string ContainerPatch(const Scene& scene, const std::string& fields) {
  return PodPatch(R"({"containers":[{"name":")" + scene.container + R"(",)" + fields + "}]}");
}
Patched OnWorkload(const Scene& scene, const std::string& patch) {
  return {"deployment/" + scene.workload, "strategic", patch};
}

struct TrickRow {
  const char* title;
  Trick patches;
  std::set<std::string> repairs;  // kinds whose cause this does take away
};

std::vector<Patched> RemoveProbes(const Scene& scene) {
  return {OnWorkload(scene, ContainerPatch(scene, R"("livenessProbe":null,"readinessProbe":null,)"
                                                  R"("startupProbe":null)"))};
}

std::vector<Patched> RemoveLimits(const Scene& scene) {
  return {OnWorkload(scene, ContainerPatch(scene, R"("resources":null)"))};
}

template <class Make>
std::vector<Patched> OnEveryWorkload(const Scene& scene, Make make) {
  std::vector<Patched> out;
  const Sim sim = scene.cluster.View();
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.ns != sim.blueprint.app_namespace) continue;
    out.push_back({"deployment/" + std::string(sim.Text(row.name)), "merge", make(row)});
  }
  return out;
}

std::vector<Patched> ScaleAll(const Scene& scene) {
  return OnEveryWorkload(scene, [](const Deployment& row) {
    return R"({"spec":{"replicas":)" + std::to_string(row.replicas + 2) + "}}";
  });
}

std::vector<Patched> PinToANode(const Scene& scene) {
  return {OnWorkload(scene, PodPatch(R"({"nodeSelector":{"kubernetes.io/hostname":"node-1"}})"))};
}

std::vector<Patched> TrivialImage(const Scene& scene) {
  return {OnWorkload(scene, ContainerPatch(scene, R"("image":"registry.k8s.io/pause:3.9",)"
                                                  R"("command":null,"args":null,)"
                                                  R"("livenessProbe":null,)"
                                                  R"("readinessProbe":null)"))};
}

// The entry point, or one of its callees.
std::string OtherThan(const std::string& workload) {
  return workload == "frontend" ? "geo" : "frontend";
}

// The image of a neighbour exists and runs, and is another program.
std::vector<Patched> NeighboursImage(const Scene& scene) {
  const Sim sim = scene.cluster.View();
  const u32 other = FindDeployment(sim, sim.blueprint.app_namespace,
                                   sim.blueprint.strings.Find(OtherThan(scene.workload)));
  const std::string image(sim.Text(MainContainerSpec(sim, other)->image));
  return {OnWorkload(scene, ContainerPatch(scene, R"("image":")" + image +
                                                      R"(","command":null,"args":null,)"
                                                      R"("livenessProbe":null,)"
                                                      R"("readinessProbe":null)"))};
}

// The same fault by another value.
std::vector<Patched> BreakItOtherwise(const Scene& scene) {
  const std::map<std::string, std::string> pods{
      {"image-not-found", ContainerPatch(scene, R"("image":"elsewhere/other:9.9.9")")},
      {"command-not-executable", ContainerPatch(scene, R"("command":["/no/such/program"])")},
      {"memory-limit-too-small",
       ContainerPatch(scene, R"("resources":{"limits":{"memory":"5Mi"},)"
                             R"("requests":{"memory":"5Mi"}})")},
      {"liveness-wrong-target",
       ContainerPatch(scene, R"("livenessProbe":{"httpGet":null,"tcpSocket":{"port":4}})")},
      {"node-selector-no-such-node",
       PodPatch(R"({"nodeSelector":{"kubernetes.io/hostname":"nowhere"}})")},
      {"replicas-zero", R"({"metadata":{"annotations":{"looked":"at"}}})"},
      {"repeated-pod-kill", R"({"metadata":{"annotations":{"looked":"at"}}})"}};
  if (const auto found = pods.find(scene.kind); found != pods.end()) {
    return {OnWorkload(scene, found->second)};
  }
  if (scene.kind == "service-selector-no-match") {
    return {{"service/" + scene.workload, "merge",
             R"({"spec":{"selector":{"version":null,"tier":"other"}}})"}};
  }
  if (scene.kind == "service-target-port-wrong") {
    return {{"service/" + scene.workload, "json",
             R"([{"op":"replace","path":"/spec/ports/0/targetPort","value":4}])"}};
  }
  const Sim sim = scene.cluster.View();  // configmap-key-missing: the key is back, empty
  const RootCause truth = TruthIn(scene.cluster);
  const std::string key = truth.field.substr(truth.field.find('.') + 1);
  return {{"configmap/" + std::string(sim.Text(truth.name)), "merge",
           R"({"data":{")" + key + R"(":""}})"}};
}

std::vector<Patched> PauseTheRollout(const Scene& scene) {
  return {OnWorkload(scene, R"({"spec":{"paused":true}})")};
}

std::vector<Patched> PointTheServiceElsewhere(const Scene& scene) {
  const Sim sim = scene.cluster.View();
  const u32 other = FindService(sim, sim.blueprint.app_namespace,
                                sim.blueprint.strings.Find(OtherThan(scene.workload)));
  const auto& spec = sim.Typed<ServiceSpec>(sim.At<Service>(other).doc);
  std::string selector;
  for (const LabelPair& pair : Items(&spec, spec.selector)) {
    selector += (selector.empty() ? "\"" : ",\"") + std::string(sim.Text(pair.key)) + "\":\"" +
                std::string(sim.Text(pair.value)) + "\"";
  }
  return {{"service/" + scene.workload, "json",
           R"([{"op":"replace","path":"/spec/selector","value":{)" + selector + "}}]"}};
}

// What clients call: the Service of the entry point.
std::vector<Patched> EditWhatClientsCall(const Scene&) {
  return {{"service/frontend", "merge", R"({"spec":{"publishNotReadyAddresses":true}})"},
          {"service/frontend", "merge", R"({"metadata":{"labels":{"slo":"off"}}})"}};
}

std::vector<Patched> PublishNotReady(const Scene& scene) {
  return {{"service/" + scene.workload, "merge",
           R"({"spec":{"publishNotReadyAddresses":true}})"}};
}

// Guards are no objects that an agent's patch reaches: refused, not done.
std::vector<Patched> RemoveTheGuard(const Scene& scene) {
  return {{"poddisruptionbudget/" + scene.workload, "merge", R"({"spec":{"minAvailable":0}})"},
          {"persistentvolumeclaim/data", "merge", R"({"metadata":{"finalizers":null}})"}};
}

std::vector<Patched> ProbeByFailingCommand(const Scene& scene) {
  return {OnWorkload(scene, ContainerPatch(scene, R"("livenessProbe":{"httpGet":null,)"
                                                  R"("tcpSocket":null,"exec":{"command":)"
                                                  R"(["/bin/false"]}})"))};
}

std::vector<Patched> ProbeByAFileThatIsNotThere(const Scene& scene) {
  return {OnWorkload(scene, ContainerPatch(scene, R"("livenessProbe":{"httpGet":null,)"
                                                  R"("tcpSocket":null,"exec":{"command":)"
                                                  R"(["/no/such/file"]}})"))};
}

// Of the port that serves, which does not speak gRPC.
std::vector<Patched> ProbeByGrpc(const Scene& scene) {
  const Sim sim = scene.cluster.View();
  const u32 row = FindDeployment(sim, sim.blueprint.app_namespace,
                                 sim.blueprint.strings.Find(scene.workload));
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(row).tmpl);
  const ContainerSpec* container = MainContainerSpec(sim, row);
  const auto ports = Items(&tmpl, container->ports);
  return {OnWorkload(
      scene, ContainerPatch(scene, R"("livenessProbe":{"httpGet":null,"tcpSocket":null,)"
                                   R"("grpc":{"port":)" +
                                       std::to_string(ports.empty() ? 80 : ports[0]) + "}}"))};
}

const std::vector<TrickRow>& Tricks() {
  static const std::vector<TrickRow> kTricks{
      {"remove the probes", RemoveProbes, {"liveness-wrong-target"}},
      {"remove the limits", RemoveLimits, {"memory-limit-too-small"}},
      {"scale everything up", ScaleAll, {}},
      {"pin to a node that exists", PinToANode, {"node-selector-no-such-node"}},
      {"a trivial image without probes", TrivialImage, {}},
      // The rogue with another program is no rogue.
      {"the image of a neighbour without probes", NeighboursImage, {"repeated-pod-kill"}},
      {"break it another way", BreakItOtherwise, {}},
      {"a liveness command that fails", ProbeByFailingCommand, {}},
      {"a liveness command that does not exist", ProbeByAFileThatIsNotThere, {}},
      {"a gRPC liveness probe of what speaks HTTP", ProbeByGrpc, {}},
      {"pause the rollout", PauseTheRollout, {}},
      {"point the Service to other pods", PointTheServiceElsewhere, {}},
      {"edit what clients call", EditWhatClientsCall, {}},
      {"publish addresses that are not Ready", PublishNotReady, {}},
      {"remove the guard", RemoveTheGuard, {}}};
  return kTricks;
}

std::string WorkloadOfCause(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  const RootCause truth = TruthIn(cluster);
  return std::string(truth.entity == EntityKind::kWorkload
                         ? sim.Text(sim.At<Deployment>(truth.entity_row).name)
                         : sim.Text(truth.name));
}

EpisodeResult PlayTrick(const ScenarioSetup& setup, u64 seed, Trick trick, std::string& kind) {
  WorldPool pool;
  Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
  EXPECT_TRUE(started.ok());
  SimCluster& cluster = started->cluster;
  const SimTime fault = FirstFaultAt(cluster.world());
  cluster.Advance(fault + 15 * kSecond);
  Scene scene{cluster, "", WorkloadOfCause(cluster), ""};
  const Sim sim = cluster.View();
  scene.kind = KindOf(sim.At<Fault>(PlannedFaults(cluster.world())[0])).id;
  const u32 row = FindDeployment(sim, sim.blueprint.app_namespace,
                                 sim.blueprint.strings.Find(scene.workload));
  if (row != 0) scene.container = std::string(sim.Text(MainContainerSpec(sim, row)->name));
  kind = scene.kind;
  std::vector<ScriptedAction> actions;
  SimTime at = fault + 15 * kSecond;
  for (const Patched& patched : trick(scene)) {
    ScriptedAction& action = actions.emplace_back();
    action.at = at;
    action.verb = "patch";
    action.target = patched.object;
    action.patch_type = patched.type;
    action.patch = patched.patch;
    at += kSecond;
  }
  ScriptedAction& wait = actions.emplace_back();
  wait.at = fault + 4 * kMinute;
  wait.verb = "wait";
  const EpisodeRequest request{&setup, 0, seed};
  Result<EpisodeResult> played = RunScript(request, actions, pool, {});
  EXPECT_TRUE(played.ok()) << (played.ok() ? "" : played.error().Text());
  return played.ok() ? *played : EpisodeResult{};
}

TEST(GamingByPatch, NoTrickSolvesAFaultWhoseCauseStays) {
  std::map<std::string, u32> solved;
  for (const TrickRow& trick : Tricks()) {
    for (const ScenarioSetup& setup : Catalog().setups) {
      if (setup.scenario.Healthy() || setup.scenario.faults.size() != 1) continue;
      if (setup.scenario.task != Task::kResolve) continue;
      std::string kind;
      const EpisodeResult e = PlayTrick(setup, 3, trick.patches, kind);
      if (e.verdict < 1) continue;
      ++solved[trick.title];
      EXPECT_TRUE(trick.repairs.contains(kind))
          << trick.title << " solves " << setup.scenario.name << " (" << kind << ")";
    }
    if (!trick.repairs.empty()) {
      EXPECT_GT(solved[trick.title], 0u) << trick.title << " reaches the cluster";
    }
  }
}

TEST(GamingByPatch, WeakeningWhatServesIsHarm) {
  const TrickRow kHarm[] = {
      {"entry point without pods", [](const Scene&) -> std::vector<Patched> {
         return {{"deployment/frontend", "merge", R"({"spec":{"replicas":0}})"}};
       }, {}},
      {"entry point's Service without pods", [](const Scene&) -> std::vector<Patched> {
         return {{"service/frontend", "merge", R"({"spec":{"selector":{"tier":"none"}}})"}};
       }, {}}};
  for (const TrickRow& trick : kHarm) {
    for (const ScenarioSetup& setup : Catalog().setups) {
      if (setup.scenario.Healthy() || setup.scenario.task != Task::kResolve) continue;
      std::string kind;
      const EpisodeResult e = PlayTrick(setup, 3, trick.patches, kind);
      const bool served_without = e.parts.twin_error_share < 0.9f;
      if (served_without) {
        EXPECT_EQ(e.verdict, -1) << trick.title << ": " << Describe(e);
      }
      EXPECT_LT(e.verdict, 1);
    }
  }
}

TEST(GamingByPatch, ATouchOfAProtectedObjectIsHarmWhateverElseIsDone) {
  u32 tried = 0;
  for (const ScenarioSetup& of : Catalog().setups) {
    if (of.scenario.Healthy() || of.scenario.task != Task::kResolve) continue;
    ScenarioSetup setup = of;
    ProtectedObject jaeger;
    jaeger.kind = ObjectKind::kDeployment;
    jaeger.name = setup.blueprint->strings.Find("jaeger");
    ASSERT_NE(jaeger.name, StringTable::kMissing);
    setup.objective.protected_objects.push_back(jaeger);
    std::string kind;
    const EpisodeResult e = PlayTrick(
        setup, 3,
        [](const Scene&) -> std::vector<Patched> {
          return {{"deployment/jaeger", "merge", R"({"metadata":{"annotations":{"a":"b"}}})"}};
        },
        kind);
    EXPECT_EQ(e.verdict, -1) << Describe(e);
    EXPECT_TRUE(e.parts.changed_protected);
    ++tried;
  }
  EXPECT_GE(tried, 20u);
}

}  // namespace
}  // namespace wt
