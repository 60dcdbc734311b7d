// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/killer_objects.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace wt {
namespace {

using Json = nlohmann::json;

std::vector<Json> Objects() {
  std::vector<Json> out;
  for (const std::string& text : KillerObjects("hotel", "pod-recycler", "app=geo,tier=x", 12.5)) {
    out.push_back(Json::parse(text));
  }
  return out;
}

TEST(KillerObjects, OwnersAndRolesComeBeforeWhatNeedsThem) {
  std::vector<std::string> kinds;
  for (const Json& object : Objects()) kinds.push_back(object["kind"].get<std::string>());
  EXPECT_EQ(kinds, (std::vector<std::string>{"Namespace", "ConfigMap", "Role", "RoleBinding",
                                             "ClusterRole", "RoleBinding"}));
}

TEST(KillerObjects, TheOrdersAreWhatTheKillerReads) {
  const Json orders = Objects()[1];
  EXPECT_EQ(orders["metadata"]["namespace"], "wavetank-chaos");
  EXPECT_EQ(orders["metadata"]["name"], "pod-recycler");
  EXPECT_EQ(orders["data"], (Json{{"namespace", "hotel"}, {"selector", "app=geo,tier=x"},
                                  {"interval_s", "12.5"}}));
}

TEST(KillerObjects, NothingInTheAppsNamespaceTellsWhoseOrHow) {
  for (const Json& object : Objects()) {
    if (object["metadata"].value("namespace", "") != "hotel") continue;
    const std::string text = object.dump();
    for (const char* word : {"geo", "chaos", "kill", "12.5", "wavetank"}) {
      EXPECT_EQ(text.find(word), std::string::npos) << word;
    }
  }
}

TEST(KillerObjects, RightsAreOfTheDefaultAccountOfTheAppAndNoMoreThanNeeded) {
  const std::vector<Json> objects = Objects();
  for (const Json& object : objects) {
    if (object["kind"] != "RoleBinding") continue;
    EXPECT_EQ(object["subjects"], Json::parse(R"([{"kind": "ServiceAccount", "name": "default",
                                                   "namespace": "hotel"}])"));
  }
  EXPECT_EQ(objects[2]["rules"][0]["resourceNames"], Json::array({"pod-recycler"}));
  EXPECT_EQ(objects[2]["rules"][1]["verbs"], Json::array({"create"}));
  EXPECT_EQ(objects[4]["rules"][0]["verbs"], Json::array({"get", "list", "delete"}));
}

}  // namespace
}  // namespace wt
