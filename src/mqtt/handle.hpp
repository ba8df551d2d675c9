// A handle of libmosquitto: made, secured and connected as Options say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mosquitto.h>

#include <memory>
#include <string>

#include "mqtt/client.hpp"

namespace m2c2::mqtt {

/// Outlives every handle.
struct LibraryUse {
  LibraryUse() { mosquitto_lib_init(); }
  ~LibraryUse() { mosquitto_lib_cleanup(); }
};

struct DestroyHandle {
  void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
};
using Handle = std::unique_ptr<mosquitto, DestroyHandle>;

/// `user` is what callbacks are given. Nothing is written but by mosquitto_loop_write() and ping_now().
Handle make_handle(const Options&, void* user);
/// These two give a MOSQ_ERR_….
int secure_handle(mosquitto*, const Options&);
int connect_handle(mosquitto*, const Options&);
/// Sends a PINGREQ past all that the library has queued; false when the socket does not take it. Call between packets:
/// never while mosquitto_loop_write() has left one half written.
bool ping_now(mosquitto*);

/// A MOSQ_ERR_… for the operator, at once after the call that gave it.
std::string text_of(int rc);

}  // namespace m2c2::mqtt
