// Any bytes as the data of each SLMP answer, and on into JSON: what is read means the same when it is written and read
// again, and the JSON is valid.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/value.hpp"
#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

namespace {

constexpr slmp::DataType kTypes[] = {slmp::DataType::bit,    slmp::DataType::int16,   slmp::DataType::uint16,
                                     slmp::DataType::int32,  slmp::DataType::uint32,  slmp::DataType::int64,
                                     slmp::DataType::uint64, slmp::DataType::float32, slmp::DataType::float64,
                                     slmp::DataType::string};

template <class Value, class Decode, class Encode>
void check(const std::optional<Value>& value, Decode decode, Encode encode) {
  if (!value) return;
  Bytes again;
  encode(again, *value);
  if (decode(again) != value) std::abort();
}

void check_json(const std::string& json) {
  boost::system::error_code error;
  boost::json::parse(json, error);
  if (error) std::abort();
}

void check_words_as_json(std::span<const std::uint16_t> words) {
  for (const slmp::DataType type : kTypes) {
    std::string json;
    slmp::append_words(json, type, words.first(words.size() - words.size() % slmp::words_per_element(type)));
    check_json(json);
  }
}

void check_labels_as_json(const std::vector<slmp::LabelValue>& labels) {
  for (const slmp::LabelValue& label : labels) {
    std::string json;
    slmp::append_label(json, label, std::nullopt);
    check_json(json);
    for (const slmp::DataType wanted : kTypes) {
      json.clear();
      slmp::append_label(json, label, wanted);
      check_json(json);
    }
  }
}

void check_devices(slmp::Code code, ByteView data, std::size_t count) {
  const auto words = [&](ByteView bytes) {
    return slmp::decode_words(code, bytes, bytes.size() / (code == slmp::Code::ascii ? 4 : 2));
  };
  const auto bits = [&](ByteView bytes) { return slmp::decode_bits(code, bytes, count); };
  const auto random = [&](ByteView bytes) { return slmp::decode_random_values(code, bytes, count / 2, count % 2); };
  check(words(data), words, [&](Bytes& out, const auto& value) { slmp::encode_words(out, code, value); });
  check(bits(data), bits, [&](Bytes& out, const auto& value) { slmp::encode_bits(out, code, value); });
  check(random(data), random, [&](Bytes& out, const auto& value) { slmp::encode_random_values(out, code, value); });
  if (const auto read = words(data)) check_words_as_json(*read);
}

void check_labels(slmp::Code code, ByteView data, std::size_t count, slmp::LabelOrder order) {
  const auto labels = [&](ByteView bytes) { return slmp::decode_label_values(code, bytes, count, order); };
  const auto arrays = [&](ByteView bytes) { return slmp::decode_array_label_values(code, bytes, count, order); };
  check(labels(data), labels,
        [&](Bytes& out, const auto& value) { slmp::encode_label_values(out, code, value, order); });
  check(arrays(data), arrays,
        [&](Bytes& out, const auto& value) { slmp::encode_array_label_values(out, code, value, order); });
  if (const auto read = labels(data)) check_labels_as_json(*read);
  if (const auto read = arrays(data)) check_labels_as_json(*read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input{data, size};
  const slmp::Code code = input.code();
  check_devices(code, input.rest(), input.number());
  for (const auto order : {slmp::LabelOrder::whole_number, slmp::LabelOrder::word_by_word})
    check_labels(code, input.rest(), input.number() & 7, order);
  const auto type_name = [&](ByteView bytes) { return slmp::decode_type_name(code, bytes); };
  check(type_name(input.rest()), type_name,
        [&](Bytes& out, const auto& value) { slmp::encode_type_name(out, code, value); });
  std::string json;
  slmp::append_wire_hex(json, code, input.rest());
  check_json(json);
  return 0;
}
