// SPDX-License-Identifier: Apache-2.0
// Certificates made while a test runs (ECDSA P-256).
#pragma once

#include <string>

namespace wt {

struct Certificate {
  std::string cert_pem, key_pem;
};

Certificate MakeAuthority(const std::string& name);

// Signed by `authority`, for 127.0.0.1, localhost and `dns_name`; valid from an hour ago for
// `valid_s` seconds (negative: expired).
Certificate MakeCertificate(const Certificate& authority, const std::string& name,
                            const std::string& dns_name = "fake.example", long valid_s = 3600);

}  // namespace wt
