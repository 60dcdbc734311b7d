// SPDX-License-Identifier: Apache-2.0
// Every leaf that a fault or an action can reach, patched three ways: the outcome is the one that
// fields.def states, and the typed blob changes exactly where it states an effect.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/objects/compile.h"
#include "sim/objects/fields.h"
#include "sim/objects/split.h"
#include "tests/sim/objects/small_cluster.h"

namespace wt {
namespace {

struct Leaf {
  const char* kind;
  const char* pointer;
  const char* value;  // JSON
  // Of a refusal.
  ErrorCode code = ErrorCode::kInternal;
  const char* field = "";
  // The key that a strategic patch finds the list item by: it adds an item instead.
  bool merge_key = false;
};

#define C(path) "/spec/template/spec/containers/0" path
constexpr ErrorCode kInvalid = ErrorCode::kInvalidObject;

const Leaf kLeaves[] = {
    // Deployment: columns
    {"Deployment", "/spec/replicas", "7"},
    {"Deployment", "/spec/paused", "true"},
    {"Deployment", "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt",
     "\"2026-01-02T03:04:05Z\""},
    // its document
    {"Deployment", "/metadata/labels/team", "\"red\""},
    {"Deployment", "/metadata/annotations/note", "\"x\""},
    {"Deployment", "/spec/minReadySeconds", "5"},
    {"Deployment", "/spec/progressDeadlineSeconds", "99"},
    {"Deployment", "/spec/revisionHistoryLimit", "3"},
    {"Deployment", "/spec/strategy/rollingUpdate/maxSurge", "2"},
    {"Deployment", "/spec/strategy/rollingUpdate/maxUnavailable", "\"50%\""},
    {"Deployment", "/spec/selector/matchLabels/tier", "\"front\"", kInvalid, "spec.selector"},
    // its template
    {"Deployment", "/spec/template/metadata/labels/tier", "\"back\""},
    {"Deployment", "/spec/template/metadata/annotations/note", "\"x\""},
    {"Deployment", C("/image"), "\"shop/web:9\""},
    {"Deployment", C("/imagePullPolicy"), "\"Always\""},
    {"Deployment", C("/name"), "\"renamed\"", ErrorCode::kInternal, "", true},
    {"Deployment", C("/command"), "[\"/bin/nope\"]"},
    {"Deployment", C("/args"), "[\"--fast\"]"},
    {"Deployment", C("/env/0/name"), "\"OTHER\"", ErrorCode::kInternal, "", true},
    {"Deployment", C("/env/0/valueFrom/configMapKeyRef/key"), "\"mode\""},
    {"Deployment", C("/envFrom"), "[{\"secretRef\":{\"name\":\"s\"}}]"},
    {"Deployment", C("/ports/0/containerPort"), "8081", ErrorCode::kInternal, "", true},
    {"Deployment", C("/resources/limits/memory"), "\"256Mi\""},
    {"Deployment", C("/resources/limits/cpu"), "\"500m\""},
    {"Deployment", C("/resources/requests/memory"), "\"32Mi\""},
    {"Deployment", C("/resources/requests/cpu"), "\"50m\""},
    {"Deployment", C("/livenessProbe/httpGet/port"), "9999"},
    {"Deployment", C("/livenessProbe/httpGet/path"), "\"/nope\""},
    {"Deployment", C("/livenessProbe/periodSeconds"), "3"},
    {"Deployment", C("/livenessProbe/failureThreshold"), "1"},
    {"Deployment", C("/livenessProbe/initialDelaySeconds"), "4"},
    {"Deployment", C("/livenessProbe/timeoutSeconds"), "2"},
    {"Deployment", C("/readinessProbe"),
     "{\"failureThreshold\":3,\"periodSeconds\":10,\"successThreshold\":1,\"tcpSocket\":{\"port\":"
     "8080},\"timeoutSeconds\":1}"},
    {"Deployment", C("/env/1/valueFrom/secretKeyRef/key"), "\"other\""},
    {"Deployment", C("/env/2/value"), "\"3\""},
    {"Deployment", C("/startupProbe/failureThreshold"), "60"},
    {"Deployment", C("/terminationMessagePath"), "\"/dev/other\""},
    {"Deployment", C("/workingDir"), "\"/srv\""},
    {"Deployment", "/spec/template/spec/nodeSelector", "{\"kubernetes.io/hostname\":\"x\"}"},
    {"Deployment", "/spec/template/spec/nodeName", "\"node-1\""},
    {"Deployment", "/spec/template/spec/serviceAccountName", "\"robot\""},
    {"Deployment", "/spec/template/spec/terminationGracePeriodSeconds", "5"},
    {"Deployment", "/spec/template/spec/tolerations", "[{\"key\":\"a\",\"operator\":\"Exists\"}]"},
    {"Deployment", "/spec/template/spec/dnsPolicy", "\"Default\""},
    {"Deployment", "/spec/template/spec/hostNetwork", "true"},
    {"Deployment", "/spec/template/spec/affinity/nodeAffinity",
     R"({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
         {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]}})"},
    {"Deployment", "/spec/template/spec/volumes/1/secret/secretName", "\"other\""},
    {"Deployment", "/spec/template/spec/volumes/0/configMap/name", "\"other\""},
    // its server-made parts
    {"Deployment", "/metadata/generation", "99"},
    {"Deployment", "/metadata/creationTimestamp", "\"2020-01-01T00:00:00Z\""},
    {"Deployment", "/metadata/annotations/deployment.kubernetes.io~1revision", "\"9\""},
    {"Deployment", "/status/replicas", "9"},
    {"Deployment", "/metadata/finalizers", "[\"example.org/keep\"]"},
    {"Deployment", "/metadata/deletionTimestamp", "\"2026-01-02T03:04:05Z\""},
    {"Deployment", "/metadata/deletionGracePeriodSeconds", "5"},
    {"Deployment", "/metadata/selfLink", "\"/x\""},
    {"Deployment", "/metadata/managedFields", "[{\"manager\":\"me\"}]"},
    {"Deployment", "/apiVersion", "\"apps/v2\"", ErrorCode::kBadRequest, ""},
    {"Deployment", "/kind", "\"DaemonSet\"", ErrorCode::kBadRequest, ""},
    {"Deployment", "/metadata/name", "\"other\"", ErrorCode::kBadRequest, ""},
    {"Deployment", "/metadata/namespace", "\"other\"", ErrorCode::kBadRequest, ""},
    {"Deployment", "/metadata/uid", "\"x\"", ErrorCode::kConflict, ""},
    {"Deployment", "/metadata/resourceVersion", "\"1\"", ErrorCode::kConflict, ""},
    // Pod
    {"Pod", "/metadata/labels/seen", "\"yes\""},
    {"Pod", "/metadata/annotations/note", "\"x\""},
    {"Pod", "/metadata/labels/pod-template-hash", "\"x\""},
    {"Pod", "/metadata/ownerReferences/0/name", "\"x\""},
    {"Pod", "/spec/containers/0/image", "\"shop/web:9\""},
    {"Pod", "/metadata/generateName", "\"x-\""},
    {"Pod", "/spec/initContainers/0/image", "\"shop/init:2\""},
    {"Pod", "/spec/activeDeadlineSeconds", "30"},
    {"Pod", "/spec/tolerations/0/tolerationSeconds", "60"},
    {"Pod", "/spec/containers/0/command", "[\"/x\"]", kInvalid, "spec"},
    {"Pod", "/spec/containers/0/resources/limits/memory", "\"256Mi\"", kInvalid, "spec"},
    {"Pod", "/spec/containers/0/livenessProbe/httpGet/port", "9999", kInvalid, "spec"},
    {"Pod", "/spec/nodeName", "\"node-1\"", kInvalid, "spec"},
    {"Pod", "/spec/nodeSelector", "{\"a\":\"b\"}", kInvalid, "spec"},
    {"Pod", "/spec/terminationGracePeriodSeconds", "5", kInvalid, "spec"},
    {"Pod", "/status/phase", "\"Failed\""},
    // Service
    {"Service", "/metadata/labels/team", "\"red\""},
    {"Service", "/spec/ports/0/targetPort", "9999"},
    {"Service", "/spec/ports/0/targetPort", "\"http\""},
    {"Service", "/spec/ports/0/port", "81", ErrorCode::kInternal, "", true},
    {"Service", "/spec/ports/0/name", "\"web\""},
    {"Service", "/spec/selector/app", "\"other\""},
    {"Service", "/spec/selector/tier", "\"none\""},
    {"Service", "/spec/publishNotReadyAddresses", "true"},
    {"Service", "/spec/internalTrafficPolicy", "\"Local\""},
    {"Service", "/spec/sessionAffinity", "\"None\""},
    {"Service", "/spec/ports/0/appProtocol", "\"http\""},
    {"Service", "/spec/type", "\"NodePort\""},
    {"Service", "/spec/clusterIPs", "[\"10.96.77.77\"]", kInvalid, "spec.clusterIPs[0]"},
    {"Service", "/spec/clusterIP", "\"10.96.77.77\"", kInvalid, "spec.clusterIPs[0]"},
    {"Service", "/spec/ipFamilies", "[\"IPv6\"]", kInvalid, "spec.ipFamilies[0]"},
    {"Service", "/status/loadBalancer/ingress", "[{\"ip\":\"1.2.3.4\"}]"},
    // ConfigMap
    {"ConfigMap", "/data/mode", "\"slow\""},
    {"ConfigMap", "/data/new", "\"1\""},
    {"ConfigMap", "/binaryData/blob", "\"AAEC\""},
    {"ConfigMap", "/immutable", "true"},
    {"ConfigMap", "/metadata/labels/team", "\"red\""},
    // Node
    {"Node", "/spec/unschedulable", "true"},
    {"Node", "/spec/taints",
     "[{\"effect\":\"NoSchedule\",\"key\":\"dirty\",\"value\":\"yes\"}]"},
    {"Node", "/metadata/labels/disk", "\"ssd\""},
    {"Node", "/status/allocatable/cpu", "\"64\""},
    {"Node", "/spec/podCIDR", "\"10.1.0.0/24\"", kInvalid, "spec.podCIDRs"},
    {"Node", "/spec/podCIDRs", "[\"10.1.0.0/24\"]", kInvalid, "spec.podCIDRs"},
    {"Node", "/spec/externalID", "\"x\"", kInvalid, ""},
    {"Node", "/spec/configSource/configMap/name", "\"x\""},
    {"Node", "/spec/providerID", "\"small://other\"", kInvalid, "spec.providerID"},
};
#undef C

