// SPDX-License-Identifier: Apache-2.0
#include "scenarios/move_app.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

App AppOf(const std::string& text) {
  App app;
  app.path = "app.yaml";
  auto manifests = ReadManifestText(text, "app.yaml");
  EXPECT_TRUE(manifests.ok());
  app.manifests = std::move(*manifests);
  auto behaviour = ResolveBehaviour(app.manifests, nullptr);
  EXPECT_TRUE(behaviour.ok());
  app.behaviour = std::move(*behaviour);
  return app;
}

TEST(MoveApp, EverythingOfHotelGoesThereOnce) {
  auto hotel = LoadApp(WT_SOURCE_DIR "/scenarios/apps/hotel");
  ASSERT_TRUE(hotel.ok());
  std::vector<std::string> said;
  const auto moved = MoveApp(*hotel, "trial", said);
  ASSERT_TRUE(moved.ok()) << moved.error().Text();
  EXPECT_EQ(moved->manifests.app_namespace, "trial");
  for (const Manifest& manifest : moved->manifests.manifests) {
    EXPECT_NE(manifest.kind, "Namespace");
    EXPECT_TRUE(manifest.name_space.empty() || manifest.name_space == "trial") << manifest.name;
  }
  const std::string text = ManifestText(moved->manifests);
  EXPECT_EQ(text.find("namespace: hotel"), text.npos);
  ASSERT_EQ(moved->behaviour.services.size(), hotel->behaviour.services.size());
  for (const AppService& service : moved->behaviour.services) {
    EXPECT_EQ(service.name_space, "trial");
  }
  said.clear();
  const auto again = MoveApp(*moved, "trial", said);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(said.empty());
  EXPECT_EQ(ManifestText(again->manifests), text);
}

TEST(MoveApp, TwoThatWouldBeOneAreRefusedAtTheirPlace) {
  const App app = AppOf(R"(apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: b}
)");
  std::vector<std::string> said;
  const auto moved = MoveApp(app, "one", said);
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().Text().rfind("app.yaml:5", 0), 0u) << moved.error().Text();
  EXPECT_NE(moved.error().Text().find("an app of several namespaces"), std::string::npos);
}

}  // namespace
}  // namespace wt
