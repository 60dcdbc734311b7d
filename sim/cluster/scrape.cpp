// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/scrape.h"

namespace wt {
namespace {

constexpr u32 kServicesMax = 512;
// Half widths of a scrape's relative noise; the sum of two uniform draws.
constexpr f32 kRateNoise = 0.03f, kErrorNoise = 0.05f, kP99Noise = 0.08f;

// Newest first; false when there are no more.
bool Previous(const Sim& sim, u32& at, u32& left) {
  const u32 used = sim.world.Used<Segment>();
  if (left == 0 || used < 2) return false;
  --left;
  at = at <= 1 ? used - 1 : at - 1;
  return sim.At<Segment>(at).born != 0;
}

// In [-1, 1], triangular, from 16 bits and 16 bits.
f32 Triangular(u32 word) {
  const f32 a = static_cast<f32>(word & 0xffffu) * 0x1p-16f;
  const f32 b = static_cast<f32>(word >> 16) * 0x1p-16f;
  return a + b - 1.0f;
}

// Services whose present figures began after the scrape take those of the segment before.
void Rewind(const Sim& sim, i32 scrape_ms, std::span<Scraped> out) {
  const WorldHeader& header = sim.world.header();
  const u32 newest = header.segment_next;
  if (newest == 0 || sim.At<Segment>(newest).from_ms <= scrape_ms) return;
  u64 late[kServicesMax / 64] = {};
  u32 pending = 0;
  u32 at = newest, left = sim.world.Used<Segment>() - 1;
  do {
    const Segment& segment = sim.At<Segment>(at);
    const u32 s = segment.service;
    if (s >= out.size()) continue;
    const u64 bit = 1ULL << (s & 63);
    if (segment.from_ms > scrape_ms) {
      pending += (late[s >> 6] & bit) == 0;
      late[s >> 6] |= bit;
    } else if ((late[s >> 6] & bit) != 0) {
      out[s] = {segment.rate, segment.error, segment.p99_s};
      late[s >> 6] &= ~bit;
      if (--pending == 0) return;
    } else if (pending == 0) {
      return;
    }
  } while (Previous(sim, at, left));
}

}  // namespace

void ReadScrape(const Sim& sim, std::span<Scraped> out) {
  WT_CHECK(out.size() <= kServicesMax, "at most 511 services are scraped");
  const WorldHeader& header = sim.world.header();
  out[0] = {header.client.rate, header.client.error, header.client.p99_s};
  const FlowServiceRow* rows = sim.world.Rows<FlowServiceRow>();
  for (u32 s = 1; s < out.size(); ++s) {
    out[s] = {rows[s - 1].rate, rows[s - 1].error, rows[s - 1].p99_s};
  }
  const u32 scrape = static_cast<u32>(sim.now() / kScrapePeriod);
  Rewind(sim, ToMs(static_cast<SimTime>(scrape) * kScrapePeriod), out);
  for (u32 s = 0; s < out.size(); ++s) {
    const Bits128 bits = DrawBits(sim.key(), Stream::kTelemetry, s, scrape);
    out[s].rate *= 1.0f + kRateNoise * Triangular(bits.word[0]);
    out[s].error *= 1.0f + kErrorNoise * Triangular(bits.word[1]);
    if (out[s].error > 1.0f) out[s].error = 1.0f;
    out[s].p99_s *= 1.0f + kP99Noise * Triangular(bits.word[2]);
  }
}

f32 ErrorShare(const Sim& sim, u32 service, SimTime window) {
  const WorldHeader& header = sim.world.header();
  f32 rate = header.client.rate, error = header.client.error;
  if (service != 0) {
    const FlowServiceRow& row = sim.world.Rows<FlowServiceRow>()[service - 1];
    rate = row.rate;
    error = row.error;
  }
  const i32 from_ms = ToMs(sim.now() - window);
  i32 until_ms = sim.now_ms();
  f32 requests = 0, errors = 0;
  const auto add = [&](i32 begin_ms) {
    const f32 seconds = static_cast<f32>(until_ms - begin_ms) * 0.001f;
    requests += rate * seconds;
    errors += rate * seconds * error;
  };
  u32 at = header.segment_next, left = sim.world.Used<Segment>() - 1;
  bool more = at != 0;
  while (more && until_ms > from_ms) {
    const Segment& segment = sim.At<Segment>(at);
    if (segment.service == service) {
      rate = segment.rate;
      error = segment.error;
      const i32 begin_ms = segment.from_ms > from_ms ? segment.from_ms : from_ms;
      if (begin_ms < until_ms) {
        add(begin_ms);
        until_ms = begin_ms;
      }
    }
    more = Previous(sim, at, left);
  }
  if (until_ms > from_ms) add(from_ms);
  return requests > 0 ? errors / requests : 0.0f;
}

}  // namespace wt
