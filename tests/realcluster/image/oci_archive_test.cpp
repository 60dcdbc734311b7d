// SPDX-License-Identifier: Apache-2.0
#include "realcluster/image/oci_archive.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

TEST(FullReference, IsWhatContainerdKeeps) {
  const std::pair<const char*, const char*> cases[] = {
      {"mongo:6.0", "docker.io/library/mongo:6.0"},
      {"mongo", "docker.io/library/mongo:latest"},
      {"wavetank/hotel-geo:1.4.0", "docker.io/wavetank/hotel-geo:1.4.0"},
      {"wavetank.local/pause:1", "wavetank.local/pause:1"},
      {"localhost:5000/a/b", "localhost:5000/a/b:latest"},
      {"a__b/c-d.e:x", "docker.io/a__b/c-d.e:x"},
  };
  for (const auto& [name, full] : cases) EXPECT_EQ(FullReference(name), full);
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(FullReference("redis:7" + digest), "docker.io/library/redis:7" + digest);
}

TEST(FullReference, IsEmptyForWhatIsNone) {
  for (const char* name : {"", "Mongo:6", "a//b", "a/", "a:", "a:b:c", "a:-x", "a@sha256:12", "a b",
                           "-a", "a___b", "repo/Name"}) {
    EXPECT_EQ(FullReference(name), "") << name;
  }
}

TEST(Tar, RefusesWhatDoesNotFit) {
  using Kind = TarEntry::Kind;
  EXPECT_FALSE(TarOf({{Kind::kFile, "a", 0644, "x"}, {Kind::kFile, "a", 0644, "y"}}).ok());
  EXPECT_FALSE(TarOf({{Kind::kFile, "a", 0644, "x"}, {Kind::kFile, "a/b", 0644, "y"}}).ok());
  EXPECT_FALSE(TarOf({{Kind::kFile, std::string(101, 'a'), 0644, ""}}).ok());
  EXPECT_FALSE(TarOf({{Kind::kLink, "a", 0777, std::string(101, 'a')}}).ok());
  const std::string two_parts = std::string(90, 'a') + "/" + std::string(90, 'b');
  EXPECT_TRUE(TarOf({{Kind::kFile, two_parts, 0644, ""}}).ok());
}

TEST(Sha256, OfTheStandardsExamples) {  // FIPS 180-4, from its example files
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace wt
