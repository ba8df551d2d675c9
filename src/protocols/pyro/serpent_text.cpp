// Strings in serpent: Python's str and bytes literals.
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/hex.hpp"
#include "base/plain_text.hpp"
#include "base/utf8.hpp"
#include "protocols/pyro/serpent.hpp"

namespace m2c2::pyro {
namespace {

constexpr char32_t kLast = 0x10FFFF;

constexpr bool is_break(char c) { return c == '\n' || c == '\r' || c == '\0'; }

/// Of an escape of one letter; '\0' for any other.
char control(char letter) {
  constexpr std::string_view letters = "\\'\"abfnrtv";
  constexpr std::string_view controls = "\\'\"\a\b\f\n\r\t\v";
  const std::size_t at = letters.find(letter);
  return at == std::string_view::npos ? '\0' : controls[at];
}

/// How many hex digits an escape has: 0 for one that is none.
std::size_t hex_digits(char letter, bool as_bytes) {
  if (letter == 'x') return 2;
  if (as_bytes) return 0;
  return letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
}

struct Escape {
  std::size_t size = 0;  // of what stands behind the backslash; 0: the backslash is a character like any other
  char32_t character = 0;
};

std::optional<Escape> hex_escape(std::string_view text, std::size_t digits) {
  const std::string_view number = text.substr(1, digits);
  const auto value = number.size() == digits ? parse_hex(number) : std::nullopt;
  if (!value || *value > kLast) return std::nullopt;
  return Escape{1 + digits, static_cast<char32_t>(*value)};
}

Escape octal_escape(std::string_view text) {
  Escape escape;
  while (escape.size < 3 && escape.size < text.size() && text[escape.size] >= '0' && text[escape.size] <= '7')
    escape.character = escape.character * 8 + static_cast<char32_t>(text[escape.size++] - '0');
  return escape;
}

/// Of what stands behind a backslash; nothing where Python refuses it.
std::optional<Escape> read_escape(std::string_view text, bool as_bytes) {
  if (text.empty()) return std::nullopt;
  const char letter = text.front();
  if (const char c = control(letter)) return Escape{1, static_cast<char32_t>(c)};
  if (const std::size_t digits = hex_digits(letter, as_bytes)) return hex_escape(text, digits);
  if (letter == 'N' && !as_bytes) return std::nullopt;  // by name: nobody writes it, and it takes a table of all names
  return octal_escape(text);
}

}  // namespace

std::string_view SerpentReader::text(std::string& storage) {
  const char c = front();
  plain_ = false;
  if (!ok()) return {};
  if (c == 'u' || c == 'U') ++at_;  // Python 2
  return quoted(storage, false);
}

bool SerpentReader::take_quoted(std::string_view literal) {
  take_blanks();
  return ok() && take_word(literal);
}

std::string_view SerpentReader::quoted(std::string& storage, bool as_bytes) {
  const char quote = at_ < text_.size() ? text_[at_] : '\0';
  if (quote != '\'' && quote != '"') {
    refuse("expected a str");
    return {};
  }
  const std::size_t begin = ++at_;
  at_ += plain_prefix(rest());
  plain_ = at_ < text_.size() && text_[at_] == quote;
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\\' && !is_break(text_[at_])) ++at_;
  const std::string_view found = text_.substr(begin, at_ - begin);
  if (at_ < text_.size() && text_[at_] == quote) {
    ++at_;
    return found;
  }
  storage = found;
  unescape(quote, storage, as_bytes);
  return ok() ? std::string_view{storage} : std::string_view{};
}

/// Inlined, it would slow down the strings that need nothing of it.
[[gnu::noinline]] void SerpentReader::unescape(char quote, std::string& storage, bool as_bytes) {
  while (at_ < text_.size() && !is_break(text_[at_])) {
    const char c = text_[at_++];
    if (c == quote) return;
    if (c != '\\') {
      storage.push_back(c);
      continue;
    }
    if (take_word("\n")) continue;  // the line goes on
    const auto escape = read_escape(rest(), as_bytes);
    if (!escape) return refuse("an escape that Python does not have");
    at_ += escape->size;
    if (escape->size == 0) storage.push_back('\\');  // Python leaves the backslash where it means nothing
    else if (as_bytes) storage.push_back(static_cast<char>(escape->character));
    else append_utf8(storage, escape->character);
  }
  refuse("a str without an end");
}

}  // namespace m2c2::pyro