// "spec.template.spec.containers.0.image": the path of fields.def.
std::string FieldPathOf(const char* pointer) {
  std::string path;
  for (const std::string& part : [&] {
         std::vector<std::string> parts;
         for (auto at = Json::json_pointer(pointer); !at.empty(); at = at.parent_pointer()) {
           parts.insert(parts.begin(), at.back());
         }
         return parts;
       }()) {
    if (!path.empty()) path += '.';
    path += part;
  }
  return path;
}

// The smallest merge patch that sets `pointer`: lists travel whole.
Json MergePatchFor(const Json& object, const char* pointer, const Json& value) {
  Json after = object;
  after[Json::json_pointer(pointer)] = value;
  std::vector<std::string> parts;
  for (auto at = Json::json_pointer(pointer); !at.empty(); at = at.parent_pointer()) {
    parts.insert(parts.begin(), at.back());
  }
  Json patch;
  Json::json_pointer at;
  for (const std::string& part : parts) {
    at /= part;
    if (!after.at(at).is_object()) break;
    if (at == Json::json_pointer(pointer)) break;
  }
  patch[at] = after.at(at);
  return patch;
}

std::string PatchFor(const char* type, const Json& object, const Leaf& leaf) {
  const Json value = Json::parse(leaf.value);
  if (std::string_view(type) != "json") return MergePatchFor(object, leaf.pointer, value).dump();
  Json patch = Json::array();
  Json::json_pointer parent = Json::json_pointer(leaf.pointer).parent_pointer();
  std::vector<Json::json_pointer> missing;
  for (; !object.contains(parent); parent = parent.parent_pointer()) missing.push_back(parent);
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    patch.push_back({{"op", "add"}, {"path", at->to_string()}, {"value", Json::object()}});
  }
  const bool present = object.contains(Json::json_pointer(leaf.pointer));
  patch.push_back(
      {{"op", present ? "replace" : "add"}, {"path", leaf.pointer}, {"value", value}});
  return patch.dump();
}

