// The kinds of exporters that this program has: a row each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "exporters/exporter.hpp"
#include "net/loop.hpp"

namespace m2c2::app {

/// The exporter of a configuration that was checked, for that loop and that stream.
std::unique_ptr<exporters::Exporter> make_exporter(const Config::Exporter&, net::EventLoop&,
                                                   const std::string& stream_id);

}  // namespace m2c2::app
