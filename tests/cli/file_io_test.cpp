// SPDX-License-Identifier: Apache-2.0
#include "sim/api/file_io.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

std::size_t CountFiles(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator files(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(FileIo, ReadsBackWhatWasWritten) {
  const TempDir folder;
  const std::string text = std::string("a\0b\n", 4) + std::string(200'000, 'x');
  ASSERT_TRUE(WriteFileWhole(folder.path / "file", text).ok());
  Result<std::string> read = ReadFile(folder.path / "file", text.size());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, text);
}

TEST(FileIo, AFileOverTheBoundIsAnErrorWithItsPath) {
  const TempDir folder;
  const std::filesystem::path path = folder.Write("file", "12345");
  EXPECT_TRUE(ReadFile(path, 5).ok());
  const Result<std::string> read = ReadFile(path, 4);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(read.error().where, path.string());
}

TEST(FileIo, AnEndlessFileIsReadOnlyToTheBound) {
  EXPECT_FALSE(ReadFile("/dev/zero", 1000).ok());
}

TEST(FileIo, AFolderOrNothingIsAnErrorNotAnEmptyText) {
  const TempDir folder;
  EXPECT_FALSE(ReadFile(folder.path, 100).ok());
  EXPECT_FALSE(ReadFile(folder.path / "absent", 100).ok());
}

TEST(FileIo, ReplacingLeavesNoOtherFileBehind) {
  const TempDir folder;
  folder.Write("file", "old");
  ASSERT_TRUE(WriteFileWhole(folder.path / "file", "new").ok());
  EXPECT_EQ(*ReadFile(folder.path / "file", 100), "new");
  EXPECT_EQ(CountFiles(folder.path), 1u);
}

TEST(FileIo, AFailedWriteKeepsTheOldContentAndLeavesNothing) {
  const TempDir folder;
  folder.Write("target/inside", "kept");  // a folder that is not empty cannot be replaced
  const Status written = WriteFileWhole(folder.path / "target", "new");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(*ReadFile(folder.path / "target" / "inside", 100), "kept");
  EXPECT_EQ(CountFiles(folder.path), 1u);
  EXPECT_FALSE(WriteFileWhole(folder.path / "no" / "such" / "folder", "x").ok());
}

TEST(FileIo, TheModeFollowsTheUmask) {
  const TempDir folder;
  const mode_t old_mask = umask(0027);
  ASSERT_TRUE(WriteFileWhole(folder.path / "file", "x").ok());
  umask(old_mask);
  struct stat info {};
  ASSERT_EQ(stat((folder.path / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

}  // namespace
}  // namespace wt
