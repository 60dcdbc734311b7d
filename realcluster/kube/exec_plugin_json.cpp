// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>

#include "realcluster/kube/base64.h"
#include "realcluster/kube/kubeconfig.h"
#include "realcluster/kube/run_program.h"

namespace wt {
namespace {

using Json = nlohmann::json;

std::string ExecInfo(const KubeTarget& target) {
  Json info{{"kind", "ExecCredential"},
            {"apiVersion", target.exec_api_version},
            {"spec", {{"interactive", target.exec_asks}}}};
  if (target.exec_cluster_info) {
    Json cluster{{"server", target.server}};
    if (!target.ca_pem.empty()) cluster["certificate-authority-data"] = EncodeBase64(target.ca_pem);
    if (target.insecure) cluster["insecure-skip-tls-verify"] = true;
    if (!target.tls_server_name.empty()) cluster["tls-server-name"] = target.tls_server_name;
    if (!target.proxy_url.empty()) cluster["proxy-url"] = target.proxy_url;
    info["spec"]["cluster"] = cluster;
  }
  return info.dump();
}

std::string StringAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// RFC 3339, e.g. 2026-01-02T03:04:05Z or ...05.5+02:00; fractions are dropped. False: it is not.
bool ReadTime(const std::string& text, double& unix_s) {
  std::tm time{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr) return false;
  if (*rest == '.') {
    do {
      ++rest;
    } while (*rest >= '0' && *rest <= '9');
  }
  int hours = 0, minutes = 0;
  char sign = '+';
  if (std::string_view(rest) != "Z") {
    char after = 0;
    if (std::sscanf(rest, "%c%2d:%2d%c", &sign, &hours, &minutes, &after) != 3) return false;
    if (sign != '+' && sign != '-') return false;
  }
  const int offset_s = (hours * 60 + minutes) * 60;
  unix_s = static_cast<double>(timegm(&time) - (sign == '+' ? offset_s : -offset_s));
  return true;
}

// Never quotes the answer: there is a secret in it.
std::string TakeCredential(const std::string& out, KubeTarget& target, double& expires_unix_s) {
  const Json json = Json::parse(out, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || StringAt(json, "kind") != "ExecCredential") {
    return "did not print an ExecCredential";
  }
  const std::string version = StringAt(json, "apiVersion");
  if (version != target.exec_api_version) {
    return fmt::format("printed apiVersion {}; expected {}", version, target.exec_api_version);
  }
  const auto status = json.find("status");
  if (status == json.end() || !status->is_object()) return "printed no status";
  const std::string token = StringAt(*status, "token");
  const std::string certificate = StringAt(*status, "clientCertificateData");
  const std::string key = StringAt(*status, "clientKeyData");
  if (token.empty() && certificate.empty()) return "gave neither a token nor a certificate";
  if (certificate.empty() != key.empty()) return "gave a certificate or a key alone";
  expires_unix_s = std::numeric_limits<double>::infinity();
  const std::string expires = StringAt(*status, "expirationTimestamp");
  if (!expires.empty() && !ReadTime(expires, expires_unix_s)) {
    return fmt::format("expirationTimestamp {}: expected a time such as 2026-01-02T03:04:05Z",
                       expires);
  }
  target.token = token;
  target.client_cert_pem = certificate;
  target.client_key_pem = key;
  return "";
}

std::string LastLines(const std::string& text) {
  constexpr std::size_t kMost = 500;
  std::string last = text.size() > kMost ? text.substr(text.size() - kMost) : text;
  while (!last.empty() && (last.back() == '\n' || last.back() == '\r')) last.pop_back();
  return last;
}

}  // namespace

Status RunExecPlugin(KubeTarget& target, double& expires_unix_s, double timeout_s) {
  const std::string where = "exec plugin " + target.exec_command[0];
  if (target.exec_asks && isatty(STDIN_FILENO) == 0) {
    return Error{ErrorCode::kEnvironment, where,
                 "interactiveMode is Always, and there is no terminal to ask at"};
  }
  ProgramRun run;
  run.command = target.exec_command;
  run.environment = target.exec_env;
  run.environment.push_back("KUBERNETES_EXEC_INFO=" + ExecInfo(target));
  run.timeout_s = timeout_s;
  run.with_terminal = target.exec_asks;
  const Result<ProgramEnd> end = RunProgram(run);
  if (!end) {
    std::string what = end.error().what;
    if (!target.exec_install_hint.empty()) what += "; " + target.exec_install_hint;
    return Error{ErrorCode::kEnvironment, where, what};
  }
  const std::string printed = end->err.empty() ? "" : "; it said: " + LastLines(end->err);
  if (end->exit_code != 0) {
    return Error{ErrorCode::kEnvironment, where,
                 fmt::format("ended with exit code {}{}", end->exit_code, printed)};
  }
  const std::string complaint = TakeCredential(end->out, target, expires_unix_s);
  if (!complaint.empty()) return Error{ErrorCode::kEnvironment, where, complaint + printed};
  return Ok{};
}

}  // namespace wt
