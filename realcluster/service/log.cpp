// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/log.h"

#include <cstdio>

namespace wt::service {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr std::size_t kTextsMax = 1000;  // calls x endings of one program are far fewer

}  // namespace

void Print(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void QuietLog::Print(const std::string& line) {
  const auto now = std::chrono::steady_clock::now();
  const auto known = last_.find(line);
  if (known != last_.end() && now - known->second < kQuiet) return;
  if (last_.size() >= kTextsMax) last_.clear();
  last_[line] = now;
  service::Print(line);
}

}  // namespace wt::service
