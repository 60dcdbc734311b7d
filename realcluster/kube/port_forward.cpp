// SPDX-License-Identifier: Apache-2.0
// Server's side: kubernetes pkg/kubelet/cri-streaming portforward/websocket.go: channel 0 data,
// 1 errors; the first message of each is the port, two bytes.
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "realcluster/kube/credentials.h"
#include "realcluster/kube/exec.h"
#include "realcluster/kube/query.h"
#include "realcluster/kube/websocket.h"

namespace wt {
namespace {

constexpr const char* kProtocol = "v4.channel.k8s.io";
constexpr double kAfterEnd_s = 2;
constexpr double kOpen_s = 10;

// A local connection and its WebSocket. Lives in the handlers that are on their way.
class Pair : public std::enable_shared_from_this<Pair> {
 public:
  Pair(EventLoop& loop, std::shared_ptr<LocalSocket> local, std::shared_ptr<WebSocket> remote,
       std::function<void(std::string)> on_trouble)
      : loop_(loop),
        local_(std::move(local)),
        remote_(std::move(remote)),
        on_trouble_(std::move(on_trouble)) {}

  void Start() {
    LocalToRemote();
    RemoteToLocal();
  }

 private:
  void LocalToRemote() {
    local_->Read([self = shared_from_this()](std::string bytes) {
      if (self->closed_) return;
      if (bytes.empty()) return self->WaitForRest();
      bytes.insert(bytes.begin(), '\0');
      self->remote_->Write(std::move(bytes), [self](bool ok) {
        if (!ok) return self->Close();
        if (!self->closed_) self->LocalToRemote();
      });
    });
  }

  void RemoteToLocal() {
    remote_->Read([self = shared_from_this()](Result<std::optional<std::string>> message) {
      if (self->closed_) return;
      if (!message) self->on_trouble_(message.error().Text());
      if (!message || !*message) return self->Close();
      self->OnMessage(**message);
    });
  }

  void OnMessage(const std::string& message) {
    ++messages_;
    const std::size_t channel = message.empty() ? 2 : static_cast<unsigned char>(message[0]);
    if (channel > 1) return RemoteToLocal();
    const bool is_port = !named_[channel];
    named_[channel] = true;
    if (is_port || message.size() == 1) return RemoteToLocal();
    if (channel == 1) {
      on_trouble_(message.substr(1));
      return Close();
    }
    local_->Write(message.substr(1), [self = shared_from_this()](bool ok) {
      if (!ok) return self->Close();
      if (!self->closed_) self->RemoteToLocal();
    });
  }

  // The client has ended; what the pod still sends is passed on.
  void WaitForRest() {
    loop_.After(kAfterEnd_s, [self = shared_from_this(), before = messages_] {
      if (self->closed_) return;
      if (self->messages_ == before) return self->Close();
      self->WaitForRest();
    });
  }

  void Close() {
    if (closed_) return;
    closed_ = true;
    local_->Close();
    remote_->Close();
  }

  EventLoop& loop_;
  std::shared_ptr<LocalSocket> local_;
  std::shared_ptr<WebSocket> remote_;
  std::function<void(std::string)> on_trouble_;
  bool named_[2] = {false, false};
  bool closed_ = false;
  long messages_ = 0;
};

}  // namespace

struct PortForward::Inside {
  explicit Inside(const KubeTarget& target) : who(target) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    loop->Stop();
    if (thread.joinable()) thread.join();
  }

  // After a 401 once more with renewed credentials.
  void Connect(const EventLoop::OnOpen& on_open, bool renewed = false) {
    if (Status fresh = who.Refresh(); !fresh) return on_open(fresh.error(), 0);
    WebSocketRequest request;
    request.target = who.target();
    request.authorization = who.Authorization();
    request.path = path;
    request.protocols = {kProtocol};
    request.timeout_s = kOpen_s;
    loop->Open(request, [=, this](Result<std::shared_ptr<WebSocket>> opened, int refused) {
      if (refused == 401 && !renewed) {
        const Result<bool> other = who.Renew();
        if (!other) return on_open(other.error(), 0);
        if (*other) return Connect(on_open, true);
      }
      on_open(std::move(opened), refused);
    });
  }

  void Accepted(const std::shared_ptr<LocalSocket>& local) {
    const auto on_trouble = [this](std::string words) {
      const std::lock_guard<std::mutex> lock(mutex);
      last_error = std::move(words);
    };
    Connect([=, this](Result<std::shared_ptr<WebSocket>> opened, int) {
      if (!opened) {
        on_trouble(opened.error().Text());
        return local->Close();
      }
      std::make_shared<Pair>(*loop, local, *opened, on_trouble)->Start();
    });
  }

  Credentials who;
  std::string path;
  int port = 0;
  std::mutex mutex;
  std::string last_error;
  std::unique_ptr<EventLoop> loop = EventLoop::Make();
  std::thread thread;
};

PortForward::PortForward(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
PortForward::~PortForward() = default;
int PortForward::local_port() const { return inside_->port; }

std::string PortForward::last_error() const {
  const std::lock_guard<std::mutex> lock(inside_->mutex);
  return inside_->last_error;
}

Result<std::unique_ptr<PortForward>> PortForward::Open(const KubeTarget& target,
                                                       const std::string& name_space,
                                                       const std::string& pod, int port,
                                                       int local_port) {
  auto inside = std::make_unique<Inside>(target);
  inside->path = fmt::format("/api/v1/namespaces/{}/pods/{}/portforward?ports={}",
                             EncodePercent(name_space), EncodePercent(pod), port);
  std::optional<Error> refused;
  inside->Connect([&](Result<std::shared_ptr<WebSocket>> opened, int) {
    if (!opened) {
      refused = opened.error();
    } else {
      (*opened)->Close();
    }
  });
  inside->loop->Run(-1);
  if (refused) {
    refused->where += fmt::format(" port {} of {}/{}", port, name_space, pod);
    return *refused;
  }
  Inside* shared = inside.get();
  const Result<int> listening = inside->loop->Listen(
      local_port, [shared](const std::shared_ptr<LocalSocket>& local) { shared->Accepted(local); });
  if (!listening) return listening.error();
  inside->port = *listening;
  inside->thread = std::thread([shared] { shared->loop->Run(-1); });
  return std::unique_ptr<PortForward>(new PortForward(std::move(inside)));
}

}  // namespace wt
