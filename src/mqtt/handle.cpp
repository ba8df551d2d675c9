// What has to be known of libmosquitto and OpenSSL to be on a broker.
// SPDX-License-Identifier: Apache-2.0
#include "mqtt/handle.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <new>
#include <system_error>

namespace m2c2::mqtt {
namespace {

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

Handle make_handle(const Options& options, void* user) {
  Handle handle{mosquitto_new(options.client_id.c_str(), options.clean_session, user)};
  if (!handle) throw std::bad_alloc{};  // there is no other reason for an identifier that was checked
  mosquitto_max_inflight_messages_set(handle.get(), 0);
  mosquitto_threaded_set(handle.get(), true);                   // it then leaves all writing to us
  mosquitto_int_option(handle.get(), MOSQ_OPT_TCP_NODELAY, 1);  // else a window's last messages may wait 40 ms
  if (!options.username.empty())
    mosquitto_username_pw_set(handle.get(), options.username.c_str(), or_null(options.password));
  if (const auto& will = options.will)
    mosquitto_will_set(handle.get(), will->topic.c_str(), static_cast<int>(will->payload.size()), will->payload.data(),
                       1, will->retain);
  return handle;
}

int secure_handle(mosquitto* handle, const Options& options) {
  if (!options.tls) return MOSQ_ERR_SUCCESS;
  constexpr int kHttpsPort = 443;
  if (options.broker.port == kHttpsPort)
    mosquitto_string_option(handle, MOSQ_OPT_TLS_ALPN, "x-amzn-mqtt-ca");  // AWS IoT Core's name for MQTT on 443
  const char* system_certificates = options.ca_file.empty() ? "/etc/ssl/certs" : nullptr;
  return mosquitto_tls_set(handle, or_null(options.ca_file), system_certificates, or_null(options.cert_file),
                           or_null(options.key_file), nullptr);
}

/// The library sets OpenSSL up at its first TLS connection, and two first ones at once would both do so.
int connect_handle(mosquitto* handle, const Options& options) {
  static std::mutex setting_up;
  static std::atomic<bool> set_up = false;
  std::unique_lock alone{setting_up, std::defer_lock};
  if (options.tls && !set_up) alone.lock();
  const int rc = mosquitto_connect(handle, options.broker.host.c_str(), options.broker.port,
                                   static_cast<int>(options.keep_alive.count()));
  if (options.tls) set_up = true;
  return rc;
}

bool ping_now(mosquitto* handle) {
  constexpr std::array<unsigned char, 2> kPingreq{0xC0, 0x00};
  auto* const tls = static_cast<SSL*>(mosquitto_ssl_get(handle));
  const auto sent = tls ? SSL_write(tls, kPingreq.data(), kPingreq.size())
                        : ::send(mosquitto_socket(handle), kPingreq.data(), kPingreq.size(), MSG_NOSIGNAL);
  return sent == static_cast<int>(kPingreq.size());
}

std::string text_of(int rc) {
  switch (rc) {
    case MOSQ_ERR_ERRNO:
      return std::generic_category().message(errno);
    case MOSQ_ERR_CONN_LOST:
      return "the broker closed the connection";
    case MOSQ_ERR_TLS:
      return "TLS failed: check ca-file, cert-file and key-file, and that the broker's certificate is for this host "
             "name";
    default:
      return mosquitto_strerror(rc);
  }
}

}  // namespace m2c2::mqtt
