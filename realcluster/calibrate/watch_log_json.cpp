// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/watch_log.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

namespace wt {
namespace {

constexpr double kLookEveryS = 0.1;  // whether it is to stop

struct Collection {
  const char* name;
  const char* group;
};
constexpr Collection kCollections[] = {{"pods", "/api/v1"},
                                       {"events", "/api/v1"},
                                       {"endpointslices", "/apis/discovery.k8s.io/v1"},
                                       {"deployments", "/apis/apps/v1"},
                                       {"replicasets", "/apis/apps/v1"}};

}  // namespace

double SteadyMs() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(since).count();
}

Result<std::unique_ptr<WatchLog>> WatchLog::Start(const KubeTarget& target,
                                                  const std::string& name_space) {
  Result<std::unique_ptr<RestKubeApi>> api = RestKubeApi::Open(target);
  if (!api) return api.error();
  std::unique_ptr<WatchLog> log(new WatchLog);
  log->api_ = std::move(*api);
  log->thread_ = std::thread([log = log.get(), name_space] { log->Watch(name_space); });
  std::unique_lock lock(log->mutex_);
  log->changed_.wait(lock, [&] { return log->listed_ || log->error_; });
  if (log->error_) {
    const Error error = *log->error_;
    lock.unlock();
    return error;
  }
  return log;
}

WatchLog::~WatchLog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void WatchLog::End(Error error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
  changed_.notify_all();
}

void WatchLog::Watch(const std::string& name_space) {
  std::vector<std::unique_ptr<Informer>> informers;
  for (const Collection& c : kCollections) {
    const std::string path =
        std::string(c.group) + "/namespaces/" + name_space + "/" + c.name;
    informers.push_back(std::make_unique<Informer>(*api_, ApiRequest{.path = path}));
  }
  while (true) {
    const double now = SteadyMs();
    std::vector<Seen> came;
    for (size_t i = 0; i < informers.size(); ++i) {
      auto changes = informers[i]->Poll();
      if (!changes) return End(changes.error());
      for (const Informer::Change& change : *changes) {
        came.push_back({now, kCollections[i].name,
                        change.type == Informer::Change::Type::kDeleted,
                        std::make_shared<nlohmann::json>(
                            nlohmann::json::parse(change.object, nullptr, false))});
      }
    }
    {
      const std::lock_guard lock(mutex_);
      listed_ = true;
      if (stop_) return;
      for (Seen& seen : came) seen_.push_back(std::move(seen));
      changed_.notify_all();
    }
    api_->WaitForWatches(kLookEveryS);
  }
}

Result<std::optional<Seen>> WatchLog::Next(double until_ms) {
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(
          std::chrono::duration<double, std::milli>(until_ms)));
  changed_.wait_until(lock, until, [this] { return !seen_.empty() || error_; });
  if (!seen_.empty()) {
    std::optional<Seen> out(std::move(seen_.front()));
    seen_.pop_front();
    return out;
  }
  if (error_) return *error_;
  return std::optional<Seen>();
}

void WatchLog::Skip() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
}

}  // namespace wt
