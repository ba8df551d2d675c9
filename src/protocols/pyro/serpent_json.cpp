// Serpent to JSON text, without a tree in between.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "protocols/pyro/serpent.hpp"
#include "protocols/pyro/serpent_token.hpp"

namespace m2c2::pyro {
namespace {

/// A key is a string in JSON: what is another value becomes the text of it.
void make_key(std::string& out, std::size_t at) {
  if (out[at] == '"') return;
  const std::string value = out.substr(at);
  out.resize(at);
  append_json_string(out, value);
}

}  // namespace

void SerpentReader::append_json(std::string& out) {
  switch (const Kind what = kind()) {
    case Kind::none:
      none();
      out += "null";
      return;
    case Kind::boolean:
      return append_json_bool(out, boolean());
    case Kind::integer:
      out += integer();
      return;
    case Kind::real:
      return append_json_number(out, real());
    case Kind::complex: {
      take_blanks();
      const std::size_t begin = at_;
      complex();
      return append_json_string(out, text_.substr(begin, at_ - begin));
    }
    case Kind::text:
      return append_json_text(out);
    case Kind::bytes:
      return append_json_bytes(out);
    case Kind::tuple:
    case Kind::list:
      return append_json_items(out, what);
    case Kind::braces:
      return append_json_braces(out);
    case Kind::nothing:
      return refuse("expected a value");
  }
}

void SerpentReader::append_json_text(std::string& out) {
  const std::string_view read = text(scratch_);
  if (!plain_) return append_json_string(out, read);
  const std::size_t begin = out.size();
  out.append(read.data() - 1, read.size() + 2);  // with Python's quotes, which may be others
  out[begin] = out.back() = '"';
}

void SerpentReader::append_json_bytes(std::string& out) {
  const std::string raw = bytes();
  out.push_back('"');
  append_base64(out, raw);
  out.push_back('"');
}

void SerpentReader::append_json_items(std::string& out, Kind kind) {
  out.push_back('[');
  const std::size_t begin = out.size();
  for (enter(kind); next();) {
    if (out.size() > begin) out.push_back(',');
    append_json(out);
  }
  out.push_back(']');
}

void SerpentReader::append_json_braces(std::string& out) {
  const std::size_t begin = out.size();
  out.push_back('{');
  for (enter(Kind::braces); next();) {
    if (out.size() > begin + 1) out.push_back(',');
    const std::size_t key = out.size();
    append_json(out);
    if (colon()) {
      make_key(out, key);
      out.push_back(':');
      append_json(out);
    } else {
      out[begin] = '[';
    }
  }
  out.push_back(out[begin] == '[' ? ']' : '}');
}

}  // namespace m2c2::pyro
