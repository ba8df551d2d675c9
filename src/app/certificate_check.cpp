// SPDX-License-Identifier: Apache-2.0
#include "app/certificate_check.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSoon = std::chrono::days{30};

struct Free {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// Of one table of the configuration.
class Check {
 public:
  Check(std::string_view table, WallTime now, std::vector<std::string>& faults)
      : table_{table}, now_{now}, faults_{faults} {}

  /// A bundle serves as long as one of its certificates does.
  void authority(const std::string& path) {
    const auto all = certificates("ca-file", path);
    const auto last = std::ranges::max_element(
        all, [](const auto& a, const auto& b) { return ASN1_TIME_compare(end_of(a), end_of(b)) < 0; });
    if (last != all.end()) judge("ca-file", path, **last);
  }

  void client(const std::string& certificate_path, const std::string& key_path) {
    const auto chain = certificates("cert-file", certificate_path);
    if (!chain.empty()) judge("cert-file", certificate_path, *chain.front());
    const auto key = private_key(key_path);
    if (!chain.empty() && key && X509_check_private_key(chain.front().get(), key.get()) != 1)
      fault("key-file", key_path, "is not the key of cert-file: give the two that were made together");
  }

 private:
  void fault(std::string_view key, const std::string& path, std::string_view what) {
    faults_.push_back(fmt::format("[{}] {} = \"{}\" {}", table_, key, path, what));
  }

  Owned<std::FILE> open(std::string_view key, const std::string& path) {
    if (path.empty()) return nullptr;
    Owned<std::FILE> file{std::fopen(path.c_str(), "re")};
    if (!file) fault(key, path, fmt::format("cannot be read: {}", std::generic_category().message(errno)));
    return file;
  }

  std::vector<Owned<X509>> certificates(std::string_view key, const std::string& path) {
    std::vector<Owned<X509>> found;
    const auto file = open(key, path);
    if (!file) return found;
    while (auto* certificate = PEM_read_X509(file.get(), nullptr, nullptr, nullptr)) found.emplace_back(certificate);
    if (found.empty())
      fault(key, path, "holds no certificate: give one in PEM form, which begins with -----BEGIN CERTIFICATE-----");
    return found;
  }

  /// One with a password would have to be asked for it.
  Owned<EVP_PKEY> private_key(const std::string& path) {
    const auto file = open("key-file", path);
    if (!file) return nullptr;
    const auto no_password = [](char*, int, int, void*) { return -1; };
    Owned<EVP_PKEY> key{PEM_read_PrivateKey(file.get(), nullptr, no_password, nullptr)};
    if (!key)
      fault("key-file", path,
            "holds no private key without a password: give one in PEM form, which begins with -----BEGIN PRIVATE "
            "KEY-----");
    return key;
  }

  void judge(std::string_view key, const std::string& path, const X509& certificate) {
    const std::time_t now = std::chrono::system_clock::to_time_t(now_);
    const std::time_t soon = std::chrono::system_clock::to_time_t(now_ + kSoon);
    const ASN1_TIME* end = X509_get0_notAfter(&certificate);
    if (ASN1_TIME_cmp_time_t(end, now) < 0) fault(key, path, "has expired: renew it");
    else if (ASN1_TIME_cmp_time_t(end, soon) < 0) fault(key, path, "expires within 30 days: renew it");
    if (ASN1_TIME_cmp_time_t(X509_get0_notBefore(&certificate), now) > 0)
      fault(key, path, "is not valid yet: see that this machine's clock is right");
  }

  static const ASN1_TIME* end_of(const Owned<X509>& certificate) { return X509_get0_notAfter(certificate.get()); }

  std::string_view table_;
  WallTime now_;
  std::vector<std::string>& faults_;
};

}  // namespace

std::vector<std::string> faults_of_certificates(const Config& config, WallTime now) {
  std::vector<std::string> faults;
  Check broker{"broker", now, faults};
  broker.authority(config.broker.ca_file);
  broker.client(config.broker.cert_file, config.broker.key_file);
  Check aws{"aws", now, faults};
  aws.authority(config.aws.ca_file);
  if (config.aws.cert_file != config.broker.cert_file || config.aws.key_file != config.broker.key_file)
    aws.client(config.aws.cert_file, config.aws.key_file);
  return faults;
}

}  // namespace m2c2::app
