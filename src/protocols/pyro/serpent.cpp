// The cursor over serpent: containers, and values one by one.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/serpent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/base64.hpp"
#include "protocols/pyro/serpent_token.hpp"

namespace m2c2::pyro {
namespace {

char opening(Kind kind) { return kind == Kind::tuple ? '(' : kind == Kind::list ? '[' : '{'; }
char closing(Kind kind) { return kind == Kind::tuple ? ')' : kind == Kind::list ? ']' : '}'; }

const char* wanted(Kind kind) {
  return kind == Kind::tuple ? "expected a tuple" : kind == Kind::list ? "expected a list" : "expected a dict or a set";
}

}  // namespace

std::string to_text(const SerpentFault& fault) { return fmt::format("byte {}: {}", fault.at, fault.what); }

SerpentReader::SerpentReader(std::string_view text, std::size_t most_elements)
    : text_{text}, elements_left_{most_elements} {
  take_comments();
}

void SerpentReader::take_comments() {
  for (take_blanks(); at_ < text_.size() && text_[at_] == '#'; take_blanks())
    at_ = std::min(text_.find('\n', at_), text_.size());
}

void SerpentReader::refuse(const char* what) {
  if (ok()) fault_ = {at_, what};
}

Kind SerpentReader::kind() {
  if (!ok()) return Kind::nothing;
  switch (front()) {
    case '\'':
    case '"':
    case 'u':
    case 'U':
      return Kind::text;
    case '(':
      return complex_token(rest()) ? Kind::complex : Kind::tuple;
    case '[':
      return Kind::list;
    case '{': {
      const auto dict = dict_token(rest());
      return !dict ? Kind::braces : dict->bytes ? Kind::bytes : Kind::real;
    }
    case 'N':
      return Kind::none;
    case 'T':
    case 'F':
      return Kind::boolean;
    case 'b':
    case 'B':
      return Kind::bytes;
    default:
      break;
  }
  const NumberToken token = number();
  return token.size == 0 ? Kind::nothing : token.real ? Kind::real : Kind::integer;
}

/// kind() looks at it, and then whoever reads it.
NumberToken SerpentReader::number() {
  if (std::exchange(number_at_, at_) != at_) number_ = number_token(rest());
  return number_;
}

void SerpentReader::enter(Kind kind) {
  if (!ok()) return;
  if (front() != opening(kind)) return refuse(wanted(kind));
  const bool in_key = depth_ > 0 && open_[depth_ - 1].in_key;
  if (in_key && kind != Kind::tuple) return refuse("a list, a dict or a set is no key and no member of a set");
  if (depth_ == kMostDepth) return refuse("nested deeper than the limit");
  ++at_;
  open_[depth_++] = {closing(kind), 0, in_key, Shape::unknown};
}

bool SerpentReader::close() {
  const Open& open = open_[depth_ - 1];
  if (open.closing == ')' && open.items == 1) refuse("a tuple of one needs a comma");
  ++at_;
  --depth_;
  return false;
}

bool SerpentReader::next() {
  if (!ok()) return false;
  if (depth_ == 0) {
    refuse("nothing is open");
    return false;
  }
  Open& open = open_[depth_ - 1];
  const char c = front();
  if (open.items == 0) {
    if (c == open.closing) return close();
    open.items = 1;
  } else if (c == ',') {
    ++at_;
    open.items = 2;
    if (front() == open.closing) return close();
  } else {
    if (c == open.closing) return close();
    refuse("expected ',' or the closing bracket");
    return false;
  }
  // Members of a set, and keys, until a colon tells that the value has come.
  if (open.closing == '}') open.in_key = true;
  count_element();
  return ok();
}

void SerpentReader::leave() {
  while (next()) {
    skip();
    if (colon()) skip();
  }
}

bool SerpentReader::colon() {
  if (!ok() || depth_ == 0 || open_[depth_ - 1].closing != '}') return false;
  Open& open = open_[depth_ - 1];
  const bool there = front() == ':';
  if (open.shape != Shape::unknown && there != (open.shape == Shape::dict))
    refuse(there ? "a ':' in a set" : "expected ':' after a key");
  if (!ok()) return false;
  open.shape = there ? Shape::dict : Shape::set;
  if (!there) return false;
  ++at_;
  // The value is as free as the dict itself, and that cannot have been a key.
  open.in_key = false;
  count_element();
  return ok();
}

bool SerpentReader::take_word(std::string_view word) {
  if (!rest().starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool SerpentReader::take_none() { return front() == 'N' && ok() && take_word("None"); }

void SerpentReader::none() {
  if (!take_none()) refuse("expected None");
}

bool SerpentReader::boolean() {
  take_blanks();
  if (!ok()) return false;
  if (take_word("True")) return true;
  if (!take_word("False")) refuse("expected True or False");
  return false;
}

std::string_view SerpentReader::integer() {
  take_blanks();
  if (!ok()) return {};
  const NumberToken token = number();
  if (token.size == 0 || token.real) {
    refuse("expected an integer");
    return {};
  }
  std::string_view number = text_.substr(at_, token.size);
  at_ += token.size;
  if (number.starts_with('+')) number.remove_prefix(1);
  return number;
}

double SerpentReader::real() {
  take_blanks();
  if (!ok()) return 0;
  if (const auto dict = dict_token(rest()); dict && !dict->bytes) {
    at_ += dict->size;
    return std::numeric_limits<double>::quiet_NaN();
  }
  const NumberToken token = number();
  if (token.size == 0) {
    refuse("expected a number");
    return 0;
  }
  const std::string_view number = text_.substr(at_, token.size);
  at_ += token.size;
  return to_double(number);
}

std::complex<double> SerpentReader::complex() {
  take_blanks();
  if (!ok()) return {};
  const auto token = complex_token(rest());
  if (!token) {
    refuse("expected a complex number");
    return {};
  }
  at_ += token->size;
  return {to_double(token->real), to_double(token->imaginary)};
}

std::string SerpentReader::bytes() {
  take_blanks();
  if (!ok()) return {};
  if (take_word("b") || take_word("B")) {
    std::string storage;
    return std::string{quoted(storage, true)};
  }
  const auto dict = dict_token(rest());
  auto decoded = dict && dict->bytes ? from_base64(dict->value) : std::nullopt;
  if (!decoded) {
    refuse("expected bytes");
    return {};
  }
  at_ += dict->size;
  return *std::move(decoded);
}

void SerpentReader::skip() {
  const Kind what = kind();
  if (what == Kind::text) return void(text(scratch_));
  if (what != Kind::tuple && what != Kind::list && what != Kind::braces) {
    scratch_.clear();
    return append_json(scratch_);  // the reading of a scalar is the same whoever wants it
  }
  enter(what);
  leave();
}

bool SerpentReader::done() {
  if (!ok()) return false;
  take_blanks();
  if (depth_ > 0) refuse("a container is still open");
  if (at_ != text_.size()) refuse("expected the end");
  return ok();
}

}  // namespace m2c2::pyro
