// SPDX-License-Identifier: Apache-2.0
// Back-off arithmetic against what the upstream code answered (tests/sim/data/*.txt).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/kubelet/backoff.h"
#include "sim/kubelet/images.h"

namespace wt {
namespace {

// Lines of a data file, split at '|' with the blanks around it removed.
std::vector<std::vector<std::string>> ReadCases(const std::string& name) {
  std::ifstream file(std::string(WAVETANK_TEST_DATA) + "/" + name);
  std::vector<std::vector<std::string>> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> fields;
    std::stringstream stream(line);
    for (std::string field; std::getline(stream, field, '|');) {
      const std::size_t first = field.find_first_not_of(' ');
      const std::size_t last = field.find_last_not_of(' ');
      fields.push_back(first == std::string::npos ? "" : field.substr(first, last - first + 1));
    }
    cases.push_back(fields);
  }
  return cases;
}

std::vector<std::string> Words(const std::string& text) {
  std::stringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string CrashLoop(i32 sync_delay_s, const std::vector<std::string>& runs) {
  std::string starts = "0", backoffs;
  Backoff backoff;
  i32 now_ms = 0;
  for (const std::string& run : runs) {
    const bool other_image = run[0] == '*';
    const i32 exit_ms = now_ms + std::stoi(run.substr(other_image ? 1 : 0)) * 1000;
    if (other_image) backoff = {};
    now_ms = exit_ms + sync_delay_s * 1000;
    const bool held = InBackoffSince(backoff, exit_ms, now_ms);
    backoffs += (backoffs.empty() ? "" : " ") + std::to_string(held ? backoff.delay_ms / 1000 : 0);
    if (held) now_ms = exit_ms + backoff.delay_ms;
    backoff = NextBackoff(backoff, exit_ms, now_ms);
    starts += " " + std::to_string(now_ms / 1000);
  }
  return starts + " | " + backoffs;
}

TEST(Backoff, CrashLoopsRestartWhenUpstreamWould) {
  const auto cases = ReadCases("crashloop.txt");
  ASSERT_EQ(cases.size(), 200u);
  for (const auto& c : cases) {
    EXPECT_EQ(CrashLoop(std::stoi(c[0]), Words(c[1])), c[2] + " | " + c[3]) << c[1];
  }
}

char OneSync(const std::string& policy, const std::string& image, bool& present, i32 now_ms,
             Backoff& backoff, const std::string& outcomes, std::size_t& pulls) {
  if (!IsValidImageName(image)) return 'i';
  if (present && policy != "Always") return 'p';
  if (policy == "Never") return 'n';
  if (InBackoffSinceUpdate(backoff, now_ms)) return 'b';
  const bool ok = pulls < outcomes.size() && outcomes[pulls] == '1';
  ++pulls;
  if (ok) {
    present = true;
    return 'P';
  }
  backoff = NextBackoff(backoff, now_ms, now_ms);
  return 'E';
}

TEST(Backoff, PullsAreTriedWhenUpstreamWould) {
  const auto cases = ReadCases("image_pull.txt");
  ASSERT_EQ(cases.size(), 200u);
  for (const auto& c : cases) {
    bool present = c[1] == "1";
    Backoff backoff;
    i32 now_ms = 0;
    std::size_t pulls = 0;
    std::string got;
    for (const std::string& gap : Words(c[2])) {
      now_ms += std::stoi(gap) * 1000;
      got += OneSync(c[0], c[5], present, now_ms, backoff, c[3], pulls);
    }
    EXPECT_EQ(got, c[4]) << c[0] << " " << c[5] << " gaps " << c[2];
  }
}

TEST(Images, NamesThatCannotBeParsedAreTold) {
  EXPECT_TRUE(IsValidImageName("redis"));
  EXPECT_TRUE(IsValidImageName("docker.io/library/redis:7.2"));
  EXPECT_TRUE(IsValidImageName("localhost:5000/shop/web:V9"));
  EXPECT_TRUE(IsValidImageName("Registry.example.com/shop/web"));
  EXPECT_FALSE(IsValidImageName("Bad::Image"));
  EXPECT_FALSE(IsValidImageName("shop/Web:1"));
  EXPECT_FALSE(IsValidImageName("shop/web:"));
  EXPECT_FALSE(IsValidImageName("shop//web"));
  EXPECT_FALSE(IsValidImageName("shop/web :1"));
  EXPECT_FALSE(IsValidImageName(""));
}

}  // namespace
}  // namespace wt
