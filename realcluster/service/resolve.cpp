// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/resolve.h"

#include <netdb.h>
#include <netinet/in.h>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#if defined(__GLIBC__) && (__GLIBC__ * 100 + __GLIBC_MINOR__ < 234)
#error "a static program resolves names by itself from glibc 2.34 on"
#endif

namespace wt::service {
namespace {

Ending Lookup(const std::string& host, std::vector<std::uint32_t>& addresses) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int problem = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  if (problem == EAI_NONAME || problem == EAI_NODATA) return Ending::kNoSuchHost;
  if (problem != 0) return Ending::kLookupFailed;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(at->ai_addr);
    addresses.push_back(ntohl(address->sin_addr.s_addr));
  }
  freeaddrinfo(list);
  return addresses.empty() ? Ending::kNoSuchHost : Ending::kAnswered;
}

}  // namespace

Resolver::Found Resolver::Pick(Name& name) {
  if (name.ending != Ending::kAnswered) return {name.ending, 0};
  return {Ending::kAnswered, name.addresses[name.turn++ % name.addresses.size()]};
}

void Resolver::Ask(const std::string& host) {
  names_[host].asking = true;
  std::thread([this, host] {
    std::vector<std::uint32_t> addresses;
    const Ending ending = Lookup(host, addresses);
    asio::post(loop_, [this, host, ending, addresses] {
      Name& name = names_[host];
      name.addresses = addresses;
      name.ending = ending;
      name.asking = false;
      name.until = Clock::now() + kNameKept;
      for (const std::shared_ptr<Gate>& gate : name.waiting) gate->Open();
      name.waiting.clear();
    });
  }).detach();
}

Task<Resolver::Found> Resolver::Find(std::string host, Clock::time_point deadline) {
  boost::system::error_code not_dotted;
  const auto dotted = asio::ip::make_address_v4(host, not_dotted);
  if (!not_dotted) co_return Found{Ending::kAnswered, dotted.to_uint()};
  Name& name = names_[host];  // a std::map's values stay where they are
  if (name.until > Clock::now() && name.ending == Ending::kAnswered) co_return Pick(name);
  if (!name.asking) Ask(host);
  const auto gate = std::make_shared<Gate>(loop_);
  name.waiting.push_back(gate);
  const bool answered = co_await gate->Wait(deadline);
  if (!answered) {
    std::erase(name.waiting, gate);
    co_return Found{Ending::kTimeout, 0};
  }
  co_return Pick(name);
}

}  // namespace wt::service
