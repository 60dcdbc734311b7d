// SPDX-License-Identifier: Apache-2.0
#include "tests/traffic/reference_des.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "sim/random.h"

namespace wt {
namespace {

using Action = std::function<void()>;

// What happens with an answer; shared, since copies of copies of closures are slow.
class Reply {
 public:
  template <class F>
  Reply(F f) : f_(std::make_shared<const std::function<void(bool)>>(std::move(f))) {}
  void operator()(bool ok) const { (*f_)(ok); }

 private:
  std::shared_ptr<const std::function<void(bool)>> f_;
};

// c servers and a line before them.
struct Servers {
  u32 free = 1, total = 1;
  size_t limit = 1u << 30;
  std::deque<Action> line;
  f64 busy_s = 0;
};

struct Des {
  struct Event {
    f64 at;
    u64 sequence;
    Action action;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };

  const ServiceGraph& graph;
  std::span<const ServiceInput> inputs;
  DesRun run;
  f64 now = 0;
  u64 sequence = 0;
  u32 draws = 0;
  std::vector<Event> heap;
  std::vector<Servers> slots, cores;
  std::vector<u64> attempts;

  void In(f64 delay, Action action) {
    heap.push_back({now + delay, sequence++, std::move(action)});
    std::push_heap(heap.begin(), heap.end(), Later{});
  }
  f64 Uniform() {
    const u32 which = draws++;
    return DrawUniform({run.seed}, Stream::kNoise, which >> 30, which);
  }
  f64 Work(f64 mean, f64 cv2) {
    if (cv2 == 0) return mean;
    if (cv2 == 1) return -mean * std::log(1 - Uniform());
    const f64 s2 = std::log(1 + cv2);
    const f64 z = NormalQuantile(Uniform());
    return mean * std::exp(std::sqrt(s2) * z - s2 / 2);
  }

  // False: the line is full.
  bool Take(Servers& servers, Action action) {
    if (servers.free > 0) {
      --servers.free;
      action();
      return true;
    }
    if (servers.line.size() >= servers.limit) return false;
    servers.line.push_back(std::move(action));
    return true;
  }
  void Leave(Servers& servers) {
    if (servers.line.empty()) {
      ++servers.free;
      return;
    }
    Action next = std::move(servers.line.front());
    servers.line.pop_front();
    next();
  }

