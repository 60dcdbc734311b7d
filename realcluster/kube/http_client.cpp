// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>

#include "sim/api/check.h"

namespace wt {
namespace {

constexpr long kIdleConnectionsMax = 8;
constexpr long kKeepAliveIdle_s = 20, kKeepAliveInterval_s = 10;

void InitCurlOnce() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  WT_CHECK(initialized == CURLE_OK, "curl starts");
}

struct CurlList {
  curl_slist* first = nullptr;
  CurlList() = default;
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;
  ~CurlList() { curl_slist_free_all(first); }
  void Add(const std::string& text) { first = curl_slist_append(first, text.c_str()); }
};

// "https://HOST:PORT/..." -> HOST (without brackets) and PORT.
struct Authority {
  std::string host, port;
};

Authority AuthorityOf(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  std::string all = url.substr(begin, url.find('/', begin) - begin);
  const std::size_t colon = all.rfind(':');
  const bool has_port = colon != all.npos && all.find(']', colon) == all.npos;
  std::string host = all.substr(0, has_port ? colon : all.size());
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return {host, has_port ? all.substr(colon + 1) : url.starts_with("https") ? "443" : "80"};
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

curl_blob Blob(const std::string& text) {
  // Curl copies it.
  return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
}

// Whether another try may end otherwise.
bool IsTemporary(CURLcode code, std::string_view words) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return true;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:  // words of OpenSSL: one side refused the other
      return words.find("error:0A") == words.npos || words.find("eof") != words.npos;
    default:
      return false;
  }
}

class CurlTransfer final : public HttpTransfer {
 public:
  // `happenings` counts what callbacks saw.
  CurlTransfer(CURLM* multi, long& happenings, const KubeTarget& target, const HttpRequest& request,
               std::function<Take(std::string_view)> on_body)
      : multi_(multi),
        happenings_(happenings),
        easy_(curl_easy_init()),
        on_body_(std::move(on_body)),
        body_(request.body) {
    WT_CHECK(easy_ != nullptr, "curl has memory");
    SetRequest(target, request);
    SetTls(target);
    curl_multi_add_handle(multi_, easy_);
  }
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer() override {
    curl_multi_remove_handle(multi_, easy_);
    curl_easy_cleanup(easy_);
  }

  int status() const override { return status_; }
  double retry_after_s() const override { return retry_after_s_; }
  bool done() const override { return done_; }
  const HttpFailure* failure() const override { return failed_ ? &failure_ : nullptr; }
  void Resume() override {
    if (!paused_ || done_) return;
    paused_ = false;
    curl_easy_pause(easy_, CURLPAUSE_CONT);
  }

