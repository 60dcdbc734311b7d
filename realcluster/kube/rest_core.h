// SPDX-License-Identifier: Apache-2.0
// What calls and watches of one RestKubeApi share.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "realcluster/kube/credentials.h"
#include "realcluster/kube/http_client.h"
#include "realcluster/kube/rest_kube_api.h"

namespace wt {

class RestWatch;

using Clock = std::chrono::steady_clock;

inline Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}
inline double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// RestOptions::back_off_s, doubled with each failure up to 5 s, times 0.5 to 1.5 at random.
class BackOff {
 public:
  explicit BackOff(double first_s) : first_s_(first_s) {}
  double Next();
  void Reset() { failures_ = 0; }

 private:
  double first_s_;
  int failures_ = 0;
};

// 429, 500, 502, 503, 504.
bool IsOverload(int status);

struct RestCore {
  RestCore(KubeTarget target, RestOptions rest_options)
      : credentials(std::move(target)),
        options(std::move(rest_options)),
        http(HttpClient::Make()) {}

  // With headers and who we are. REQUIRES: the path begins with '/'.
  HttpRequest ToHttp(const ApiRequest& request) const;
  const std::string& server() const { return credentials.target().server; }
  Error Unreachable(const HttpFailure& failure, int tries, double seconds) const;
  // Moves everything on for `seconds`.
  void Pause(double seconds);

  Credentials credentials;
  RestOptions options;
  std::unique_ptr<HttpClient> http;
  std::vector<RestWatch*> watches;
};

}  // namespace wt
