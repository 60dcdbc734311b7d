// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "realcluster/replay/deployment.h"

namespace wt {
namespace {

class InventoryFile : public testing::Test {
 protected:
  InventoryFile() {
    folder_ = testing::TempDir() + "inventories-" + std::to_string(getpid());
    file_ = folder_ + "/run.jsonl";
  }
  ~InventoryFile() override { std::filesystem::remove_all(folder_); }

  Inventory Open() {
    auto opened = Inventory::Open(file_);
    EXPECT_TRUE(opened) << opened.error().Text();
    return std::move(*opened);
  }
  std::string Text() {
    std::ostringstream out;
    out << std::ifstream(file_).rdbuf();
    return out.str();
  }
  static std::string Paths(const Inventory& inventory) {
    std::string out;
    for (const Inventory::Entry& entry : inventory.entries()) {
      out += entry.path + (entry.created ? "+" : "") + entry.uid + "(" + entry.before + ") ";
    }
    return out;
  }

  std::string folder_, file_;
};

TEST_F(InventoryFile, WhatItSaysStays) {
  std::string said;
  {
    Inventory inventory = Open();
    ASSERT_TRUE(inventory.WillCreate("/a/x"));
    ASSERT_TRUE(inventory.Created("/a/x", "1"));
    ASSERT_TRUE(inventory.WillChange("/b/y", "{\"first\": 1}"));
    ASSERT_TRUE(inventory.WillChange("/b/y", "{\"second\": 1}"));
    ASSERT_TRUE(inventory.WillCreate("/a/z"));
    ASSERT_TRUE(inventory.WillCreate("/a/q"));
    ASSERT_TRUE(inventory.Gone("/a/q"));
    said = Paths(inventory);
    EXPECT_EQ(said, "/a/z+() /b/y({\"first\": 1}) /a/x+1() ");
  }
  EXPECT_EQ(Paths(Open()), said);
}

// A process may die within any line; the lines before it count, and the next one is whole.
TEST_F(InventoryFile, ALineCutOffAnywhereWasNeverWritten) {
  {
    Inventory inventory = Open();
    ASSERT_TRUE(inventory.WillCreate("/a/x"));
  }
  const std::string first = Text();
  { ASSERT_TRUE(Open().Created("/a/x", "17")); }
  const std::string both = Text();
  for (size_t bytes = first.size(); bytes < both.size(); ++bytes) {
    std::ofstream(file_, std::ios::trunc) << both.substr(0, bytes);
    {
      Inventory inventory = Open();
      ASSERT_EQ(Paths(inventory), "/a/x+() ") << bytes;
      ASSERT_TRUE(inventory.WillCreate("/a/y"));
    }
    ASSERT_EQ(Paths(Open()), "/a/y+() /a/x+() ") << bytes;
  }
}

TEST_F(InventoryFile, ABrokenLineInTheMiddleIsAnErrorThatNamesIt) {
  { ASSERT_TRUE(Open().WillCreate("/a/x")); }
  std::ofstream(file_, std::ios::app) << "{\"what\": \"made\"}\n";
  const auto opened = Inventory::Open(file_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(opened.error().where, file_ + ":2");
}

TEST_F(InventoryFile, AnotherClusterMayUseItOnceNothingIsLeft) {
  const ClusterId first{"u-1", "https://first"}, second{"u-2", "https://second"};
  {
    auto opened = Inventory::OpenEmpty(file_, first, "clean");
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->WillCreate("/a/x"));
  }
  const std::string said = Text();
  const auto refused = Inventory::OpenEmpty(file_, second, "clean");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kEnvironment);
  for (const char* word : {"https://first", "u-1", "https://second", "u-2"}) {
    EXPECT_NE(refused.error().Text().find(word), std::string::npos) << word;
  }
  EXPECT_EQ(Text(), said);
  { ASSERT_TRUE(Open().Gone("/a/x")); }
  { ASSERT_TRUE(Inventory::OpenEmpty(file_, second, "clean")); }
  Inventory inventory = Open();
  ASSERT_TRUE(inventory.cluster());
  EXPECT_EQ(inventory.cluster()->uid, "u-2");
  ASSERT_TRUE(inventory.WillCreate("/a/y"));
  EXPECT_FALSE(inventory.CheckCluster(first));
  EXPECT_TRUE(inventory.CheckCluster({"u-2", "https://elsewhere"}));
  EXPECT_FALSE(inventory.CheckCluster({"", "https://second"}));
}

TEST_F(InventoryFile, OneProcessAtATime) {
  Inventory inventory = Open();
  const auto second = Inventory::Open(file_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kEnvironment);
  EXPECT_NE(second.error().Text().find("fuser " + file_), std::string::npos);
  { const Inventory moved = std::move(inventory); }
  EXPECT_TRUE(Inventory::Open(file_));
}

TEST_F(InventoryFile, AFileThatCannotBeWrittenIsAnError) {
  const auto opened = Inventory::Open("/proc/nobody/inventory");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kEnvironment);
}

}  // namespace
}  // namespace wt
