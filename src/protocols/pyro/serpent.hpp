// Reads serpent, the Python literals that Pyro's answers are written in, without building a tree: a cursor that
// remembers failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/pyro/serpent_token.hpp"

namespace m2c2::pyro {

/// What stands next.
enum class Kind {
  none,
  boolean,
  integer,
  real,     ///< also {'__class__':'float','value':'nan'}
  complex,  ///< "(3.0+4.0j)"
  text,
  bytes,  ///< {'data': '…', 'encoding': 'base64'} or b'…'
  tuple,
  list,
  braces,  ///< a dict or a set: the first item tells, by the colon after it
  nothing  ///< the end, or no value at all
};

inline constexpr std::size_t kMostDepth = 200;  ///< what serpent itself writes at most

/// Where a text stops being serpent.
struct SerpentFault {
  std::size_t at = 0;     ///< bytes from the start
  const char* what = "";  ///< "expected ',' or the closing bracket"
};
std::string to_text(const SerpentFault&);  ///< "byte 12: expected …"

/// Goes over one serpent text. After the first thing that is not as asked for, ok() is false for good, next() is false
/// and all else gives nothing: read all, check once.
///
///     SerpentReader in{text};
///     for (in.enter(Kind::list); in.next();) {  // [('T', 1.5, 'Good', '2024-…'), …]
///       in.enter(Kind::tuple);
///       in.item();
///       const auto tag = in.text(scratch);
///       ...
///       in.leave();
///     }
///     if (!in.done()) return in.fault();
class SerpentReader {
 public:
  /// Comment lines at the front are passed over. `most_elements` bounds all values of the text together.
  explicit SerpentReader(std::string_view text, std::size_t most_elements = 1'000'000);

  Kind kind();

  // Into a tuple, a list or braces; on to each item; out again. next() takes the comma before an item, or the closing
  // bracket, and then is false.
  void enter(Kind);
  bool next();
  /// next() where one more must be: for tuples of a known shape.
  void item() {
    if (!next()) refuse("expected one more value");
  }
  /// Passes over the items left and out of the container.
  void leave();
  /// Whether the item just read was a key: takes the colon.
  bool colon();

  // One value each, of the kind that it must be.
  void none();
  bool take_none();  ///< false, and nothing taken, where something else stands
  bool boolean();
  /// As written: "-12", of any size.
  std::string_view integer();
  double real();  ///< an integer serves as well
  /// Without escapes it points into the input, otherwise into `storage`. UTF-8 if the input is; lone surrogates are
  /// U+FFFD.
  std::string_view text(std::string& storage);
  /// The same, appended as a JSON string.
  void append_json_text(std::string& out);
  /// Takes it if it is this one, quotes and escapes to the byte: quicker than to read it and compare.
  bool take_quoted(std::string_view literal);
  /// The decoded bytes.
  std::string bytes();
  std::complex<double> complex();

  /// Passes over any value.
  void skip();
  /// Appends any value as JSON: integers as they are, floats by append_json_number, bytes as base64 text, tuples, lists
  /// and sets as arrays, dicts as objects (a key that is no str as its JSON text), complex numbers as written, as text.
  void append_json(std::string& out);

  /// What is wrong here, for the caller's own checks.
  void refuse(const char* what);
  bool ok() const { return fault_.what == nullptr; }
  /// All was read, all containers are closed, and nothing but blanks is left.
  bool done();
  SerpentFault fault() const { return fault_; }

 private:
  enum class Shape : std::uint8_t { unknown, dict, set };
  struct Open {
    char closing;
    std::uint8_t items;  // 0, 1 without a comma behind it, 2 for more
    bool in_key;         // what stands here must be hashable
    Shape shape;
  };

  // After the blanks; '\0' at the end.
  char front() {
    take_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string_view rest() const { return text_.substr(at_); }
  void take_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  void take_comments();
  void count_element() {
    if (elements_left_ == 0) return refuse("more values than the limit");
    --elements_left_;
  }
  NumberToken number();
  bool close();
  bool take_word(std::string_view word);
  std::string_view quoted(std::string& storage, bool as_bytes);
  void unescape(char quote, std::string& storage, bool as_bytes);
  void append_json_bytes(std::string& out);
  void append_json_items(std::string& out, Kind kind);
  void append_json_braces(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t elements_left_;
  NumberToken number_;  // that stands at number_at_, once looked at
  std::size_t number_at_ = std::string_view::npos;
  SerpentFault fault_{0, nullptr};
  std::string scratch_;
  bool plain_ = false;  // the str just read: see plain_prefix()
  std::size_t depth_ = 0;
  std::array<Open, kMostDepth> open_;  // the first depth_ of them
};

}  // namespace m2c2::pyro
