// SPDX-License-Identifier: Apache-2.0
// Who a target says it is, kept fresh: the token file is read again when it changed, the exec
// plugin run again when what it gave has expired. One thread.
#pragma once

#include <ctime>
#include <limits>
#include <string>

#include "realcluster/kube/kubeconfig.h"

namespace wt {

class Credentials {
 public:
  // What the target holds of a plugin's already is believed until a 401.
  explicit Credentials(KubeTarget target);

  // Before each request. Errors: kEnvironment: the plugin or the token file.
  Status Refresh();
  // After a 401. Whether there is anything else to try.
  Result<bool> Renew();

  // "Bearer ...", "Basic ..." or nothing.
  std::string Authorization() const;
  const KubeTarget& target() const { return target_; }

 private:
  Status ReadTokenFile(bool even_unchanged);

  KubeTarget target_;
  double expires_unix_s_ = -std::numeric_limits<double>::infinity();  // of the plugin's
  timespec token_file_changed_{};
};

// Whether the first certificate of a PEM text is past its notAfter; false when there is none.
bool HasExpired(const std::string& certificate_pem);

}  // namespace wt