  void Finish(CURLcode code) {
    ++happenings_;
    done_ = true;
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && enough_)) return;
    failed_ = true;
    long bytes_sent = 0;
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes_sent);
    failure_.sent = bytes_sent > 0;
    failure_.what = words_[0] != '\0' ? words_.data() : curl_easy_strerror(code);
    failure_.timed_out = code == CURLE_OPERATION_TIMEDOUT;
    failure_.temporary = IsTemporary(code, failure_.what);
  }

 private:
  template <class T>
  void Set(CURLoption option, T value) {
    WT_CHECK(curl_easy_setopt(easy_, option, value) == CURLE_OK, "curl knows the option");
  }

  static long Milliseconds(double seconds) { return std::lround(std::ceil(seconds * 1000)); }

  void SetRequest(const KubeTarget& target, const HttpRequest& request) {
    Set(CURLOPT_PRIVATE, this);
    Set(CURLOPT_ERRORBUFFER, words_.data());
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(request.connect_timeout_s));
    Set(CURLOPT_TIMEOUT_MS, Milliseconds(request.timeout_s));
    Set(CURLOPT_TCP_KEEPALIVE, 1L);
    Set(CURLOPT_TCP_KEEPIDLE, kKeepAliveIdle_s);
    Set(CURLOPT_TCP_KEEPINTVL, kKeepAliveInterval_s);
    Set(CURLOPT_FRESH_CONNECT, request.once ? 1L : 0L);
    Set(CURLOPT_USERAGENT, request.user_agent.c_str());
    Set(CURLOPT_WRITEFUNCTION, &CurlTransfer::OnBody);
    Set(CURLOPT_WRITEDATA, this);
    Set(CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeader);
    Set(CURLOPT_HEADERDATA, this);
    if (request.method != "GET") {
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
      Set(CURLOPT_POSTFIELDS, body_.c_str());
      Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    for (const std::string& header : request.headers) headers_.Add(header);
    headers_.Add("Expect:");
    SetPlace(target, request.url);
    Set(CURLOPT_HTTPHEADER, headers_.first);
  }

  // With a tls-server-name the URL holds that name, so that it is what TLS sends and checks, and
  // curl is told where to connect instead.
  void SetPlace(const KubeTarget& target, const std::string& url) {
    const Authority at = AuthorityOf(url);
    if (!target.proxy_url.empty()) {
      Set(CURLOPT_PROXY, target.proxy_url.c_str());
    } else if (IsLoopback(at.host)) {
      Set(CURLOPT_PROXY, "");  // Go's rule: the proxy of the environment is not for this machine
    }
    if (target.tls_server_name.empty()) {
      Set(CURLOPT_URL, url.c_str());
      return;
    }
    const std::size_t begin = url.find("://") + 3, end = std::min(url.find('/', begin), url.size());
    const std::string renamed = fmt::format("{}{}:{}{}", url.substr(0, begin),
                                            target.tls_server_name, at.port, url.substr(end));
    Set(CURLOPT_URL, renamed.c_str());
    const bool is_ipv6 = at.host.find(':') != at.host.npos;
    connect_to_.Add(
        fmt::format("::{}{}{}:{}", is_ipv6 ? "[" : "", at.host, is_ipv6 ? "]" : "", at.port));
    Set(CURLOPT_CONNECT_TO, connect_to_.first);
    headers_.Add("Host: " + url.substr(begin, end - begin));
  }

  void SetTls(const KubeTarget& target) {
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (target.insecure) {
      Set(CURLOPT_SSL_VERIFYPEER, 0L);
      Set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!target.ca_pem.empty()) {
      curl_blob ca = Blob(target.ca_pem);
      Set(CURLOPT_CAINFO_BLOB, &ca);
      Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (target.client_cert_pem.empty()) return;
    curl_blob certificate = Blob(target.client_cert_pem), key = Blob(target.client_key_pem);
    Set(CURLOPT_SSLCERTTYPE, "PEM");
    Set(CURLOPT_SSLCERT_BLOB, &certificate);
    Set(CURLOPT_SSLKEYTYPE, "PEM");
    Set(CURLOPT_SSLKEY_BLOB, &key);
  }

  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<CurlTransfer*>(self)->TakeBody({data, size});
  }
  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<CurlTransfer*>(self)->TakeHeader({data, size});
    return size;
  }

  std::size_t TakeBody(std::string_view data) {
    ++happenings_;
    const Take take = on_body_(data);
    if (take == Take::kTaken) return data.size();
    if (take == Take::kLater) {
      paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    enough_ = true;
    return 0;
  }

  // The empty line ends the head. 1xx heads are passed over.
  void TakeHeader(std::string_view line) {
    if (line == "\r\n" || line == "\n") {
      long code = 0;
      curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
      if (code >= 200) status_ = static_cast<int>(code);
      ++happenings_;
      return;
    }
    constexpr std::string_view kName = "retry-after:";
    if (line.size() < kName.size()) return;
    const bool is_it = std::equal(kName.begin(), kName.end(), line.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
    });
    if (!is_it) return;
    std::string value(line.substr(kName.size()));
    char* end = nullptr;
    const double seconds = std::strtod(value.c_str(), &end);
    if (end != value.c_str()) {
      retry_after_s_ = std::max(0.0, seconds);
    } else if (const time_t at = curl_getdate(value.c_str(), nullptr); at != -1) {
      retry_after_s_ = std::max(0.0, std::difftime(at, std::time(nullptr)));
    }
  }

  CURLM* multi_;
  long& happenings_;
  CURL* easy_;
  std::function<Take(std::string_view)> on_body_;
  std::string body_;
  CurlList headers_, connect_to_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  int status_ = 0;
  double retry_after_s_ = 0;
  bool done_ = false, failed_ = false, paused_ = false, enough_ = false;
  HttpFailure failure_;
};

class CurlClient final : public HttpClient {
 public:
  CurlClient() {
    InitCurlOnce();
    multi_ = curl_multi_init();
    WT_CHECK(multi_ != nullptr, "curl has memory");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override { curl_multi_cleanup(multi_); }

  std::unique_ptr<HttpTransfer> Start(const KubeTarget& target, const HttpRequest& request,
                                      std::function<Take(std::string_view)> on_body) override {
    return std::make_unique<CurlTransfer>(multi_, happenings_, target, request, std::move(on_body));
  }

  void Run(double seconds, int wake_fd) override {
    const long before = happenings_;
    Perform();
    if (seconds <= 0 || happenings_ != before) return;
    curl_waitfd wake{wake_fd, CURL_WAIT_POLLIN, 0};
    const auto most_ms = static_cast<int>(std::min(seconds, 3600.0) * 1000) + 1;
    curl_multi_poll(multi_, wake_fd >= 0 ? &wake : nullptr, wake_fd >= 0 ? 1 : 0, most_ms, nullptr);
    Perform();
  }

 private:
  void Perform() {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CurlTransfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      transfer->Finish(message->data.result);
    }
  }

  CURLM* multi_;
  long happenings_ = 0;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::Make() { return std::make_unique<CurlClient>(); }

}  // namespace wt
