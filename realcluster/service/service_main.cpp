// SPDX-License-Identifier: Apache-2.0
// wavetank-service: plays the service of an app that the pod it runs in belongs to.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "realcluster/service/engine.h"
#include "realcluster/service/role.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

namespace wt::service {
namespace {

constexpr int kCannotRun = 1, kTerminated = 128 + 15;
constexpr const char* kAppFile = "/wavetank/app.json";

[[noreturn]] void Exit(int code) {
  std::fflush(stdout);
  _exit(code);  // threads that burn are not waited for
}

// The sandbox's own process: holds the pod's namespaces, collects what ended in them.
[[noreturn]] void HoldSandbox() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGCHLD) _exit(0);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

bool IsThere(const Need& need) {
  if (need.env.empty() && need.files.empty()) return true;
  const auto set = [](const std::string& name) { return std::getenv(name.c_str()) != nullptr; };
  const auto readable = [](const std::string& path) { return access(path.c_str(), R_OK) == 0; };
  return std::any_of(need.env.begin(), need.env.end(), set) ||
         std::any_of(need.files.begin(), need.files.end(), readable);
}

// Descriptors for every connection that may be open: its own and those of its calls.
void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct Process {
  asio::io_context loop{1};
  App app;
  Role role;
  Random random{SeedFromKernel()};
  Ballast memory;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<HttpServer> server;
};

void ListenOn(Process& process, const std::vector<Port>& ports) {
  for (const Port& port : ports) {
    const std::string problem = process.server->Listen(port.number, port.udp);
    if (problem.empty()) continue;
    Print(fmt::format("FATAL cannot listen on :{}: {}", port.number, problem));
    Exit(kCannotRun);
  }
}

// Sim: DecideFate, GiveUpOrServe (sim/kubelet/process.cpp).
Task<void> StartService(Process& process) {
  const Service& self = *process.role.service;
  Print(fmt::format(kStartingText, self.name));
  const double base = self.memory_base - static_cast<double>(ResidentBytes());
  if (base > 0) process.memory.Grow(base);
  for (const Need& need : self.needs) {
    if (IsThere(need)) continue;
    co_await Pause(process.loop, DrawTime(process.app.crash, process.random));
    Print(need.setting ? fmt::format(kMissingKeyText, need.name)
                       : fmt::format(kMissingObjectText, need.name));
    Exit(kCannotRun);
  }
  for (const std::string& name : self.startup_needs) {
    const Service* needed = process.app.Find(name);
    std::string error;
    if (needed == nullptr || co_await process.engine->caller().Answers(*needed, error)) continue;
    Print("WARN " + error);
    co_await Pause(process.loop, DrawTime(process.app.crash, process.random));
    if (co_await process.engine->caller().Answers(*needed, error)) continue;
    Print(fmt::format(kGivingUpText, fmt::format("{}:{}", needed->host, needed->called_port)));
    Exit(kCannotRun);
  }
  co_await Pause(process.loop, DrawTime(self.startup, process.random));
  ListenOn(process, self.ports);
  process.engine->Begin();
  Print(fmt::format(kListeningText, self.port));
}

// It serves no more from the signal on, and is gone after a while (sim/kubelet/termination.cpp).
Task<void> Stop(Process& process) {
  if (process.server) process.server->Close();
  co_await Pause(process.loop, DrawTime(process.app.stop, process.random));
  Print(kTerminatedText);
  Exit(kTerminated);
}

HttpLimits LimitsOf(const Service& self) {
  HttpLimits limits;
  // Requests at work, requests waiting, and room for those that are told so and for probes.
  limits.connections = (self.event_loop ? 16 : self.threads) + std::size_t{self.queue} + 256;
  return limits;
}

void PrepareService(Process& process) {
  const Service& self = *process.role.service;
  process.engine =
      std::make_unique<Engine>(process.loop, process.app, self, process.random);
  process.server = std::make_unique<HttpServer>(
      process.loop, LimitsOf(self), [engine = process.engine.get()](HttpRequest request) {
        return engine->Answer(std::move(request));
      });
  asio::co_spawn(process.loop, StartService(process), asio::detached);
}

// A program of which nothing is known: it has its ports, is healthy and answers no operation.
void PrepareOther(Process& process) {
  process.server = std::make_unique<HttpServer>(
      process.loop, HttpLimits{}, [](HttpRequest request) -> Task<HttpResponse> {
        const bool asked = request.path.starts_with("/op/") || request.path == "/wavetank/plays";
        co_return HttpResponse{asked ? 404u : 200u, "{\"service\":null}\n"};
      });
  ListenOn(process, process.role.ports);
}

// An exec probe passes when the process serves.
[[noreturn]] void Probe(Process& process) {
  HttpQuestion question;
  question.host = "localhost";
  question.path = "/wavetank/plays";
  question.address = 0x7F000001;
  question.port = process.role.service->port;
  question.deadline = Clock::now() + std::chrono::seconds(1);
  asio::co_spawn(
      process.loop,
      [&]() -> Task<void> {
        const HttpAnswer answer = co_await AskHttp(process.loop, question);
        Exit(answer.ending == Ending::kAnswered && answer.status == 200 ? 0 : 1);
      },
      asio::detached);
  process.loop.run();
  Exit(1);
}

[[noreturn]] void Run(Process& process) {
  asio::signal_set signals(process.loop, SIGTERM, SIGINT);
  signals.async_wait([&process](const boost::system::error_code& cancelled, int) {
    if (!cancelled) asio::co_spawn(process.loop, Stop(process), asio::detached);
  });
  switch (process.role.kind) {
    case Role::Kind::kService:
      PrepareService(process);
      break;
    case Role::Kind::kOther:
      PrepareOther(process);
      break;
    case Role::Kind::kIdle:
      std::fputs("no workload of app.json is this pod's; waiting for a signal\n", stderr);
      break;
    case Role::Kind::kInit:
    case Role::Kind::kProbe:
      break;
  }
  process.loop.run();
  Exit(0);
}

}  // namespace
}  // namespace wt::service

int main(int argc, char** argv) {
  using namespace wt::service;
  if (argc == 2 && std::string_view(argv[1]) == "pause") HoldSandbox();
  std::signal(SIGPIPE, SIG_IGN);
  static Process process;
  std::string error;
  const char* file = std::getenv("WAVETANK_APP");
  const std::string path = file == nullptr ? kAppFile : file;
  if (!ReadApp(path, process.app, error)) {
    std::fprintf(stderr, "FATAL cannot read %s: %s\n", path.c_str(), error.c_str());
    return kCannotRun;
  }
  process.role = FindRole(process.app, LookAround(argc, argv));
  if (process.role.kind == Role::Kind::kInit) return 0;
  if (process.role.kind == Role::Kind::kProbe) Probe(process);
  RaiseFileLimit();
  Run(process);
}
