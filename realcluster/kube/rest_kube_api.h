// SPDX-License-Identifier: Apache-2.0
// A Kubernetes API server as a KubeApi: every method, every resource, and watches. One connection
// pool, kept alive; one thread.
//   - GET is tried again with back-off when the server cannot be reached or answers 429, 500, 502,
//     503 or 504 (Retry-After is kept to); a write only when it surely did not happen: the
//     connection was refused, or the answer was 429.
//   - An answer above `body_bytes_max` is an error, so memory stays bounded; lists are read in
//     pages (ListAll).
//   - 401 runs the exec plugin, or reads the token file, once more.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "realcluster/kube/kubeconfig.h"
#include "sim/api/kube_api.h"

namespace wt {

struct RestOptions {
  double connect_timeout_s = 5;
  double timeout_s = 30;    // of one call, watches and followed logs left out
  double retry_for_s = 15;  // how long calls are tried again
  double back_off_s = 0.1;  // the first wait; doubled up to 5 s, times 0.5 to 1.5 at random
  long body_bytes_max = 64 << 20;
  std::string user_agent = "wavetank";
};

// Errors of Call: kEnvironment: not reached, TLS refused, timed out, answer too large; `where` is
// the server. Watch: the query gets watch=true, allowWatchBookmarks=true and, where it has none,
// timeoutSeconds; BOOKMARK lines are handed out as they come. ApiWatch::Next does not wait; a
// connection that ends, in order (timeoutSeconds) or not, is opened again from the last
// resourceVersion seen, with back-off, until that has failed for `retry_for_s`. A watch without a
// resourceVersion whose connection ends before a BOOKMARK came ends with an ERROR line of 410:
// what it was sent is no whole list. Lines not yet taken: 4 MiB, then the connection is not read.
class RestKubeApi : public KubeApi {
 public:
  static Result<std::unique_ptr<RestKubeApi>> Open(KubeTarget target, RestOptions options = {});
  ~RestKubeApi() override;

  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override;

  // Waits up to `seconds` until one of this API's watches has a line, or until `wake_fd` (-1: none)
  // is readable.
  void WaitForWatches(double seconds, int wake_fd = -1);
  // GET of a text that grows (pods/NAME/log?follow=true): `on_bytes` returns false to end it. It is
  // called with nothing once a second while nothing comes; it must not call this API. Errors: those
  // of Call; a refusal (kNotFound, kForbidden, kBadRequest); kEnvironment: cut off in the middle.
  Status Stream(const ApiRequest& request, const std::function<bool(std::string_view)>& on_bytes);

  const KubeTarget& target() const;

 private:
  struct Inside;
  explicit RestKubeApi(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// Every object of a collection, read in pages of 500; `on_object` gets each item as JSON text, with
// kind and apiVersion filled in. Returns the list's resourceVersion. 410 in between: begins anew
// (`on_restart` is called first).
Result<std::string> ListAll(KubeApi& api, const ApiRequest& request,
                            const std::function<void(std::string_view)>& on_object,
                            const std::function<void()>& on_restart);

// List, then watch, then list again when the server no longer keeps what was asked for: one stream
// of changes that never loses an object's last state. After a second list, objects that are gone
// come as DELETED, equal ones not at all; one that was made anew under its name comes as DELETED,
// ADDED. Memory: name, uid and resourceVersion of each object.
class Informer {
 public:
  struct Change {
    enum class Type { kAdded, kModified, kDeleted } type;
    std::string object;  // JSON; of kDeleted after a new list: metadata alone
  };
  Informer(RestKubeApi& api, ApiRequest collection);
  ~Informer();
  // The changes that have come, at most about 8 MiB of them. Nothing: none for the moment, time for
  // WaitForWatches. Waits for the answer of a list. Errors as Call's, once they outlast the
  // retries, and refusals; the next Poll goes on where it can.
  Result<std::vector<Change>> Poll();
  // Everything has been listed and is watched; not so from an error until it has been listed anew.
  bool Watches() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace wt
