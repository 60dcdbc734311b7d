// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/kube/fake_api.h"

#include <fmt/format.h>

#include <algorithm>

#include "realcluster/kube/json_scan.h"

namespace wt {
namespace {

bool WantsPartial(const FakeRequest& request) {
  const auto accept = request.headers.find("accept");
  return accept != request.headers.end() &&
         accept->second.find("as=PartialObjectMetadata") != std::string::npos;
}

// "kind":KIND+SUFFIX,"apiVersion":...
std::string TypeOf(bool partial, const char* suffix) {
  return fmt::format(R"("kind":"{}{}","apiVersion":"{}")",
                     partial ? "PartialObjectMetadata" : "Pod", suffix,
                     partial ? "meta.k8s.io/v1" : "v1");
}

}  // namespace

KubeTarget TargetOf(const FakeServer& server) {
  KubeTarget target;
  target.server = server.url();
  target.ca_pem = server.ca_pem();
  return target;
}

std::string StatusBody(int code, const std::string& reason, const std::string& message) {
  return fmt::format(R"({{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure",)"
                     R"("message":"{}","reason":"{}","code":{}}})",
                     message, reason, code);
}

void FakePods::Put(const std::string& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [at, is_new] = pods_.try_emplace(name);
  if (is_new) at->second.uid = fmt::format("uid-{}", ++uids_);
  at->second.version = ++version_;
  history_.push_back({is_new ? "ADDED" : "MODIFIED", name, at->second.uid, version_});
  changed_.notify_all();
}

void FakePods::Remove(const std::string& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = pods_.find(name);
  if (at == pods_.end()) return;
  history_.push_back({"DELETED", name, at->second.uid, ++version_});
  pods_.erase(at);
  changed_.notify_all();
}

void FakePods::Forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  forgotten_ = version_;
  snapshots_.clear();
}

void FakePods::EndWatches() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++ended_watches_;
  changed_.notify_all();
}

std::map<std::string, FakePods::Pod> FakePods::pods() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pods_;
}

std::vector<FakePods::Event> FakePods::history() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return history_;
}

void FakePods::Serve(FakeConnection& connection, const FakeRequest& request) {
  if (request.path != kPath) {
    connection.Reply(404, StatusBody(404, "NotFound", "no such path"));
  } else if (request.parameters.contains("watch")) {
    Watch(connection, request);
  } else {
    List(connection, request);
  }
}

bool FakePods::Happens(double probability) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

void FakePods::LookLike(std::string_view pod) {
  metadata_ = fmt::format(R"("metadata":{})", FindMember(pod, "metadata"));
  rest_ = fmt::format(R"("spec":{},"status":{})", FindMember(pod, "spec"),
                      FindMember(pod, "status"));
}

std::string FakePods::ObjectOf(const std::string& name, const Pod& pod, bool partial) const {
  std::string object;
  object.reserve(metadata_.size() + rest_.size() + 100);
  std::size_t at = 0;
  for (std::size_t mark; (mark = metadata_.find('@', at)) != metadata_.npos; at = mark + 2) {
    object.append(metadata_, at, mark - at);
    const char which = metadata_.at(mark + 1);
    object += which == 'N' ? name : which == 'U' ? pod.uid : std::to_string(pod.version);
  }
  object.append(metadata_, at);
  if (!partial) object.append(1, ',').append(rest_);
  return object + '}';
}

std::string FakePods::LineOf(const Event& event, bool partial) const {
  return fmt::format(R"({{"type":"{}","object":{{{},)", event.type, TypeOf(partial, "")) +
         ObjectOf(event.name, {event.uid, event.version}, partial) + "}\n";
}

