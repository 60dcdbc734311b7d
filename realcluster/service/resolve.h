// SPDX-License-Identifier: Apache-2.0
// Names to IPv4 addresses by the C library (/etc/hosts, /etc/resolv.conf with its search domains),
// each question on a thread of its own. glibc 2.34 and later has files and dns built in, so that
// a static program needs no library for it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "realcluster/service/http.h"

namespace wt::service {

// An answer is used for this long, not for the record's time to live: a Service that is deleted
// stops resolving for everybody soon.
inline constexpr std::chrono::seconds kNameKept{1};

class Resolver {
 public:
  explicit Resolver(asio::io_context& loop) : loop_(loop) {}

  struct Found {
    Ending ending = Ending::kTimeout;  // kAnswered, kNoSuchHost, kLookupFailed, kTimeout
    std::uint32_t address = 0;         // one of the addresses, in turn; host byte order
  };
  // A dotted address is itself. Coroutines that ask for one name share its lookup.
  Task<Found> Find(std::string host, Clock::time_point deadline);

 private:
  struct Name {
    std::vector<std::uint32_t> addresses;
    Ending ending = Ending::kTimeout;
    Clock::time_point until{};
    bool asking = false;
    std::size_t turn = 0;
    std::vector<std::shared_ptr<Gate>> waiting;
  };
  void Ask(const std::string& host);
  static Found Pick(Name& name);

  asio::io_context& loop_;
  std::map<std::string, Name> names_;
};

}  // namespace wt::service
