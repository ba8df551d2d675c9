// m2c2 check: the job builder's validation, offline.
// SPDX-License-Identifier: Apache-2.0
#include "app/job_files.hpp"

#include <fmt/format.h>

#include <iostream>

#include "app/errors.hpp"
#include "base/utf8.hpp"
#include "disk/atomic_file.hpp"
#include "job/parse.hpp"

namespace m2c2::app {
namespace {

std::string summary(const job::Request& request) {
  std::string text{job::to_text(request.control)};
  for (const auto& property : request.properties) {
    text += fmt::format(" {}", property.name);
    if (property.version) text += fmt::format(" version {}", *property.version);
  }
  if (const auto& definition = request.definition)
    text += fmt::format(", {}, every {} s, {} reads a message", definition->protocol_name(),
                        static_cast<double>(definition->interval.count()) / 1000, definition->iterations);
  return text;
}

bool check_file(const std::string& file) {
  const auto text = read_job_file(file);
  if (!text) {
    say(text.error());
    return false;
  }
  const auto parsed = job::parse_request(*text);
  tell_notes(file, parsed ? parsed->notes : parsed.error().notes);
  if (parsed) {
    std::cout << fmt::format("{}: right: {}\n", file, summary(parsed->request));
    return true;
  }
  for (const auto& problem : parsed.error().problems)
    std::cerr << fmt::format("{}: {}{}{}\n", file, problem.path, problem.path.empty() ? "" : ": ", problem.message);
  return false;
}

}  // namespace

Result<std::string> read_job_file(const std::string& path) {
  auto text = disk::read_whole_file(path, job::kMostRequestBytes);
  if (text) text = std::string{without_byte_order_mark(*text)};
  return text;
}

void tell_notes(const std::string& file, const std::vector<std::string>& notes) {
  for (const auto& note : notes) std::cerr << fmt::format("note: {}: {}\n", file, note);
}

int run_check_command(const std::vector<std::string>& files) {
  bool all_right = true;
  for (const auto& file : files) all_right &= check_file(file);
  return all_right ? 0 : 1;
}

}  // namespace m2c2::app
