// The guide's text for a point in time.
// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

namespace m2c2 {
namespace {

void append_digits(std::string& out, std::int64_t v, int digits) {
  char text[8];
  for (int i = digits; i-- > 0; v /= 10) text[i] = static_cast<char>('0' + v % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

}  // namespace

void append_timestamp(std::string& out, WallTime at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  append_digits(out, static_cast<int>(date.year()), 4);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out.push_back(' ');
  append_digits(out, time.hours().count(), 2);
  out.push_back(':');
  append_digits(out, time.minutes().count(), 2);
  out.push_back(':');
  append_digits(out, time.seconds().count(), 2);
  out.push_back('.');
  append_digits(out, time.subseconds().count(), 6);
}

std::string format_timestamp(WallTime at) {
  std::string out;
  out.reserve(26);
  append_timestamp(out, at);
  return out;
}

}  // namespace m2c2
