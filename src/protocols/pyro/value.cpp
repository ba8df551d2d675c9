// Serpent to a tree of values, and back.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/base64.hpp"
#include "base/hex.hpp"

namespace m2c2::pyro {
namespace {

Value read_value(SerpentReader& in);

Value read_integer(SerpentReader& in) {
  const std::string_view digits = in.integer();
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc::result_out_of_range) return BigInteger{std::string{digits}};
  return value;
}

Value read_text(SerpentReader& in) {
  std::string storage;
  return in.text(storage);
}

std::vector<Value> read_items(SerpentReader& in, Kind kind) {
  std::vector<Value> items;
  for (in.enter(kind); in.next();) items.push_back(read_value(in));
  return items;
}

Value read_braces(SerpentReader& in) {
  Dict dict;
  Set set;
  for (in.enter(Kind::braces); in.next();) {
    Value first = read_value(in);
    if (in.colon()) dict.entries.push_back({std::move(first), read_value(in)});
    else set.items.push_back(std::move(first));
  }
  if (set.items.empty()) return dict;
  return set;
}

Value read_value(SerpentReader& in) {
  switch (in.kind()) {
    case Kind::none:
      in.none();
      return None{};
    case Kind::boolean:
      return in.boolean();
    case Kind::integer:
      return read_integer(in);
    case Kind::real:
      return in.real();
    case Kind::complex:
      return in.complex();
    case Kind::text:
      return read_text(in);
    case Kind::bytes:
      return ByteString{in.bytes()};
    case Kind::tuple:
      return Tuple{read_items(in, Kind::tuple)};
    case Kind::list:
      return List{read_items(in, Kind::list)};
    case Kind::braces:
      return read_braces(in);
    case Kind::nothing:
      in.refuse("expected a value");
      return None{};
  }
  return None{};
}

void append_real(std::string& out, double v) {
  if (std::isnan(v)) {
    out += "{'__class__':'float','value':'nan'}";
    return;
  }
  if (std::isinf(v)) {
    out += v > 0 ? "1e30000" : "-1e30000";
    return;
  }
  const std::size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", v);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";  // or Python reads an integer
}

void append_escaped(std::string& out, char c, char quote) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\\' || c == quote) {
    out.push_back('\\');
    out.push_back(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (byte < 0x20 || byte == 0x7F) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  } else {
    out.push_back(c);
  }
}

/// Appends each value as serpent writes its kind.
struct Writer {
  std::string& out;

  void operator()(None) const { out += "None"; }
  void operator()(bool v) const { out += v ? "True" : "False"; }
  void operator()(std::int64_t v) const { out += std::to_string(v); }
  void operator()(const BigInteger& v) const { out += v.digits; }
  void operator()(double v) const { append_real(out, v); }
  void operator()(const Complex& v) const {
    out.push_back('(');
    append_real(out, v.real());
    if (!std::signbit(v.imag())) out.push_back('+');
    append_real(out, v.imag());
    out += "j)";
  }
  void operator()(const std::string& v) const { append_serpent(out, std::string_view{v}); }
  void operator()(const ByteString& v) const {
    out += "{'data': '";
    append_base64(out, v.bytes);
    out += "', 'encoding': 'base64'}";
  }
  void operator()(const Tuple& v) const {
    out.push_back('(');
    items(v.items);
    out += v.items.size() == 1 ? ",)" : ")";
  }
  void operator()(const List& v) const {
    out.push_back('[');
    items(v.items);
    out.push_back(']');
  }
  void operator()(const Set& v) const {
    if (v.items.empty()) return (*this)(Tuple{});  // Python has no literal for it
    out.push_back('{');
    items(v.items);
    out.push_back('}');
  }
  void operator()(const Dict& v) const {
    out.push_back('{');
    for (const Entry& entry : v.entries) {
      if (&entry != v.entries.data()) out.push_back(',');
      append_serpent(out, entry.key);
      out.push_back(':');
      append_serpent(out, entry.value);
    }
    out.push_back('}');
  }

  void items(const std::vector<Value>& values) const {
    for (const Value& value : values) {
      if (&value != values.data()) out.push_back(',');
      append_serpent(out, value);
    }
  }
};

}  // namespace

bool Tuple::operator==(const Tuple&) const = default;
bool List::operator==(const List&) const = default;
bool Set::operator==(const Set&) const = default;
bool Dict::operator==(const Dict&) const = default;

const Value* Dict::find(std::string_view key) const {
  const auto named = [&](const Entry& entry) {
    const auto* name = entry.key.as<std::string>();
    return name && *name == key;
  };
  const auto found = std::ranges::find_if(entries, named);
  return found == entries.end() ? nullptr : &found->value;
}

const std::vector<Value>* Value::items() const {
  if (const auto* tuple = as<Tuple>()) return &tuple->items;
  if (const auto* list = as<List>()) return &list->items;
  if (const auto* set = as<Set>()) return &set->items;
  return nullptr;
}

std::expected<Value, SerpentFault> parse_serpent(std::string_view text, std::size_t most_elements) {
  SerpentReader in{text, most_elements};
  Value value = read_value(in);
  if (!in.done()) return std::unexpected{in.fault()};
  return value;
}

void append_serpent(std::string& out, const Value& value) { std::visit(Writer{out}, value.is); }

void append_serpent(std::string& out, std::string_view text) {
  const char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  out.push_back(quote);
  for (const char c : text) append_escaped(out, c, quote);
  out.push_back(quote);
}

std::string to_serpent(const Value& value) {
  std::string out;
  append_serpent(out, value);
  return out;
}

}  // namespace m2c2::pyro