// What handlers read of the object.
std::string BlobOf(StringTable& strings, const std::string& kind, const Json& object) {
  TableInterner interner(strings);
  const ObjectParts parts = SplitObject(kind, object);
  std::string blob;
  if (!parts.document.is_null()) blob += *Compile(DocumentKind(kind), parts.document, interner);
  if (!parts.tmpl.is_null()) blob += *CompileTemplate(parts.tmpl, interner);
  return blob;
}

// A strategic patch that changes the key of a list's item names an item that is not there yet.
void ExpectAnotherItem(SmallCluster& cluster, ObjectRef object, const Leaf& leaf) {
  const Json before = cluster.Get(object);
  const auto list = Json::json_pointer(leaf.pointer).parent_pointer().parent_pointer();
  const auto outcome =
      Patch(cluster.sim(), object, "strategic", PatchFor("strategic", before, leaf), kAgent);
  if (!outcome) {  // the new item lacks what the old one had
    EXPECT_EQ(outcome.error().code, kInvalid) << leaf.pointer << outcome.error().Text();
    return;
  }
  EXPECT_EQ(cluster.Get(object).at(list).size(), before.at(list).size() + 1) << leaf.pointer;
}

// Rows that no leaf can hit: every member below them has a row of its own.
bool HasRowsForAllMembers(const FieldRule& rule) {
  return rule.path == "spec" && (rule.kind == "Deployment" || rule.kind == "Node");
}

