// SPDX-License-Identifier: Apache-2.0
// What goes to stderr, and what Ctrl-C does.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/interrupt.h"
#include "cli/log.h"

namespace wt {
namespace {

TEST(Log, ALineCarriesTheProgramAndItsLevel) {
  testing::internal::CaptureStderr();
  LogInfo("{} done", 3);
  LogWarning("odd");
  LogError("broken");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "wavetank: 3 done\nwavetank: warning: odd\nwavetank: error: broken\n");
}

TEST(Log, LinesBelowTheLevelAreDropped) {
  testing::internal::CaptureStderr();
  LogDebug("not shown");
  SetLogLevel(LogLevelFrom("error"));
  LogWarning("not shown either");
  LogError("shown");
  SetLogLevel(LogLevelFrom("debug"));
  LogDebug("shown too");
  SetLogLevel(LogLevelFrom("info"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "wavetank: error: shown\nwavetank: debug: shown too\n");
}

TEST(Log, AStatusLineIsRedrawnBelowALoggedLine) {
  testing::internal::CaptureStderr();
  ShowStatusLine("half");
  LogInfo("news");
  ShowStatusLine("");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "\r\033[Khalf\r\033[Kwavetank: news\nhalf\r\033[K");
}

void InterruptTwice() {
  InstallInterruptHandler();
  if (Interrupted()) std::_Exit(1);
  raise(SIGINT);
  if (!Interrupted()) std::_Exit(2);
  raise(SIGTERM);
  std::_Exit(3);
}

TEST(Interrupt, TheFirstSignalAsksTheSecondEndsWith130) {
  EXPECT_EXIT(InterruptTwice(), testing::ExitedWithCode(130), "finishing what runs");
}

}  // namespace
}  // namespace wt
