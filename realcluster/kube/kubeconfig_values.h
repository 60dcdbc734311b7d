// SPDX-License-Identifier: Apache-2.0
// What kubeconfig.cpp needs beside YAML: PEM texts, names nearest to a wrong one.
#pragma once

#include <string>
#include <vector>

#include "sim/api/result.h"

namespace wt {

// "; did you mean 'kind-kind'?" when one of `names` is near (edit distance within half its length),
// else "; there are a, b", else "; there is none".
std::string NamesHint(const std::string& written, const std::vector<std::string>& names);

// A PEM text from a *-data field or a file beside `folder`. `field` is named in complaints, the
// value never.
Result<std::string> ReadPem(const std::string& data, const std::string& file,
                            const std::string& folder, const std::string& field,
                            const std::string& where);

// `path` taken from `folder` when it is relative.
std::string FromFolder(const std::string& folder, const std::string& path);

// The service account of the pod this runs in (rest.InClusterConfig). Errors: kEnvironment: there
// is none. `folder`: where it is mounted.
struct KubeTarget;
Result<KubeTarget> ReadServiceAccount(
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace wt
