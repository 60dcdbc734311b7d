// SPDX-License-Identifier: Apache-2.0
// wavetank-netem QUEUE DELAY_US JITTER_US LOSS% CORRUPT% [SEED]: delays, loses and corrupts what
// leaves a network namespace, in user space, for kernels without sch_netem. Run inside of the
// namespace; packets come by
//   iptables -t mangle -A POSTROUTING -o eth0 -j NFQUEUE --queue-num QUEUE --queue-bypass
// Built by build.sh with libnetfilter_queue.
#include <arpa/inet.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <random>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct HeldPacket {
  Clock::time_point due;
  std::uint32_t id;
  std::vector<unsigned char> changed;  // empty: it goes as it came
};

struct EarliestFirst {
  bool operator()(const HeldPacket& a, const HeldPacket& b) const { return a.due > b.due; }
};

struct Netem {
  double delay_us = 0;
  double jitter_us = 0;  // uniform, to both sides
  double loss = 0;       // percent
  double corrupt = 0;    // percent
  std::mt19937_64 random;
  std::priority_queue<HeldPacket, std::vector<HeldPacket>, EarliestFirst> held;

  double Uniform() { return std::uniform_real_distribution<double>(0, 1)(random); }
  bool Happens(double percent) { return Uniform() * 100 < percent; }
};

// A flipped bit somewhere in the packet.
std::vector<unsigned char> Corrupted(Netem& netem, nfq_data* packet) {
  unsigned char* bytes = nullptr;
  const int length = nfq_get_payload(packet, &bytes);
  if (length <= 0) return {};
  std::vector<unsigned char> changed(bytes, bytes + length);
  changed[static_cast<std::size_t>(netem.Uniform() * length)] ^=
      static_cast<unsigned char>(1u << (netem.random() % 8));
  return changed;
}

int OnPacket(nfq_q_handle* queue, nfgenmsg*, nfq_data* packet, void* data) {
  Netem& netem = *static_cast<Netem*>(data);
  const std::uint32_t id = ntohl(nfq_get_msg_packet_hdr(packet)->packet_id);
  if (netem.Happens(netem.loss)) return nfq_set_verdict(queue, id, NF_DROP, 0, nullptr);
  const double wait_us =
      std::max(0.0, netem.delay_us + (2 * netem.Uniform() - 1) * netem.jitter_us);
  HeldPacket held{Clock::now() + std::chrono::microseconds(static_cast<long>(wait_us)), id, {}};
  if (netem.Happens(netem.corrupt)) held.changed = Corrupted(netem, packet);
  netem.held.push(std::move(held));
  return 0;
}

void SendDue(nfq_q_handle* queue, Netem& netem) {
  while (!netem.held.empty() && netem.held.top().due <= Clock::now()) {
    const HeldPacket& packet = netem.held.top();
    nfq_set_verdict(queue, packet.id, NF_ACCEPT, static_cast<std::uint32_t>(packet.changed.size()),
                    packet.changed.empty() ? nullptr : packet.changed.data());
    netem.held.pop();
  }
}

timespec UntilNextDue(const Netem& netem) {
  if (netem.held.empty()) return {1, 0};
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
      netem.held.top().due - Clock::now());
  const long ns = std::max(0L, static_cast<long>(left.count()));
  return {ns / 1'000'000'000, ns % 1'000'000'000};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Netem netem;
  netem.delay_us = std::atof(argv[2]);
  netem.jitter_us = std::atof(argv[3]);
  netem.loss = std::atof(argv[4]);
  netem.corrupt = std::atof(argv[5]);
  netem.random.seed(argc > 6 ? std::strtoull(argv[6], nullptr, 10) : std::random_device{}());
  nfq_handle* handle = nfq_open();
  if (handle == nullptr) return std::perror("nfq_open"), 1;
  const auto number = static_cast<std::uint16_t>(std::atoi(argv[1]));
  nfq_q_handle* queue = nfq_create_queue(handle, number, &OnPacket, &netem);
  if (queue == nullptr || nfq_set_mode(queue, NFQNL_COPY_PACKET, 0xffff) < 0) {
    return std::perror("nfqueue"), 1;
  }
  nfq_set_queue_maxlen(queue, 16384);
  pollfd readable{nfq_fd(handle), POLLIN, 0};
  std::array<char, 70000> buffer;
  while (true) {
    const timespec wait = UntilNextDue(netem);
    if (ppoll(&readable, 1, &wait, nullptr) > 0) {
      const ssize_t length = recv(readable.fd, buffer.data(), buffer.size(), 0);
      if (length > 0) nfq_handle_packet(handle, buffer.data(), static_cast<int>(length));
    }
    SendDue(queue, netem);
  }
}
