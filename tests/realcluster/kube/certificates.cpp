// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/kube/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "sim/api/check.h"

namespace wt {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr long kHour_s = 3600;

std::string TextOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Certificate PemOf(X509* certificate, EVP_PKEY* key) {
  const Memory cert_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(cert_text.get(), certificate);
  PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {TextOf(cert_text.get()), TextOf(key_text.get())};
}

void Extend(X509* certificate, X509* issuer, int extension, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
  WT_CHECK(made != nullptr, "OpenSSL knows the extension");
  X509_add_ext(certificate, made, -1);
  X509_EXTENSION_free(made);
}

X509Pointer MakeUnsigned(const std::string& name, EVP_PKEY* key, long valid_s) {
  static long serial = 1;
  X509Pointer made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kHour_s);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_s);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

}  // namespace

Certificate MakeAuthority(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const X509Pointer made = MakeUnsigned(name, key.get(), kHour_s);
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  Extend(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
  Extend(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(made.get(), key.get(), EVP_sha256());
  return PemOf(made.get(), key.get());
}

Certificate MakeCertificate(const Certificate& authority, const std::string& name,
                            const std::string& dns_name, long valid_s) {
  const Memory cert_text(BIO_new_mem_buf(authority.cert_pem.data(), -1));
  const Memory key_text(BIO_new_mem_buf(authority.key_pem.data(), -1));
  const X509Pointer issuer(PEM_read_bio_X509(cert_text.get(), nullptr, nullptr, nullptr));
  const Key issuer_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  const X509Pointer made = MakeUnsigned(name, key.get(), valid_s);
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get()));
  Extend(made.get(), issuer.get(), NID_subject_alt_name,
         "IP:127.0.0.1,DNS:localhost,DNS:" + dns_name);
  Extend(made.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  X509_sign(made.get(), issuer_key.get(), EVP_sha256());
  return PemOf(made.get(), key.get());
}

}  // namespace wt
