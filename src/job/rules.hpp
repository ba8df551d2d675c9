// What a member of a job may be: the rules that a Field is read by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "job/document.hpp"
#include "job/field.hpp"

namespace m2c2::job {

/// An integer from `least` to `most`, or `also`.
struct Integer {
  std::int64_t least;
  std::int64_t most;
  std::optional<std::int64_t> also{};

  std::string expected() const;
  std::optional<std::int64_t> read(const Field&) const;
  template <std::integral T>
  bool read(const Field& field, T& out) const {
    const auto value = read(field);
    if (value) out = static_cast<T>(*value);
    return value.has_value();
  }
};

/// Any number from `least` to `most`.
struct Number {
  double least;
  double most;

  std::string expected() const;
  bool read(const Field&, double& out) const;
};

struct Boolean {
  std::string expected() const { return "true or false"; }
  bool read(const Field&, bool& out) const;
};

/// A text in which `fault_in`, if there is one, finds no fault ("contains '/'; …").
struct Text {
  std::string_view what;  ///< "a name"
  std::optional<std::string> (*fault_in)(std::string_view) = nullptr;

  std::string expected() const { return std::string{what}; }
  std::optional<std::string_view> read(const Field&) const;
  template <class T>
  bool read(const Field& field, T& out) const {
    const auto text = read(field);
    if (text) out = T{*text};
    return text.has_value();
  }
};

/// The largest integer that every JSON reader keeps exact.
inline constexpr Version kMostVersion = 9'007'199'254'740'991;

/// A version, as a number or as text.
struct VersionRule {
  std::string expected() const;
  bool read(const Field&, Version& out) const;
};

/// Whatever the case of their ASCII letters.
bool same_word(std::string_view a, std::string_view b);
std::string either(std::span<const std::string_view> words);  ///< "'tcp' or 'udp'"

template <class E>
struct Word {
  std::string_view text;
  E meaning;
};

/// One of some words.
template <class E, std::size_t N>
struct Choice {
  std::array<Word<E>, N> words;
  std::string_view refusal{};  ///< the guide's sentence for another word, when it is not "Value <key> out of range."

  std::string expected() const {
    std::array<std::string_view, N> texts;
    for (std::size_t i = 0; i < N; ++i) texts[i] = words[i].text;
    return either(texts);
  }
  std::optional<E> meaning_of(std::string_view text) const {
    for (const Word<E>& word : words)
      if (same_word(word.text, text)) return word.meaning;
    return {};
  }
  bool read(const Field& field, E& out) const {
    const auto* text = field.value.if_string();
    if (!text) {
      field.not_a("string", expected());
      return false;
    }
    const auto meaning = meaning_of(*text);
    if (meaning) out = *meaning;
    else if (refusal.empty()) field.out_of_range(expected());
    else field.say(std::string{refusal} + " Found " + shown(field.value) + "; give " + expected() + ".");
    return meaning.has_value();
  }
};
template <class E, std::size_t N>
Choice(std::array<Word<E>, N>, std::string_view = {}) -> Choice<E, N>;

// Objects and arrays, for readers of their own; nothing when the member is missing or wrong, which has been said.
std::optional<Object> as_object(const Field&, std::string_view expected);
std::optional<Array> as_array(const Field&, std::string_view expected);
std::optional<Object> required_object(const Object& parent, std::string_view key, std::string_view expected);
/// Not empty.
std::optional<Array> required_list(const Object& parent, std::string_view key, std::string_view expected);
std::optional<Array> optional_list(const Object& parent, std::string_view key, std::string_view expected);

/// Calls read(const Object&) for each element, all of which must be objects.
template <class Read>
void each_object(const std::optional<Array>& list, std::string_view expected, const Read& read) {
  if (!list) return;
  list->each([&](const Field& field) {
    if (const auto element = as_object(field, expected)) read(*element);
  });
}

}  // namespace m2c2::job
