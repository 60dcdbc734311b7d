// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/load_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> Fake(const std::string& mode) {
  return {WT_PYTHON, std::string(WT_TEST_DIR) + "/fake_load.py", mode, "--a", "b c"};
}

bool Within(double seconds, const std::function<bool()>& holds) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (!holds()) {
    if (Clock::now() > end) return false;
    usleep(2000);
  }
  return true;
}

TEST(LineProcess, LinesComeWholeAndTheEndHasItsCode) {
  Result<LineProcess> process = LineProcess::Start(Fake("dies"));
  ASSERT_TRUE(process.ok());
  std::vector<std::string> lines;
  EXPECT_TRUE(Within(20, [&] { return process->Read(lines).ok() && !process->Ended().empty(); }));
  EXPECT_EQ(process->Ended(), "exit code 3");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2], "no such target");
}

TEST(LineProcess, ArgumentsArriveAsTheyAre) {
  Result<LineProcess> process = LineProcess::Start(Fake("words"));
  ASSERT_TRUE(process.ok());
  std::vector<std::string> lines;
  EXPECT_TRUE(Within(20, [&] { return process->Read(lines).ok() && lines.size() == 2; }));
  EXPECT_EQ(lines, (std::vector<std::string>{"--a", "b c"}));
  EXPECT_EQ(process->Ended(), "");
}

TEST(LineProcess, AProgramThatIsNotThereIsAnError) {
  const Result<LineProcess> process = LineProcess::Start({"/nowhere/wavetank-load"});
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.error().code, ErrorCode::kEnvironment);
  EXPECT_NE(process.error().Text().find("No such file"), std::string::npos);
}

TEST(LineProcess, ALineWithoutAnEndIsAnErrorAndNotAllOfTheMemory) {
  Result<LineProcess> process = LineProcess::Start(Fake("endless"));
  ASSERT_TRUE(process.ok());
  std::vector<std::string> lines;
  EXPECT_TRUE(Within(20, [&] { return !process->Read(lines).ok(); }));
  EXPECT_TRUE(lines.empty());
}

TEST(LineProcess, WhatDoesNotEndIsKilledAndWaitedFor) {
  std::optional<Result<LineProcess>> process(LineProcess::Start(Fake("stubborn")));
  ASSERT_TRUE(process->ok());
  std::vector<std::string> lines;
  ASSERT_TRUE(Within(20, [&] { return (*process)->Read(lines).ok() && lines.size() > 3; }));
  const pid_t pid = (*process)->pid();
  EXPECT_EQ(kill(pid, 0), 0);
  const auto began = Clock::now();
  process.reset();
  EXPECT_GE(Clock::now() - began, std::chrono::milliseconds(900));  // it had its chance
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(LineProcess, ItEndsWhenWeDoNotComeToEndingIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t us = fork();
  if (us == 0) {
    Result<LineProcess> process = LineProcess::Start(Fake("stubborn"));
    const pid_t pid = process.ok() ? process->pid() : 0;
    [[maybe_unused]] const ssize_t written = write(ends[1], &pid, sizeof(pid));
    raise(SIGKILL);
  }
  pid_t pid = 0;
  ASSERT_EQ(read(ends[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  close(ends[0]);
  close(ends[1]);
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(Within(20, [&] {
    const std::string path = "/proc/" + std::to_string(pid) + "/cmdline";
    FILE* file = fopen(path.c_str(), "r");
    if (file == nullptr) return true;
    const bool empty = fgetc(file) == EOF;  // a zombie that its new parent has not collected
    fclose(file);
    return empty;
  }));
}

}  // namespace
}  // namespace wt
