// What an operator asks of one job: one entry of a request's properties.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "job/parse.hpp"

namespace m2c2::builder {

struct Asked {
  const job::ParsedRequest& parsed;
  const job::Property& property;
  std::string_view digest;  ///< of the request's text
  bool duplicate = false;   ///< the broker may have delivered the request before

  job::Control control() const { return parsed.request.control; }
  const std::string& job() const { return property.name; }
  bool defines() const { return control() == job::Control::deploy || control() == job::Control::update; }
};

/// A short text that differs when the request does, the same in every builder: 64-bit FNV-1a and the length. It tells a
/// request redelivered from another one; it is no proof against forgery.
std::string digest_of(std::string_view request);

/// The request as a request for this job alone, its version filled in.
boost::json::object request_for(const Asked&, job::Version);

}  // namespace m2c2::builder
