// The words of controls, and the destinations that a protocol has by default.
// SPDX-License-Identifier: Apache-2.0
#include "job/document.hpp"

namespace m2c2::job {

std::string_view to_text(Control control) {
  switch (control) {
    case Control::deploy:
      return "deploy";
    case Control::start:
      return "start";
    case Control::stop:
      return "stop";
    case Control::update:
      return "update";
    case Control::push:
      return "push";
    case Control::pull:
      return "pull";
  }
  return "";
}

Delivery delivery_of(const Definition& definition, const Destinations& wanted) {
  const bool slmp = std::holds_alternative<SlmpJob>(definition.protocol);
  return {.to_stream = wanted.to_stream.value_or(!slmp), .to_topic = wanted.to_topic.value_or(slmp)};
}

}  // namespace m2c2::job
