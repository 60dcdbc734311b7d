// SPDX-License-Identifier: Apache-2.0
// What a program did is told from its output alone, whenever it closed its input.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "agents/child.h"

namespace wt {
namespace {

std::string Said(const std::string& command, int head_start_ms, std::size_t bytes, int timeout_ms) {
  Result<Child> child = Child::Start(command);
  EXPECT_TRUE(child.ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(head_start_ms));
  const Result<std::string> answer = child->Ask(std::string(bytes, 'x'), timeout_ms, 1000);
  return answer.ok() ? *answer : answer.error().what;
}

TEST(Child, AProgramThatClosedItsInputIsNotTakenForOneThatEnded) {
  // Before and after it closed its input; a question that fits the socket and one that does not.
  for (const int head_start_ms : {0, 300}) {
    for (const std::size_t bytes : {std::size_t{100}, std::size_t{4} << 20}) {
      EXPECT_EQ(Said("exec 0<&-; sleep 60", head_start_ms, bytes, 700), "gave no answer in time");
      EXPECT_EQ(Said("exec 0<&-; exit 3", head_start_ms, bytes, 20'000), "its program ended");
      EXPECT_EQ(Said("exec 0<&-; echo hi; sleep 60", head_start_ms, bytes, 20'000), "hi");
    }
  }
}

}  // namespace
}  // namespace wt
