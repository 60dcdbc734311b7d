// SPDX-License-Identifier: Apache-2.0
// Which API server and as whom: a kubeconfig file resolved to one context. Formats: kubeconfig v1
// (clientcmd/api/v1), ExecCredential client.authentication.k8s.io/v1.
#pragma once

#include <string>
#include <vector>

#include "sim/api/result.h"

namespace wt {

// PEM texts, not paths: what a file named was read when the kubeconfig was.
struct KubeTarget {
  std::string server;  // "https://127.0.0.1:6443"
  std::string ca_pem;  // empty: the system's certificates
  bool insecure = false;
  std::string tls_server_name;
  std::string proxy_url;
  std::string client_cert_pem, client_key_pem;
  std::string token, token_file;  // a file is read again when it changed
  std::string username, password;
  // A program that hands out credentials; empty: none. Run when first needed and when what it gave
  // has expired.
  std::vector<std::string> exec_command;
  std::vector<std::string> exec_env;  // "NAME=VALUE"
  std::string exec_api_version;
  bool exec_cluster_info = false;  // provideClusterInfo; without the cluster's extensions
  bool exec_asks = false;          // interactiveMode Always; refused without a terminal
  std::string exec_install_hint;
  std::string context;     // its name in the file
  std::string name_space;  // of the context; empty: "default"
};

// `paths`: a kubeconfig or several joined by ':' (the first that names a thing wins); empty:
// KUBECONFIG, else ~/.kube/config, else the service account of the pod this runs in. `context`:
// empty: the current one. Errors: kEnvironment: there is none, or a file that does not read or
// names what is not there (FILE:LINE); kUsage: no context of the name that was asked for.
Result<KubeTarget> ReadKubeconfig(const std::string& paths, const std::string& context);

// Fills in token or certificate from the plugin; `expires_unix_s`: infinity when it names no time.
// REQUIRES: !exec_command.empty(). Errors: kEnvironment, with what it printed to standard error.
Status RunExecPlugin(KubeTarget& target, double& expires_unix_s, double timeout_s = 60);

}  // namespace wt