TEST(Leaves, EveryFieldRuleIsPatched) {
  for (const FieldRule& rule : FieldRules()) {
    if (HasRowsForAllMembers(rule)) continue;
    bool patched = false;
    for (const Leaf& leaf : kLeaves) {
      patched |= RuleOf(leaf.kind, FieldPathOf(leaf.pointer)) == &rule;
    }
    EXPECT_TRUE(patched) << rule.kind << " " << rule.path;
  }
}

class LeafTest : public ::testing::TestWithParam<const char*> {};

TEST_P(LeafTest, EveryLeafDoesWhatItsFieldRuleStates) {
  const char* type = GetParam();
  for (const Leaf& leaf : kLeaves) {
    SmallCluster cluster;
    const ObjectRef object = cluster.Target(leaf.kind);
    const Json before = cluster.Get(object);
    if (leaf.merge_key && std::string_view(type) == "strategic") {
      ExpectAnotherItem(cluster, object, leaf);
      continue;
    }
    const std::string path = FieldPathOf(leaf.pointer);
    const FieldRule* rule = RuleOf(leaf.kind, path);
    const std::string what = std::string(leaf.kind) + " " + path + " by " + type;
    ASSERT_NE(rule, nullptr) << what;
    const u64 hash = HashWorld(cluster.sim().world);
    const auto outcome =
        Patch(cluster.sim(), object, type, PatchFor(type, before, leaf), kAgent);
    switch (rule->on_patch) {
      case OnPatch::kReadsBack: {
        ASSERT_TRUE(outcome.ok()) << what << ": " << outcome.error().Text();
        const Json after = cluster.Get(object);
        const Json::json_pointer at(leaf.pointer);
        ASSERT_TRUE(after.contains(at)) << what;
        EXPECT_EQ(after.at(at), Json::parse(leaf.value)) << what;
        StringTable strings;
        const bool read = BlobOf(strings, leaf.kind, before) != BlobOf(strings, leaf.kind, after);
        EXPECT_EQ(read, rule->owner == FieldOwner::kDocument &&
                            rule->effect != FieldEffect::kCarried &&
                            before.value(at, Json()) != after.at(at))
            << what << ": its effect";
        break;
      }
      case OnPatch::kRefused:
        ASSERT_FALSE(outcome.ok()) << what;
        EXPECT_EQ(outcome.error().code, leaf.code) << what << ": " << outcome.error().Text();
        EXPECT_EQ(outcome.error().where, leaf.field) << what << ": " << outcome.error().Text();
        EXPECT_EQ(HashWorld(cluster.sim().world), hash) << what;
        break;
      case OnPatch::kIgnored:
        ASSERT_TRUE(outcome.ok()) << what << ": " << outcome.error().Text();
        EXPECT_FALSE(outcome->changed) << what;
        EXPECT_EQ(HashWorld(cluster.sim().world), hash) << what;
        break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, LeafTest, ::testing::Values("json", "merge", "strategic"));

}  // namespace
}  // namespace wt
