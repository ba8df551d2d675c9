// SPDX-License-Identifier: Apache-2.0
#include "app/certificate_check.hpp"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

class CertificateCheck : public testing::Test {
 protected:
  ~CertificateCheck() override {
    EVP_PKEY_free(key_);
    std::filesystem::remove_all(folder_);
  }

  /// Certificates of one key, in one file, each valid so many days from and to kNow.
  std::string file(const char* name, std::initializer_list<std::pair<int, int>> validities) {
    const std::string path = folder_ / name;
    std::FILE* out = std::fopen(path.c_str(), "we");
    for (const auto& [begin, end] : validities) {
      X509* certificate = X509_new();
      ASN1_TIME_set(X509_getm_notBefore(certificate), at(begin));
      ASN1_TIME_set(X509_getm_notAfter(certificate), at(end));
      X509_set_pubkey(certificate, key_);
      X509_sign(certificate, key_, EVP_sha256());
      PEM_write_X509(out, certificate);
      X509_free(certificate);
    }
    std::fclose(out);
    return path;
  }

  std::string key_file() {
    std::string path = folder_ / "key.pem";
    std::FILE* out = std::fopen(path.c_str(), "we");
    PEM_write_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    return path;
  }

  static std::vector<std::string> faults_of(const Config& config) { return faults_of_certificates(config, kNow); }

 private:
  static std::time_t at(int days) { return std::chrono::system_clock::to_time_t(kNow + std::chrono::days{days}); }

  EVP_PKEY* key_ = EVP_RSA_gen(2048);
  std::filesystem::path folder_ = [] {
    std::string folder = testing::TempDir() + "certificates-XXXXXX";
    return std::filesystem::path{::mkdtemp(folder.data())};
  }();
};

TEST_F(CertificateCheck, FindsNothingWhereThereIsNothingAndWhereAllIsRight) {
  Config config;
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.broker.ca_file = file("ca.pem", {{-10, 3000}});
  config.aws.cert_file = config.broker.cert_file = file("cert.pem", {{-10, 300}, {-3000, -1}});
  config.aws.key_file = config.broker.key_file = key_file();
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST_F(CertificateCheck, SaysWhichOneTheTimeIsAgainst) {
  Config config;
  config.broker.cert_file = file("old.pem", {{-300, -1}});
  config.broker.key_file = key_file();
  config.aws.cert_file = file("new.pem", {{1, 300}});
  config.aws.key_file = config.broker.key_file;
  config.aws.ca_file = file("soon.pem", {{-300, 29}});
  EXPECT_THAT(faults_of(config), ElementsAre(AllOf(HasSubstr("[broker] cert-file"), HasSubstr("has expired: renew it")),
                                             AllOf(HasSubstr("[aws] ca-file"), HasSubstr("within 30 days")),
                                             AllOf(HasSubstr("[aws] cert-file"), HasSubstr("is not valid yet"))));
}

TEST_F(CertificateCheck, TakesABundleForGoodWhileOneOfItServes) {
  Config config;
  config.broker.ca_file = file("ca.pem", {{-3000, -1}, {-3000, 3000}, {-3000, 2}});
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.broker.ca_file = file("ca.pem", {{-3000, -1}, {-3000, -2}});
  EXPECT_THAT(faults_of(config), ElementsAre(HasSubstr("has expired")));
}

}  // namespace
}  // namespace m2c2::app
