// JSON of PutRecords, to and fro.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kinesis/put_records.hpp"

#include <boost/json.hpp>

#include "aws/json.hpp"
#include "base/base64.hpp"
#include "base/json_text.hpp"

namespace m2c2::exporters {
namespace {

std::string error_of(const boost::json::object& record) {
  std::string code = aws::text_at(record, "ErrorCode");
  if (code.empty()) return code;
  const std::string message = aws::text_at(record, "ErrorMessage");
  return message.empty() ? code : code + ": " + message;
}

}  // namespace

aws::Call put_records(std::string_view stream_name, std::span<const Sent> sent) {
  std::size_t bytes = 0;
  for (const Sent& each : sent) bytes += each.bytes();
  std::string body;
  body.reserve(bytes * 4 / 3 + sent.size() * 64);
  body += R"({"StreamName":)";
  append_json_string(body, stream_name);
  std::string_view begin = R"(,"Records":[{"Data":")";
  for (const auto& [key, piece] : sent) {
    body += begin;
    append_base64(body, piece->data);
    body += R"(","PartitionKey":)";
    append_json_string(body, key);
    begin = R"(},{"Data":")";
  }
  body += "}]}";
  return {.headers = {{"content-type", "application/x-amz-json-1.1"}, {"x-amz-target", "Kinesis_20131202.PutRecords"}},
          .body = std::move(body)};
}

std::optional<std::vector<std::string>> errors_of_put_records(std::string_view answer, std::size_t count) {
  const auto object = aws::parse_object(answer);
  const auto* records = object ? object->if_contains("Records") : nullptr;
  const boost::json::array* each = records ? records->if_array() : nullptr;
  if (!each || each->size() != count) return std::nullopt;
  std::vector<std::string> errors;
  errors.reserve(count);
  for (const boost::json::value& record : *each) {
    if (!record.is_object()) return std::nullopt;
    errors.push_back(error_of(record.get_object()));
    if (errors.back().empty() && aws::text_at(record.get_object(), "SequenceNumber").empty()) return std::nullopt;
  }
  return errors;
}

}  // namespace m2c2::exporters
