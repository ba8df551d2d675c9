// Any serpent value as a tree: what a request carries, and the answers that are small.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/pyro/serpent.hpp"

namespace m2c2::pyro {

struct Value;
struct Entry;

template <class T, class... Any>
concept OneOf = (std::same_as<T, Any> || ...);

struct None {
  bool operator==(const None&) const = default;
};
/// An integer beyond 64 bits, as written.
struct BigInteger {
  std::string digits;
  bool operator==(const BigInteger&) const = default;
};
struct ByteString {
  std::string bytes;
  bool operator==(const ByteString&) const = default;
};
using Complex = std::complex<double>;
struct Tuple {
  std::vector<Value> items;
  bool operator==(const Tuple&) const;
};
struct List {
  std::vector<Value> items;
  bool operator==(const List&) const;
};
struct Set {
  std::vector<Value> items;
  bool operator==(const Set&) const;
};
struct Dict {
  std::vector<Entry> entries;
  bool operator==(const Dict&) const;
  const Value* find(std::string_view key) const;  ///< null when it is not there
};

template <class T>
concept ValueKind =
    OneOf<T, None, bool, std::int64_t, BigInteger, double, Complex, std::string, ByteString, Tuple, List, Set, Dict>;

struct Value {
  std::variant<None, bool, std::int64_t, BigInteger, double, Complex, std::string, ByteString, Tuple, List, Set, Dict>
      is;

  Value() = default;
  template <ValueKind T>
  Value(T value);
  Value(const char* text);
  Value(std::string_view text);
  Value(int number);

  template <class T>
  const T* as() const {
    return std::get_if<T>(&is);
  }
  /// The items of a tuple, a list or a set; null for anything else.
  const std::vector<Value>* items() const;
  bool operator==(const Value&) const = default;
};

struct Entry {
  Value key;
  Value value;
  bool operator==(const Entry&) const = default;
};

template <ValueKind T>
Value::Value(T value) : is{std::in_place_type<T>, std::move(value)} {}
inline Value::Value(const char* text) : Value{std::string{text}} {}
inline Value::Value(std::string_view text) : Value{std::string{text}} {}
inline Value::Value(int number) : Value{std::int64_t{number}} {}

/// The one value that `text` is. A value of a tree takes 40 bytes and more, whatever it takes in `text`.
std::expected<Value, SerpentFault> parse_serpent(std::string_view text, std::size_t most_elements = 10'000);

/// Appends a literal as serpent writes it, without the comment line: "('a',)", "{'sync':True}".
void append_serpent(std::string& out, const Value&);
void append_serpent(std::string& out, std::string_view text);  ///< a str, quoted as Python's repr quotes
std::string to_serpent(const Value&);

}  // namespace m2c2::pyro
