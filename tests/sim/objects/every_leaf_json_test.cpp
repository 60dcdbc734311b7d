// SPDX-License-Identifier: Apache-2.0
// Every leaf of Pod, Deployment, Service, ConfigMap and Node that schema.tsv knows, patched three
// ways: the outcome is that of its rule in fields.def, or of kExceptions with its reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sim/objects/fields.h"
#include "sim/objects/load.h"
#include "tests/sim/objects/every_leaf.h"
#include "tests/sim/objects/leaf_exceptions.h"
#include "tests/sim/objects/small_cluster.h"

namespace wt {
namespace {

constexpr const char* kTypes[] = {"json", "merge", "strategic"};

// What the walk needs to be there: volumes to mount, a side-car with probes, a variable of a value.
Json RichDeployment() {
  Json manifest = SmallManifests().back();
  Json& spec = manifest["spec"]["template"]["spec"];
  spec["volumes"] = Json::parse(
      R"([{"name": "spare", "emptyDir": {}}, {"name": "v", "configMap": {"name": "settings"}},
          {"name": "w", "secret": {"secretName": "s"}},
          {"name": "block", "persistentVolumeClaim": {"claimName": "block"}},
          {"name": "block-2", "persistentVolumeClaim": {"claimName": "block-2"}}])");
  spec["initContainers"][0]["restartPolicy"] = "Always";
  spec["containers"][0]["resources"]["limits"]["memory"] = "4Gi";
  spec["resourceClaims"] = Json::parse(
      R"([{"name": "card", "resourceClaimName": "a"}, {"name": "other-card",
           "resourceClaimName": "b"}])");
  Json& env = spec["containers"][0]["env"];
  env.insert(env.begin(), Json{{"name", "PLAIN"}, {"value", "1"}});
  return manifest;
}

Json ManifestOf(const std::string& kind) {
  if (kind == "Pod" || kind == "Deployment") return RichDeployment();
  for (Json& manifest : SmallManifests()) {
    if (manifest["kind"] == kind) return std::move(manifest);
  }
  return nullptr;
}

// A field that no client's create can set: the patch alone brings what leads to it.
bool IsSetByPatchAlone(const std::string& kind, const std::string& path) {
  if (kind == "Pod" && path.starts_with("metadata.")) return !path.starts_with("metadata.labels");
  for (const char* start : {"status.", "spec.configSource", "metadata.managedFields"}) {
    if (path.starts_with(start)) return true;
  }
  return path.find("spec.ephemeralContainers") != std::string::npos;
}

// As far as a create may go: the metadata of a claim's template is left to the patch.
LeafPath Creatable(const LeafPath& path) {
  const auto metadata = std::find_if(path.begin(), path.end(), [](const LeafStep& step) {
    return step.field->type.ends_with(".PersistentVolumeClaimTemplate") &&
           step.field->name == "metadata";
  });
  return {path.begin(), metadata};
}

Json JsonPatch(const Json& before, const Json& after, const Json::json_pointer& leaf) {
  std::vector<Json::json_pointer> up;
  for (auto at = leaf; !at.empty(); at = at.parent_pointer()) up.push_back(at);
  for (auto at = up.rbegin(); at != up.rend(); ++at) {
    if (before.contains(*at)) continue;
    return Json::array({{{"op", "add"}, {"path", at->to_string()}, {"value", after.at(*at)}}});
  }
  return Json::array(
      {{{"op", "replace"}, {"path", leaf.to_string()}, {"value", after.at(leaf)}}});
}

// Lists travel whole (merge), or as the items that change beside their keys (strategic).
// `whole_item`: the leaf is such a key, so the item is another one.
Json TreePatch(const Json& after, const LeafPath& path, std::size_t k, bool strategic,
               bool whole_item) {
  const LeafStep& step = path[k];
  const std::string name(step.field->name);
  const Json& member = after.at(name);
  const bool last = k + 1 == path.size();
  const auto inner = [&](const Json& from) {
    return last ? from : TreePatch(from, path, k + 1, strategic, whole_item);
  };
  if (step.field->shape == Shape::kObject) return {{name, inner(member)}};
  if (step.field->shape == Shape::kMap) {
    return {{name, {{step.key, inner(member.at(step.key))}}}};
  }
  if (step.field->shape == Shape::kScalar) return {{name, member}};
  if (!strategic || !step.field->patch_merge) return {{name, member}};
  if (last) return {{name, Json::array({member.at(0)})}};
  const std::string key(step.field->patch_merge_key);
  Json item = whole_item && k + 2 == path.size() ? member.at(0) : inner(member.at(0));
  item[key] = member.at(0).at(key);
  return {{name, Json::array({item})}};
}

