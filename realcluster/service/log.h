// SPDX-License-Identifier: Apache-2.0
// What the program prints: the lines that simulated programs print. The texts are those of
// sim/telemetry/logs.cpp (AddStart, ConnectError, CallError, AddFailedCalls, AddEnd); the test
// log_text_test compares them letter by letter. Those of kinds that the simulator does not have
// stand apart.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace wt::service {

// In the words of sim/telemetry/logs.cpp.
inline constexpr const char* kStartingText = "INFO starting {}";
inline constexpr const char* kListeningText = "INFO listening on :{}";
inline constexpr const char* kMissingKeyText = "FATAL required setting {} is missing";
inline constexpr const char* kMissingObjectText =
    "FATAL cannot read configuration {}: no such file or directory";
inline constexpr const char* kGivingUpText = "FATAL cannot connect to {}, giving up";
inline constexpr const char* kCallFailedText = "ERROR {}: call to {}/{} failed: {}";
inline constexpr const char* kRefusedText = "dial tcp {}: connect: connection refused";
inline constexpr const char* kNoHostText = "dial tcp: lookup {}: no such host";
inline constexpr const char* kDeadlineText = "context deadline exceeded";
inline constexpr const char* kUpstreamText = "upstream answered with an error";
inline constexpr const char* kTerminatedText = "INFO received signal terminated, shutting down";
// Endings that the simulator does not tell apart.
inline constexpr const char* kResetText = "read tcp {}: connection reset by peer";
inline constexpr const char* kUnreachableText = "dial tcp {}: connect: no route to host";
inline constexpr const char* kLookupFailedText = "dial tcp: lookup {}: i/o timeout";
inline constexpr const char* kBreakerText = "circuit breaker is open";
// Of wavetank-killer beside kStartingText; the simulated one prints the first of these.
inline constexpr const char* kDeletedPodText = "INFO deleted pod {}";
inline constexpr const char* kCannotDeleteText = "ERROR cannot delete pod {}: {}";
inline constexpr const char* kCannotListText = "ERROR cannot list pods: {}";
inline constexpr const char* kNoSettingsText = "WARN settings: {}";

// Prints one line, at once.
void Print(const std::string& line);

// At most one line a second of each text.
class QuietLog {
 public:
  void Print(const std::string& line);

 private:
  std::map<std::string, std::chrono::steady_clock::time_point> last_;
};

}  // namespace wt::service
