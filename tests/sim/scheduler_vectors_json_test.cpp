// SPDX-License-Identifier: Apache-2.0
// Recorded scheduling attempts of Kubernetes v1.35 (vectors/README: domain scheduler) against our
// texts, filters and scores, for the attempts that use nothing else.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/quantity.h"
#include "sim/scheduler/filter.h"
#include "sim/scheduler/fit_error.h"
#include "sim/scheduler/queue.h"
#include "sim/scheduler/score.h"
#include "sim/transitions.h"
#include "tests/kubernetes_conformance/vector_file.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

using Json = nlohmann::json;

const std::map<std::string, FitReason> kTexts = {
    {"Too many pods", kTooManyPods},
    {"Insufficient cpu", kInsufficientCpu},
    {"Insufficient memory", kInsufficientMemory},
    {"node(s) didn't match Pod's node affinity/selector", kNodeAffinityMismatch},
    {"node(s) had untolerated taint(s)", kUntoleratedTaint},
    {"node(s) were unschedulable", kNodeUnschedulable},
};

void EachVector(const std::function<void(const Json&)>& check) {
  const Status read = conformance::ReadLines(VECTORS_DIR "/scheduler.jsonl.gz",
                                             [&check](int, std::string_view line) -> Status {
                                               check(Json::parse(line));
                                               return Ok{};
                                             });
  ASSERT_TRUE(read.ok());
}

// False when some reason is none of ours, or preemption had more to say.
bool CountReasons(const Json& want, FitCounts& counts) {
  for (const auto& [node, verdict] : want.at("rejected").items()) {
    for (const Json& reason : verdict.at("reasons")) {
      const auto known = kTexts.find(reason);
      if (known == kTexts.end()) return false;
      ++counts.nodes_by_reason[known->second];
    }
    counts.nodes_by_reason[kNoVictims] += verdict.at("code") == "Unschedulable";
  }
  const std::string text = want.at("message");
  return text.find("preemption:") != std::string::npos &&
         text.find("(s) [") == std::string::npos &&
         text.find("Insufficient", text.find("preemption:")) == std::string::npos;
}

TEST(SchedulerVectors, MessagesOfOurReasonsAreExact) {
  int cases = 0;
  EachVector([&cases](const Json& vector) {
    const Json& want = vector.at("want");
    FitCounts counts;
    if (!want.contains("message") || !want.contains("rejected")) return;
    if (!CountReasons(want, counts)) return;
    ++cases;
    const Json nodes_given = vector.at("input").value("nodes", Json::array());
    const u32 nodes = static_cast<u32>(nodes_given.size());
    EXPECT_EQ(FitErrorText(counts, nodes), want.at("message")) << vector.at("id");
  });
  EXPECT_EQ(cases, 31);  // all that there are
}

i64 Amount(const Json& list, const char* name, bool milli) {
  if (!list.contains(name)) return 0;
  const auto quantity = ParseQuantity(list.at(name).get<std::string>());
  return milli ? MilliValue(*quantity) : Value(*quantity);
}

bool OnlyHas(const Json& object, const std::set<std::string>& members) {
  for (const auto& [name, value] : object.items()) {
    if (!members.contains(name)) return false;
  }
  return true;
}

Json Requests(const Json& container) {
  return container.value("resources", Json::object()).value("requests", Json::object());
}

// The pending pod uses only what is modelled.
bool IsPlain(const Json& pod) {
  const Json& spec = pod.at("spec");
  if (!OnlyHas(spec, {"containers", "nodeName", "priority", "restartPolicy", "schedulerName",
                      "nodeSelector", "tolerations"})) {
    return false;
  }
  for (const Json& container : spec.at("containers")) {
    if (!OnlyHas(container, {"name", "image", "resources"})) return false;
    if (!OnlyHas(Requests(container), {"cpu", "memory"})) return false;
  }
  return true;
}

// Of bound pods only the requests matter, to filters and scores that are modelled.
bool IsCountable(const Json& pod) {
  const Json& spec = pod.at("spec");
  return !spec.contains("initContainers") && !spec.contains("overhead") &&
         !spec.contains("resources") && !spec.contains("affinity");
}

TaintEffect EffectOf(const Json& object) {
  const std::string text = object.value("effect", "");
  if (text == "NoSchedule") return TaintEffect::kNoSchedule;
  if (text == "PreferNoSchedule") return TaintEffect::kPreferNoSchedule;
  return text == "NoExecute" ? TaintEffect::kNoExecute : TaintEffect::kNone;
}

Labels LabelsIn(const Json& object, const char* member) {
  Labels labels;
  if (!object.contains(member)) return labels;
  for (const auto& [key, value] : object.at(member).items()) labels.emplace_back(key, value);
  return labels;
}