  void Serve(u32 at, Reply reply);
  void Handle(u32 at, Reply reply);
  void Calls(u32 at, u32 next, bool ok, Reply reply);
  void Attempt(u32 callee, f64 timeout, Reply reply);
  void Call(const GraphCall& call, u32 retries, Reply reply);
  DesAnswer Run();
};

void Des::Serve(u32 at, Reply reply) {
  const GraphOperation& operation = graph.operations[at];
  const GraphService& service = graph.services[operation.service];
  const ServiceInput& input = inputs[operation.service];
  const bool threads = service.model == ConcurrencyModel::kThreads;
  Servers& slot = slots[operation.service];
  const bool taken = Take(slot, [=, this, &slot, this_operation = &operation] {
    const f64 began = now;
    const auto leave = [=, this, &slot] {
      slot.busy_s += now - began;
      Leave(slot);
    };
    const f64 mean = static_cast<f64>(this_operation->work_mean_s * input.slow);
    const f64 work = Work(mean, static_cast<f64>(this_operation->work_cv2));
    if (!threads) {
      In(work, [=, this] {
        leave();
        Handle(at, reply);
      });
      return;
    }
    const f64 share = std::min(1.0, static_cast<f64>(service.cpu_per_request_s) / mean);
    Servers& core = cores[this_operation->service];
    Take(core, [=, this, &core] {
      In(work * share, [=, this, &core] {
        Leave(core);
        In(work * (1 - share), [=, this] {
          Handle(at, [=](bool ok) {
            leave();
            reply(ok);
          });
        });
      });
    });
  });
  if (!taken) reply(false);
}

void Des::Handle(u32 at, Reply reply) {
  const ServiceInput& input = inputs[graph.operations[at].service];
  if (Uniform() < static_cast<f64>(input.fail)) return reply(false);
  if (Uniform() < static_cast<f64>(input.cache_hit)) return reply(true);
  Calls(at, 0, true, std::move(reply));
}

// Runs calls [next, ...) of an operation; a group waits for its slowest member.
void Des::Calls(u32 at, u32 next, bool ok, Reply reply) {
  const GraphOperation& operation = graph.operations[at];
  if (!ok || next == operation.calls) return reply(ok);
  const GraphCall* calls = graph.calls.data() + operation.first_call;
  u32 end = next + 1;
  if (calls[next].parallel_group != 0) {
    while (end < operation.calls && calls[end].parallel_group == calls[next].parallel_group) ++end;
  }
  struct Join {
    u32 open;
    bool ok = true;
  };
  const auto join = std::make_shared<Join>(Join{end - next});
  for (u32 k = next; k < end; ++k) {
    const auto done = [=, this](bool call_ok) {
      join->ok &= call_ok || calls[k].optional;
      if (--join->open == 0) Calls(at, end, join->ok, reply);
    };
    if (Uniform() < static_cast<f64>(calls[k].probability)) {
      Call(calls[k], calls[k].retries_max, done);
    } else {
      done(true);
    }
  }
}

void Des::Call(const GraphCall& call, u32 retries, Reply reply) {
  Attempt(call.callee, static_cast<f64>(call.timeout_s), [=, this, &call](bool ok) {
    if (ok || retries == 0) return reply(ok);
    In(static_cast<f64>(call.backoff_s), [=, this, &call] { Call(call, retries - 1, reply); });
  });
}

void Des::Attempt(u32 callee, f64 timeout, Reply reply) {
  const u32 service = graph.operations[callee].service;
  const ServiceInput& input = inputs[service];
  ++attempts[service];
  if (input.servers <= 0 || Uniform() >= static_cast<f64>(input.reach)) {
    const f64 fails = std::min(static_cast<f64>(input.connect_fail_s), timeout);
    In(fails, [=] { reply(false); });
    return;
  }
  const auto answered = std::make_shared<bool>(false);
  In(timeout, [=] {
    if (std::exchange(*answered, true)) return;
    reply(false);
  });
  Serve(callee, [=](bool ok) {
    if (std::exchange(*answered, true)) return;
    reply(ok);
  });
}

DesAnswer Des::Run() {
  for (size_t i = 0; i < graph.services.size(); ++i) {
    const GraphService& service = graph.services[i];
    const u32 servers = static_cast<u32>(inputs[i].servers);
    const bool threads = service.model == ConcurrencyModel::kThreads;
    const u32 per_server = threads ? service.threads : static_cast<u32>(service.loop_cores);
    Servers slot;
    slot.free = slot.total = servers * per_server;
    slot.limit = static_cast<size_t>(servers) * service.queue_limit;
    slots.push_back(std::move(slot));
    Servers core;
    core.free = core.total = servers * static_cast<u32>(inputs[i].cores_per_server);
    cores.push_back(std::move(core));
  }
  attempts.assign(graph.services.size(), 0);
  std::vector<f64> latencies;
  latencies.reserve(run.requests);
  const u32 warm = run.requests / 10;
  u32 sent = 0, bad = 0;
  std::vector<std::pair<f64, bool>> ends;  // when sent, how it ended
  f64 last_sent = 0;
  std::function<void()> arrive = [&] {
    const u32 id = sent++;
    f64 pick = Uniform();
    size_t entry = 0;
    while (entry + 1 < graph.entries.size() &&
           pick >= static_cast<f64>(graph.entries[entry].share)) {
      pick -= static_cast<f64>(graph.entries[entry++].share);
    }
    const f64 began = now;
    Attempt(graph.entries[entry].operation, static_cast<f64>(kClientTimeoutS),
            [&, id, began](bool ok) {
              ends.emplace_back(began, ok);
              if (id < warm) return;
              latencies.push_back(now - began);
              bad += !ok;
            });
    const bool spike = now >= run.spike_at_s && now < run.spike_at_s + run.spike_s;
    const f64 rps = run.rps * (spike ? run.spike_factor : 1);
    last_sent = now;
    if (sent < run.requests + warm) In(Work(1 / rps, 1), arrive);
  };
  In(0, arrive);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), Later{});
    Event event = std::move(heap.back());
    heap.pop_back();
    now = event.at;
    event.action();
  }
  DesAnswer answer;
  u32 late = 0, late_bad = 0;
  for (const auto& [began, ok] : ends) {
    if (began < last_sent - run.last_s) continue;
    ++late;
    late_bad += !ok;
  }
  answer.last_error = static_cast<f64>(late_bad) / std::max(late, 1u);
  const f64 span = last_sent;
  for (size_t i = 0; i < slots.size(); ++i) {
    answer.services.push_back({static_cast<f64>(attempts[i]) / span,
                               slots[i].busy_s / span / std::max(slots[i].total, 1u)});
  }
  std::sort(latencies.begin(), latencies.end());
  for (const f64 x : latencies) answer.mean_s += x / static_cast<f64>(latencies.size());
  answer.p50_s = latencies[latencies.size() / 2];
  answer.p99_s = latencies[latencies.size() * 99 / 100];
  answer.error = static_cast<f64>(bad) / static_cast<f64>(latencies.size());
  return answer;
}

}  // namespace

DesAnswer SimulateRequests(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                           const DesRun& run) {
  Des des{.graph = graph, .inputs = inputs, .run = run, .heap = {}, .slots = {}, .cores = {},
          .attempts = {}};
  return des.Run();
}

}  // namespace wt
