// A client's requests as frames, and answers as values.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/pyro/marshal.hpp"

namespace m2c2::pyro {
namespace {

constexpr std::string_view kComment = "# serpent utf-8 python3.2\n";
constexpr std::size_t kMostOfAnException = 256UL << 10;  // with its traceback; it is read as a tree
constexpr std::string_view kUriScheme = "PYRO:";

std::unexpected<BadAnswer> bad(Fault fault, ByteView frame) {
  return std::unexpected{BadAnswer{fault, describe(fault, frame)}};
}

std::unexpected<BadAnswer> bad_value(const std::string& why) {
  return std::unexpected{BadAnswer{Fault::value, fmt::format("{}: {}", describe(Fault::value, {}), why)}};
}

std::string text_of(const Value& value) {
  const auto* text = value.as<std::string>();
  return text ? *text : to_serpent(value);
}

std::vector<std::string> texts_of(const Value* list) {
  std::vector<std::string> texts;
  if (list && list->items())
    for (const Value& value : *list->items()) texts.push_back(text_of(value));
  return texts;
}

/// What `value` holds under `key`; null when it is no dict, or not there.
const Value* in_dict(const Value* value, std::string_view key) {
  const auto* dict = value ? value->as<Dict>() : nullptr;
  return dict ? dict->find(key) : nullptr;
}

MessageType answer_type(MessageType request) {
  return request == MessageType::connect  ? MessageType::connect_ok
         : request == MessageType::invoke ? MessageType::result
                                          : MessageType::ping;
}

/// A refusal may come before the daemon has read the request: then it has no sequence and no serializer to echo.
std::optional<Fault> check_fits(const Expected& expected, const Frame& frame) {
  if (frame.type == MessageType::connect_fail) return std::nullopt;
  if (frame.type != answer_type(expected.request)) return Fault::type;
  if (frame.sequence != expected.sequence) return Fault::sequence;
  if (frame.serializer != kSerpent && frame.type != MessageType::ping) return Fault::serializer;
  return std::nullopt;
}

std::expected<Answer, BadAnswer> read_connected(ByteView data) {
  const auto value = parse_serpent(as_text(data));
  if (!value) return bad_value(to_text(value.error()));
  Connected connected{texts_of(in_dict(in_dict(&*value, "meta"), "methods"))};
  std::ranges::sort(connected.methods);
  return connected;
}

/// The text of a refusal is shown even where nobody can read it: it is all there is to say.
Refused read_refused(Protocol protocol, const Frame& frame, ByteView data) {
  if (frame.serializer == marshal_id(protocol)) {
    if (auto text = read_marshal_string(data)) return {*std::move(text)};
  } else if (const auto value = parse_serpent(as_text(data))) {
    return {text_of(*value)};
  }
  return {fmt::format("without a text that can be read ({} bytes in serializer {})", data.size(), frame.serializer)};
}

std::expected<Answer, BadAnswer> read_raised(ByteView data) {
  if (data.size() > kMostOfAnException) return bad(Fault::length, {});
  const auto value = parse_serpent(as_text(data));
  if (!value) return bad_value(to_text(value.error()));
  Raised raised;
  if (const Value* type = in_dict(&*value, "__class__")) raised.type = text_of(*type);
  const std::vector<std::string> arguments = texts_of(in_dict(&*value, "args"));
  raised.text = fmt::format("{}", fmt::join(arguments, ": "));
  const Value* custom = in_dict(&*value, "custom_message");
  if (raised.text.empty() && custom) raised.text = text_of(*custom);
  if (raised.type.empty()) raised.text = text_of(*value);
  raised.traceback = texts_of(in_dict(in_dict(&*value, "attributes"), "_pyroTraceback"));
  return raised;
}

/// "PYRO:obj_74@127.0.0.1:7799" or a plain id.
std::optional<std::string> id_in_uri(std::string_view uri) {
  if (uri.starts_with(kUriScheme)) uri = uri.substr(kUriScheme.size(), uri.find('@') - kUriScheme.size());
  return uri.empty() ? std::nullopt : std::optional<std::string>{uri};
}

/// `data` begins with the comment.
void encode_data(Bytes& out, Protocol protocol, Frame frame, std::string_view data) {
  frame.data = as_bytes(data);
  encode(out, protocol, frame);
}

}  // namespace

void encode_connect(Bytes& out, Protocol protocol, std::uint16_t sequence, std::string_view object) {
  const std::uint16_t flags = protocol == Protocol::pyro4 ? flag::kMetaOnConnect : 0;
  std::string greeting{kComment};
  greeting += "{'handshake':'hello','object':";
  append_serpent(greeting, object);
  greeting.push_back('}');
  encode_data(out, protocol, {.type = MessageType::connect, .flags = flags, .sequence = sequence}, greeting);
}

void encode_call(Bytes& out, Protocol protocol, std::uint16_t sequence, const Call& call) {
  std::string data;
  data.reserve(kComment.size() + call.object.size() + call.method.size() + call.arguments.size() +
               call.keywords.size() + 16);
  data.append(kComment).push_back('(');
  append_serpent(data, call.object);
  data.push_back(',');
  append_serpent(data, call.method);
  data.append(",").append(call.arguments).append(",").append(call.keywords).append(")");
  encode_data(out, protocol, {.type = MessageType::invoke, .sequence = sequence}, data);
}

void encode_ping(Bytes& out, Protocol protocol, std::uint16_t sequence) {
  encode(out, protocol,
         {.type = MessageType::ping, .sequence = sequence, .serializer = kPingSerializer, .data = as_bytes("ping")});
}

std::string_view Raised::name() const {
  const std::string_view whole = type;
  return whole.substr(whole.rfind('.') + 1);
}

std::expected<Answer, BadAnswer> read_answer(const Expected& expected, ByteView frame, Bytes& storage,
                                             const Limits& limits) {
  const auto read = decode(expected.protocol, frame, limits);
  if (!read) return bad(read.error(), frame);
  if (const auto fault = check_fits(expected, *read)) return bad(*fault, frame);
  const auto data = plain_data(*read, storage, limits);
  if (!data) return bad(data.error(), frame);
  switch (read->type) {
    case MessageType::connect_ok:
      return read_connected(*data);
    case MessageType::connect_fail:
      return read_refused(expected.protocol, *read, *data);
    case MessageType::result:
      if ((read->flags & flag::kException) != 0) return read_raised(*data);
      return Returned{as_text(*data)};
    default:
      return Pong{};
  }
}

std::optional<std::string> object_id(std::string_view value) {
  const auto read = parse_serpent(value);
  if (!read) return std::nullopt;
  if (const auto* text = read->as<std::string>()) return id_in_uri(*text);
  const Value* type = in_dict(&*read, "__class__");
  const Value* state = in_dict(&*read, "state");
  const std::string name = type ? text_of(*type) : "";
  const std::vector<std::string> parts = texts_of(state);
  if (name.ends_with(".Proxy") && !parts.empty()) return id_in_uri(parts[0]);
  if (name.ends_with(".URI") && parts.size() > 1) return id_in_uri(parts[1]);
  return std::nullopt;
}

}  // namespace m2c2::pyro