struct Replay {
  TestWorld world;
  std::map<std::string, u32> nodes;
  std::vector<RevId> pod_specs, node_docs;

  RevId TemplateOf(const Json& object) {
    TemplateOptions options;
    for (const Json& container : object.at("spec").at("containers")) {
      const Json requests = Requests(container);
      options.requests.emplace_back(static_cast<i32>(Amount(requests, "cpu", true)),
                                    Amount(requests, "memory", false));
    }
    options.node_selector = LabelsIn(object.at("spec"), "nodeSelector");
    for (const Json& t : object.at("spec").value("tolerations", Json::array())) {
      Toleration toleration;
      toleration.key = world.Str(t.value("key", ""));
      toleration.value = world.Str(t.value("value", ""));
      toleration.exists = t.value("operator", "Equal") == "Exists";
      toleration.effect = EffectOf(t);
      options.tolerations.push_back(toleration);
    }
    return world.Template(options);
  }

  RevId NodeOf(const Json& node) {
    const Json& allocatable = node.at("status").at("allocatable");
    NodeOptions options;
    options.cpu = static_cast<i32>(Amount(allocatable, "cpu", true));
    options.memory = Amount(allocatable, "memory", false);
    options.pods = static_cast<i32>(Amount(allocatable, "pods", false));
    options.labels = LabelsIn(node.at("metadata"), "labels");
    for (const Json& t : node.at("spec").value("taints", Json::array())) {
      options.taints.push_back(
          {world.Str(t.at("key").get<std::string>()), world.Str(t.value("value", "")),
           EffectOf(t), {}});
    }
    return world.NodeDoc(options);
  }

  explicit Replay(const Json& input) {
    for (const Json& node : input.at("nodes")) node_docs.push_back(NodeOf(node));
    for (const Json& bound : input.value("pods", Json::array())) {
      pod_specs.push_back(TemplateOf(bound));
    }
    const RevId pending = TemplateOf(input.at("pod"));
    world.Start();
    for (std::size_t i = 0; i < node_docs.size(); ++i) {
      const Json& node = input.at("nodes")[i];
      const std::string name = node.at("metadata").at("name");
      nodes[name] = world.AddNode(name, node_docs[i]);
      if (node.at("spec").value("unschedulable", false)) {
        SetNodeUnschedulable(world.sim(), nodes[name], true, kLoaded);
      }
    }
    for (std::size_t i = 0; i < pod_specs.size(); ++i) {
      EnsureHeadroom(world.sim());
      const u32 bound = CreatePod(world.sim(), 0, pod_specs[i], world.ns);
      EXPECT_EQ(PopPending(world.sim()), bound);
      BindPod(world.sim(), bound, nodes.at(input.at("pods")[i].at("spec").at("nodeName")));
    }
    EnsureHeadroom(world.sim());
    pod = CreatePod(world.sim(), 0, pending, world.ns);
  }
  u32 pod = 0;
};

void CheckNode(Replay& replay, const Json& want, const std::string& name) {
  Sim& sim = replay.world.sim();
  const Pod& pod = sim.At<Pod>(replay.pod);
  const Node& node = sim.At<Node>(replay.nodes.at(name));
  FitCounts counts;
  const bool passes = FilterNode(sim, pod, node, counts);
  const Json feasible = want.value("feasible", Json::array());
  const bool wanted = std::find(feasible.begin(), feasible.end(), Json(name)) != feasible.end();
  EXPECT_EQ(passes, wanted) << name;
  if (!want.contains("scores") || !want.at("scores").contains(name)) return;
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  const Json& plugins = want.at("scores").at(name).at("plugins");
  EXPECT_EQ(LeastAllocatedScore(tmpl, node, spec), plugins.at("NodeResourcesFit")) << name;
  if (plugins.contains("NodeResourcesBalancedAllocation")) {
    EXPECT_EQ(BalancedAllocationScore(tmpl, node, spec),
              plugins.at("NodeResourcesBalancedAllocation"))
        << name;
  }
}

TEST(SchedulerVectors, FiltersAndResourceScoresAgreeOnPlainPods) {
  int cases = 0;
  EachVector([&cases](const Json& vector) {
    const Json& input = vector.at("input");
    if (!input.contains("nodes") || !IsPlain(input.at("pod"))) return;
    for (const Json& pod : input.value("pods", Json::array())) {
      if (!IsCountable(pod)) return;
    }
    ++cases;
    Replay replay(input);
    SCOPED_TRACE(vector.at("id").get<std::string>());
    for (const auto& [name, row] : replay.nodes) CheckNode(replay, vector.at("want"), name);
  });
  EXPECT_GE(cases, 15);
}

}  // namespace
}  // namespace wt
