// Any bytes, received in any pieces, while questions are asked: the inbox gives whole answers to the last question
// alone, and their data become one value a tag or none. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "machines/slmp/answer.hpp"
#include "machines/slmp/inbox.hpp"
#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

namespace {

machines::SlmpPlan plan_of_everything(slmp::Format format) {
  job::SlmpJob job;
  job.connectivity.format = format;
  job::DeviceReadRandom random;
  random.words = {{"w", {}, {0xA8, 0}}};
  random.dwords = {{"d", slmp::DataType::float32, {0xA8, 2}}};
  job.attributes = {job::DeviceRead{"words", {}, {0, {0xA8, 0}, 3}}, job::DeviceRead{"bits", {}, {1, {0x90, 0}, 3}},
                    random, job::LabelReadRandom{{}, {{"l", slmp::DataType::int32, {"L"}}, {"m", {}, {"M"}}}},
                    job::ArrayLabelRead{{}, {{"a", {}, {"A", 0, 3}}, {"b", slmp::DataType::float64, {"B", 1, 8}}}}};
  return machines::make_plan(job, {});
}

void take(slmp::Format format, const slmp::Response& response) {
  static const machines::SlmpPlan plans[]{plan_of_everything({slmp::FrameType::e4, slmp::Code::binary}),
                                          plan_of_everything({slmp::FrameType::e4, slmp::Code::ascii})};
  for (const auto value_format : {job::ValueFormat::typed, job::ValueFormat::hex}) {
    machines::SlmpAnswers answers{format.code, value_format};
    for (const auto& command : plans[format.code == slmp::Code::ascii ? 1 : 0].commands) {
      std::vector<telemetry::Sample> samples;
      const bool taken = answers.take(command, 0, response.data, {}, samples);
      if (samples.size() != (taken ? command.fields.size() : 0)) std::abort();
      for (const auto& sample : samples)
        if (sample.value.empty()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{data, size};
  const slmp::Format format = input.format();
  const std::uint8_t how = input.number();
  const std::size_t most_in_a_piece = 1 + std::size_t{16} * (how >> 1);
  machines::SlmpCounters counters;
  machines::SlmpInbox inbox{format, (how & 1) != 0 ? job::Ethernet::udp : job::Ethernet::tcp, counters};
  std::uint16_t serial = 1;
  inbox.expect({}, serial);
  for (ByteView rest = input.rest(); !rest.empty();) {
    const auto space = inbox.space();
    if (space.empty()) std::abort();
    const std::size_t n = std::min({space.size(), rest.size(), most_in_a_piece});
    std::ranges::copy(rest.first(n), space.begin());
    inbox.filled(n);
    rest = rest.subspan(n);
    const auto answer = inbox.answer();
    if (inbox.rest().size() > slmp::kMostMessageBytes) std::abort();
    if (!answer) return 0;
    if (!*answer) continue;
    if (format.frame == slmp::FrameType::e4 && (*answer)->serial != serial) std::abort();
    take(format, **answer);
    inbox.expect({}, ++serial);
  }
  return 0;
}
