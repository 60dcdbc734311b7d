// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/credentials.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "realcluster/kube/base64.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kTokenBytesMax = 1 << 20;

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Credentials::Credentials(KubeTarget target) : target_(std::move(target)) {
  if (!target_.token.empty() || !target_.client_cert_pem.empty()) {
    expires_unix_s_ = std::numeric_limits<double>::infinity();
  }
}

Status Credentials::ReadTokenFile(bool even_unchanged) {
  struct stat file {};
  if (stat(target_.token_file.c_str(), &file) != 0) {
    return Error{ErrorCode::kEnvironment, target_.token_file, std::strerror(errno)};
  }
  const bool changed = file.st_mtim.tv_sec != token_file_changed_.tv_sec ||
                       file.st_mtim.tv_nsec != token_file_changed_.tv_nsec;
  if (!changed && !even_unchanged) return Ok{};
  Result<std::string> text = ReadFile(target_.token_file, kTokenBytesMax);
  if (!text) return text.error();
  while (!text->empty() && std::strchr(" \r\n\t", text->back()) != nullptr) text->pop_back();
  if (text->empty()) return Error{ErrorCode::kEnvironment, target_.token_file, "no token in it"};
  target_.token = *text;
  token_file_changed_ = file.st_mtim;
  return Ok{};
}

Status Credentials::Refresh() {
  if (!target_.token_file.empty()) return ReadTokenFile(/*even_unchanged=*/false);
  if (target_.exec_command.empty() || UnixNow() < expires_unix_s_) return Ok{};
  return RunExecPlugin(target_, expires_unix_s_);
}

Result<bool> Credentials::Renew() {
  if (!target_.token_file.empty()) {
    const std::string old = target_.token;
    if (Status read = ReadTokenFile(/*even_unchanged=*/true); !read) return read.error();
    return target_.token != old;
  }
  if (target_.exec_command.empty()) return false;
  if (Status run = RunExecPlugin(target_, expires_unix_s_); !run) return run.error();
  return true;
}

std::string Credentials::Authorization() const {
  if (!target_.token.empty()) return "Bearer " + target_.token;
  if (target_.username.empty()) return "";
  return "Basic " + EncodeBase64(target_.username + ":" + target_.password);
}

bool HasExpired(const std::string& certificate_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> read(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
  return read && X509_cmp_current_time(X509_get0_notAfter(read.get())) < 0;
}

}  // namespace wt