// "spec.containers[0].image", as a refusal names it, as far as `row` of the table goes.
std::string FieldOf(const LeafPath& path, std::string_view row) {
  auto parts = std::count(row.begin(), row.end(), '.') + 1;
  std::string text;
  for (const LeafStep& step : path) {
    if (parts-- <= 0) break;
    if (!text.empty()) text += '.';
    text += step.field->name;
    if (!step.key.empty() && parts-- > 0) text += "[" + step.key + "]";
  }
  return text;
}

bool IsMergeKey(const LeafPath& path) {
  if (path.size() < 2) return false;
  const SchemaField& list = *path[path.size() - 2].field;
  return list.patch_merge && list.patch_merge_key == path.back().field->name;
}

// A strategic patch adds to such a list: of the item's key, or of values.
bool AddsByStrategicPatch(const LeafPath& path) {
  const SchemaField& field = *path.back().field;
  return IsMergeKey(path) || (field.shape == Shape::kList && field.patch_merge);
}

// Pod spec.containers.*.image of fields.def is nearer to the leaf than the table's Pod spec.
bool RuleIsNearer(const FieldRule& rule, const LeafException& exception) {
  return rule.path.size() > exception.path.size();
}

struct Outcome {
  bool ok = false, changed = false;
  ErrorCode code = ErrorCode::kInternal;
  std::string field, text;
  Json after;
};

// One way of patching, from the same cluster each time.
Outcome Try(const Json& manifest, const std::string& kind, const char* type, const Json& patch) {
  SmallCluster cluster(std::span(&manifest, 1));
  const ObjectRef object = cluster.Target(kind);
  const u64 hash = HashWorld(cluster.sim().world);
  const auto done = Patch(cluster.sim(), object, type, patch.dump(), kAgent);
  Outcome outcome;
  outcome.after = cluster.Get(object);
  if (!done) {
    outcome.code = done.error().code;
    outcome.field = done.error().where;
    outcome.text = done.error().Text();
    EXPECT_EQ(HashWorld(cluster.sim().world), hash) << "a refusal leaves no trace";
    return outcome;
  }
  outcome.ok = true;
  outcome.changed = done->changed;
  return outcome;
}

class EveryLeaf {
 public:
  explicit EveryLeaf(const std::string& kind) : kind_(kind) {}

  void Visit(const LeafPath& path) {
    ++visited;
    const std::string dotted = DottedOf(path);
    Json manifest = ManifestOf(kind_);
    if (!IsSetByPatchAlone(kind_, dotted)) {
      MakeRoom(kind_ == "Pod" ? manifest["spec"]["template"] : manifest, Creatable(path));
    }
    Blueprint blueprint;
    if (const auto loaded = LoadObject(blueprint, manifest); !loaded) {
      ADD_FAILURE() << "cannot make " << kind_ << " " << dotted << ": " << loaded.error().Text();
      return;
    }
    SmallCluster cluster(std::span(&manifest, 1));
    const Json before = cluster.Get(cluster.Target(kind_));
    Json after = before;
    MakeRoom(after, path);
    const auto leaf = PointerOf(path);
    const Json value = OtherValue(path, after.value(leaf, Json()));
    after[leaf] = value;
    std::vector<Outcome> outcomes;
    for (const char* type : kTypes) {
      const bool strategic = std::string_view(type) == "strategic";
      const Json patch = std::string_view(type) == "json"
                             ? JsonPatch(before, after, leaf)
                             : TreePatch(after, path, 0, strategic, IsMergeKey(path));
      outcomes.push_back(Try(manifest, kind_, type, patch));
      Check(path, type, before, value, outcomes.back());
    }
    Compare(path, outcomes);
  }

  int visited = 0;
  std::map<std::string, int> counts;