std::string FakePods::Page(const FakeRequest& request, int& status) {
  const auto parameter = [&](const char* name) {
    const auto found = request.parameters.find(name);
    return found == request.parameters.end() ? std::string() : found->second;
  };
  const std::string token = parameter("continue");
  const std::size_t slash = token.find('/');
  std::string of = token.substr(0, slash);
  if (token.empty()) {
    ++lists_;
    of = std::to_string(version_);
    snapshots_[of] = {version_, pods_};
  }
  const auto found = snapshots_.find(of);
  if (found == snapshots_.end()) {
    status = 410;
    return StatusBody(410, "Expired", "The provided continue parameter is too old");
  }
  const Snapshot& snapshot = found->second;
  const std::size_t limit = parameter("limit").empty() ? 1000000 : std::stoul(parameter("limit"));
  auto at =
      token.empty() ? snapshot.pods.begin() : snapshot.pods.lower_bound(token.substr(slash + 1));
  const bool partial = WantsPartial(request);
  std::string items;
  for (std::size_t i = 0; i < limit && at != snapshot.pods.end(); ++i, ++at) {
    items += i > 0 ? ",{" : "{";
    if (partial) items += TypeOf(partial, "") + ',';  // items of built-in lists have no type
    items += ObjectOf(at->first, at->second, partial);
  }
  const std::string next = at == snapshot.pods.end() ? "" : of + "/" + at->first;
  status = 200;
  return fmt::format(R"({{{},"metadata":{{"resourceVersion":"{}"{}}},"items":[{}]}})",
                     TypeOf(partial, "List"), snapshot.version,
                     next.empty() ? "" : fmt::format(R"(,"continue":"{}")", next), items);
}

void FakePods::List(FakeConnection& connection, const FakeRequest& request) {
  int status = 0;
  std::string body;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    body = Page(request, status);
  }
  connection.Reply(status, body);
}

bool FakePods::Refuse(FakeConnection& connection) {
  int how = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!Happens(troubles_.refuse_watch)) return false;
    how = std::uniform_int_distribution<int>(0, 2)(random_);
  }
  if (how == 0) connection.Reply(429, StatusBody(429, "TooManyRequests", "later"));
  if (how == 1) connection.Reply(500, "broken");
  if (how == 2) connection.Drop();
  return true;
}

bool FakePods::SendLine(FakeConnection& connection, const Event& event, bool partial) {
  const std::string line = LineOf(event, partial);
  bool drops = false, ends = false, marks = false;
  std::size_t cut = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drops = Happens(troubles_.drop_line);
    ends = Happens(troubles_.end_watch);
    marks = Happens(troubles_.bookmark);
    cut = std::uniform_int_distribution<std::size_t>(0, line.size() - 1)(random_);
  }
  if (drops) {
    connection.Chunk(line.substr(0, cut + 1 == line.size() ? cut : cut + 1));
    connection.Drop();
    return false;
  }
  if (!connection.Chunk(line)) return false;
  if (marks) {
    connection.Chunk(fmt::format(R"({{"type":"BOOKMARK","object":{{"kind":"Pod","apiVersion":"v1",)"
                                 R"("metadata":{{"resourceVersion":"{}"}}}}}})",
                                 event.version) +
                     "\n");
  }
  return !ends;
}

void FakePods::Watch(FakeConnection& connection, const FakeRequest& request) {
  if (Refuse(connection)) return;
  int from = std::stoi(request.parameters.at("resourceVersion"));
  std::unique_lock<std::mutex> lock(mutex_);
  if (from < forgotten_) {
    const bool as_line = Happens(0.5);
    lock.unlock();
    const std::string expired = StatusBody(410, "Expired", "too old resource version");
    if (!as_line) {
      connection.Reply(410, expired);
      return;
    }
    connection.BeginChunks();
    connection.Chunk(R"({"type":"ERROR","object":)" + expired + "}\n");
    connection.EndChunks();
    return;
  }
  const int ended_before = ended_watches_;
  lock.unlock();
  const bool partial = WantsPartial(request);
  connection.BeginChunks();
  lock.lock();
  while (ended_watches_ == ended_before) {
    const auto next = static_cast<std::size_t>(std::max(0, from - kFirstVersion));
    if (next >= history_.size()) {
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      if (connection.client_gone()) return;
      continue;
    }
    const Event event = history_[next];  // each has a version of its own
    lock.unlock();
    const bool goes_on = SendLine(connection, event, partial);
    lock.lock();
    from = event.version;
    if (!goes_on) break;
  }
  lock.unlock();
  if (connection.open()) connection.EndChunks();
}

}  // namespace wt
