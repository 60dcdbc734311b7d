// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/live_feed.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "realcluster/replay/heartbeat.h"

namespace wt {
namespace {

constexpr std::chrono::seconds kFirstListsMax{60};
constexpr double kQuiet_s = 1;  // an Informer that lists again is asked at least so often
constexpr std::size_t kUntakenBytesMax = 256u << 20;

ChangeType TypeOf(Informer::Change::Type type) {
  switch (type) {
    case Informer::Change::Type::kAdded:
      return ChangeType::kAdded;
    case Informer::Change::Type::kModified:
      return ChangeType::kModified;
    case Informer::Change::Type::kDeleted:
      return ChangeType::kDeleted;
  }
  return ChangeType::kModified;
}

}  // namespace

struct LiveFeed::Inside {
  struct Collection {
    Collection(RestKubeApi& of, const std::string& path) : informer(of, {.path = path}) {}
    Informer informer;
    bool listed = false;
    std::optional<Error> trouble = std::nullopt;  // under the mutex
  };

  Inside(std::unique_ptr<RestKubeApi> given, RealClock& time) : api(std::move(given)), clock(time) {
    wake_fd = eventfd(0, EFD_CLOEXEC);
  }
  ~Inside() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    const std::uint64_t one = 1;
    if (write(wake_fd, &one, sizeof one) < 0) ending = true;  // it looks once a second anyway
    if (thread.joinable()) thread.join();
    close(wake_fd);
  }

  void Run();
  void Poll(Collection& collection);
  std::optional<Error> Trouble() const {
    for (const Collection& collection : collections) {
      if (collection.trouble) return collection.trouble;
    }
    return std::nullopt;
  }

  std::unique_ptr<RestKubeApi> api;  // the thread's, as `collections`
  std::deque<Collection> collections;
  RealClock& clock;
  int wake_fd = -1;

  std::mutex mutex;  // over what follows
  std::condition_variable listed;
  bool ending = false;
  std::size_t unlisted = 0;
  std::vector<TraceChange> changes;
  std::size_t bytes = 0;
  std::optional<Error> error;

  std::unique_ptr<Heartbeat> heartbeat;
  std::thread thread;  // after what it uses
};

void LiveFeed::Inside::Poll(Collection& collection) {
  Result<std::vector<Informer::Change>> polled = collection.informer.Poll();
  const std::lock_guard lock(mutex);
  if (!polled) {
    collection.trouble = polled.error();
    return listed.notify_all();
  }
  if (collection.informer.Watches()) collection.trouble.reset();
  const SimTime now = clock.Now();
  for (Informer::Change& change : *polled) {
    bytes += change.object.size();
    if (bytes > kUntakenBytesMax) {
      error = Error{ErrorCode::kEnvironment, api->target().server,
                    "sends changes faster than they are read"};
      return;
    }
    changes.push_back({now, TypeOf(change.type), std::move(change.object)});
  }
  if (collection.listed || !polled->empty()) return;
  collection.listed = true;  // it has told all there was and has nothing more for the moment
  if (--unlisted == 0) listed.notify_all();
}

void LiveFeed::Inside::Run() {
  for (;;) {
    bool all_listed = true;
    for (Collection& collection : collections) {
      Poll(collection);
      all_listed = all_listed && collection.listed;
    }
    {
      const std::lock_guard lock(mutex);
      if (ending) return;
    }
    api->WaitForWatches(all_listed ? kQuiet_s : 0.01, wake_fd);
  }
}

LiveFeed::LiveFeed(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LiveFeed::~LiveFeed() = default;

Result<std::unique_ptr<LiveFeed>> LiveFeed::Start(KubeTarget target, RealClock& clock,
                                                  const std::vector<std::string>& collections,
                                                  RestOptions options) {
  auto heartbeat = Heartbeat::Start(target, clock);
  if (!heartbeat) return heartbeat.error();
  Result<std::unique_ptr<RestKubeApi>> api =
      RestKubeApi::Open(std::move(target), std::move(options));
  if (!api) return api.error();
  auto inside = std::make_unique<Inside>(std::move(*api), clock);
  for (const std::string& path : collections) {
    inside->collections.emplace_back(*inside->api, path);
  }
  inside->heartbeat = std::move(*heartbeat);
  inside->unlisted = inside->collections.size();
  inside->thread = std::thread([running = inside.get()] { running->Run(); });
  return std::unique_ptr<LiveFeed>(new LiveFeed(std::move(inside)));
}

std::optional<SimTime> LiveFeed::LastAnswer() { return inside_->heartbeat->LastAnswer(); }

Status LiveFeed::Take(std::vector<TraceChange>& out) {
  Inside& in = *inside_;
  std::unique_lock lock(in.mutex);
  const auto ready = [&] { return in.unlisted == 0 || in.Trouble() || in.error; };
  if (!in.listed.wait_for(lock, kFirstListsMax, ready)) {
    return Error{ErrorCode::kEnvironment, in.api->target().server,
                 "does not list its objects within a minute"};
  }
  for (TraceChange& change : in.changes) out.push_back(std::move(change));
  in.changes.clear();
  in.bytes = 0;
  if (const std::optional<Error> trouble = in.Trouble(); trouble && !in.error) return *trouble;
  if (!in.error) return in.heartbeat->Check();
  const Error error = *std::exchange(in.error, std::nullopt);
  return error;
}

}  // namespace wt
