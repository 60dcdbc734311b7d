// SPDX-License-Identifier: Apache-2.0
// wavetank-load: sends requests at the times of a schedule, whatever becomes of them.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "realcluster/service/load_options.h"
#include "realcluster/service/load_report.h"
#include "realcluster/service/resolve.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

namespace wt::service {
namespace {

constexpr int kUsage = 2;
constexpr auto kFlushEvery = std::chrono::milliseconds(200);

double SecondsOf(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

struct Load {
  const LoadOptions& options;
  asio::io_context loop{1};
  Resolver resolver{loop};
  Clock::time_point began = Clock::now();
  std::size_t in_flight = 0;
  bool sending = true;
  LoadCounts period{}, total{};

  double now_s() const { return SecondsOf(Clock::now() - began); }
  bool lines() const { return options.every_s <= 0; }
};

void Say(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fputc('\n', stdout);
}

[[noreturn]] void Finish(Load& load) {
  load.total.Add(load.period);
  if (!load.lines()) Say(SummaryLine("total", load.now_s(), load.total, load.in_flight));
  std::fflush(stdout);
  _exit(0);
}

const Target& TargetOf(const LoadOptions& options, const MixPart& part) {
  const auto own = options.targets.find(part.service);
  return own != options.targets.end() ? own->second : options.targets.at("");
}

Task<void> Send(Load& load, Schedule::Request request) {
  const MixPart& part = load.options.mix[request.part];
  const Target& target = TargetOf(load.options, part);
  const Clock::time_point began = Clock::now();
  const Clock::time_point deadline = began + load.options.timeout;
  const Resolver::Found found = co_await load.resolver.Find(target.host, deadline);
  HttpAnswer answer{found.ending, 0};
  if (found.ending == Ending::kAnswered) {
    HttpQuestion question;
    question.host = target.host;
    question.path = part.path;
    question.service = part.service;
    question.address = found.address;
    question.port = target.port;
    question.deadline = deadline;
    answer = co_await AskHttp(load.loop, question);
  }
  const double ms = SecondsOf(Clock::now() - began) * 1000;
  --load.in_flight;
  const std::string failure = FailureOf(answer);
  OperationEnds& ends = load.period.operations[part.name];
  if (failure.empty()) {
    ++load.period.ok;
    ++ends.ok;
  } else {
    ++load.period.failed[failure];
    ++ends.failed;
  }
  load.period.times.Add(ms);
  if (load.lines()) Say(RequestLine(request.at_s, part.name, ms, answer));
  if (!load.sending && load.in_flight == 0) Finish(load);
}

Task<void> SendAll(Load& load) {
  Schedule schedule(load.options);
  asio::steady_timer timer(load.loop);
  for (Schedule::Request request; load.sending && schedule.Next(request);) {
    const auto at = load.began + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(request.at_s));
    if (at > Clock::now()) co_await Pause(load.loop, at - Clock::now());
    if (!load.sending) co_return;
    if (load.in_flight >= load.options.in_flight_max) {
      ++load.period.not_sent;
      if (load.lines()) Say(NotSentLine(request.at_s, load.options.mix[request.part].name));
      continue;
    }
    ++load.in_flight;
    ++load.period.sent;
    asio::co_spawn(load.loop, Send(load, request), asio::detached);
  }
  const auto end = load.began + std::chrono::duration_cast<Clock::duration>(
                                    std::chrono::duration<double>(load.options.for_s));
  if (end > Clock::now()) co_await Pause(load.loop, end - Clock::now());
  load.sending = false;
  if (load.in_flight == 0) Finish(load);
}

Task<void> Report(Load& load) {
  for (int periods = 1; !load.lines(); ++periods) {
    const double until = periods * load.options.every_s;
    const auto at = load.began + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(until));
    co_await Pause(load.loop, at - Clock::now());
    Say(SummaryLine("period", load.now_s(), load.period, load.in_flight));
    std::fflush(stdout);
    load.total.Add(load.period);
    load.period = {};
  }
}

Task<void> Flush(Load& load) {
  for (;;) {
    co_await Pause(load.loop, kFlushEvery);
    std::fflush(stdout);
  }
}

int PrintPlan(const LoadOptions& options) {
  Schedule schedule(options);
  for (Schedule::Request request; schedule.Next(request);) {
    Say(PlanLine(request.at_s, options.mix[request.part].name));
  }
  return 0;
}

void Run(const LoadOptions& options) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  static Load load{options};
  asio::signal_set signals(load.loop, SIGTERM, SIGINT);
  signals.async_wait([](const boost::system::error_code& cancelled, int) {
    if (!cancelled) Finish(load);
  });
  asio::co_spawn(load.loop, SendAll(load), asio::detached);
  asio::co_spawn(load.loop, Report(load), asio::detached);
  asio::co_spawn(load.loop, Flush(load), asio::detached);
  load.loop.run();
}

}  // namespace
}  // namespace wt::service

int main(int argc, char** argv) {
  using namespace wt::service;
  static char buffer[1 << 16];
  std::setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  std::signal(SIGPIPE, SIG_DFL);  // whoever read the lines is gone
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0] == "--help") {
    std::fputs(kLoadUsage, arguments.empty() ? stderr : stdout);
    return arguments.empty() ? kUsage : 0;
  }
  static LoadOptions options;
  std::string error;
  if (!ReadLoadOptions(arguments, options, error)) {
    std::fprintf(stderr, "wavetank-load: %s\n%s", error.c_str(), kLoadUsage);
    return kUsage;
  }
  if (options.plan) return PrintPlan(options);
  Run(options);
}
