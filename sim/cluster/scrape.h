// SPDX-License-Identifier: Apache-2.0
// What a metrics server would answer: the figures of every service at the last scrape, every 15 s
// from time 0, with a scrape's noise. Rates are constant between traffic solves, so a past scrape
// is read from the World's segments; the noise is a pure function of (World key, service, scrape
// number). Nothing is written.
#pragma once

#include <span>

#include "sim/sim.h"

namespace wt {

inline constexpr SimTime kScrapePeriod = 15 * kSecond;

struct Scraped {
  f32 rate = 0;    // requests per second
  f32 error = 0;   // share
  f32 p99_s = 0;
};

// [0] = the client at the entry, [g + 1] = GraphService g. `out` holds services + 1 items.
// O(services + segments newer than the scrape).
void ReadScrape(const Sim& sim, std::span<Scraped> out);

// Share of requests that failed over the last `window`, by segments; [service] as above.
f32 ErrorShare(const Sim& sim, u32 service, SimTime window);

}  // namespace wt