 private:
  void Check(const LeafPath& path, const char* type, const Json& before, const Json& value,
             const Outcome& outcome) {
    const std::string dotted = DottedOf(path);
    const std::string what = kind_ + " " + dotted + " by " + type;
    const FieldRule* rule = RuleOf(kind_, dotted);
    ASSERT_NE(rule, nullptr) << what;
    const LeafException* exception = ExceptionOf(kind_, dotted, type);
    const bool overrides = exception != nullptr && !RuleIsNearer(*rule, *exception);
    const OnPatch expected = overrides ? exception->outcome : rule->on_patch;
    const auto leaf = PointerOf(path);
    switch (expected) {
      case OnPatch::kReadsBack:
        ++counts["reads back"];
        ASSERT_TRUE(outcome.ok) << what << " = " << value << ": " << outcome.text;
        if (AddsByStrategicPatch(path) && std::string_view(type) == "strategic") {
          ExpectOneMore(path, before, outcome.after, what);
        } else {
          EXPECT_EQ(outcome.after.value(leaf, Json()), value) << what;
        }
        break;
      case OnPatch::kRefused:
        ++counts["refused"];
        ASSERT_FALSE(outcome.ok) << what << " = " << value;
        ASSERT_NE(exception, nullptr) << what << " = " << value << ": " << outcome.text;
        EXPECT_EQ(outcome.code, exception->code) << what << ": " << outcome.text;
        EXPECT_EQ(outcome.field, exception->field == "=" ? FieldOf(path, exception->path)
                                                         : std::string(exception->field))
            << what << ": " << outcome.text;
        break;
      case OnPatch::kIgnored:
        ++counts["ignored"];
        ASSERT_TRUE(outcome.ok) << what << ": " << outcome.text;
        EXPECT_FALSE(outcome.changed) << what;
        EXPECT_EQ(outcome.after, before) << what;
        break;
    }
  }

  static void ExpectOneMore(const LeafPath& path, const Json& before, const Json& after,
                            const std::string& what) {
    auto list = PointerOf(path).parent_pointer();
    if (IsMergeKey(path)) list = list.parent_pointer();
    EXPECT_EQ(after.value(list, Json::array()).size(),
              before.value(list, Json::array()).size() + 1)
        << what;
  }

  void Compare(const LeafPath& path, const std::vector<Outcome>& outcomes) const {
    for (std::size_t k = 1; k < outcomes.size(); ++k) {
      if (std::string_view(kTypes[k]) == "strategic" && AddsByStrategicPatch(path)) continue;
      EXPECT_EQ(outcomes[k].after, outcomes[0].after)
          << kind_ << " " << DottedOf(path) << ": by json and by " << kTypes[k];
    }
  }

  std::string kind_;
};

// At least so many leaves has a kind in schema.tsv of Kubernetes v1.35.
struct KindLeaves {
  const char* kind;
  int least;
};

class EveryLeafTest : public ::testing::TestWithParam<KindLeaves> {};

TEST_P(EveryLeafTest, DoesWhatItsFieldRuleStatesByEachKindOfPatch) {
  const char* kind = GetParam().kind;
  EveryLeaf leaves(kind);
  for (const LeafPath& path : LeavesOf(kind)) leaves.Visit(path);
  EXPECT_GE(leaves.visited, GetParam().least);
  std::cout << kind << ": " << leaves.visited << " leaves, three ways:";
  for (const auto& [outcome, count] : leaves.counts) std::cout << " " << count << " " << outcome;
  std::cout << "\n";
}

TEST(LeafExceptions, EachIsThatOfALeaf) {
  std::set<const LeafException*> met;
  for (const char* kind : {"Pod", "Deployment", "Service", "ConfigMap", "Node"}) {
    for (const LeafPath& path : LeavesOf(kind)) {
      for (const char* type : kTypes) met.insert(ExceptionOf(kind, DottedOf(path), type));
    }
  }
  for (const LeafException& row : LeafExceptions()) {
    EXPECT_TRUE(met.contains(&row)) << row.kind << " " << row.path;
    EXPECT_FALSE(row.reason.empty()) << row.kind << " " << row.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryLeafTest,
                         ::testing::Values(KindLeaves{"Pod", 990}, KindLeaves{"Deployment", 880},
                                           KindLeaves{"Service", 65}, KindLeaves{"ConfigMap", 31},
                                           KindLeaves{"Node", 91}));

}  // namespace
}  // namespace wt
