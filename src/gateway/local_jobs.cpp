// Local job files: loaded with suspicion, written whole.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/local_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "disk/append_file.hpp"
#include "disk/atomic_file.hpp"
#include "log/log.hpp"

namespace m2c2::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kUnfinished = ".json.tmp";

/// Regular files alone: a pipe or a device in the folder must not be opened.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) files.push_back(entry->path());
  }
  if (error) log::error(fmt::format("cannot list the local jobs in {}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  return files;
}

void set_aside(const fs::path& file, std::string_view why) {
  fs::path aside = file;
  aside += ".broken";
  std::error_code error;
  fs::rename(file, aside, error);
  log::error(fmt::format("local job {} is not used: {}; {}", file.string(), why,
                         error ? "it could not be set aside: " + error.message() : "set aside as " + aside.string()));
}

Result<job::ParsedWanted> parse_file(const fs::path& file, std::string_view content) {
  auto parsed = job::parse_wanted(content);
  if (parsed && file.filename().string() != parsed->wanted.job + std::string{kSuffix})
    return fail(
        std::make_error_code(std::errc::invalid_argument),
        fmt::format("it holds the job '{}', which belongs into {}{}", parsed->wanted.job, parsed->wanted.job, kSuffix));
  return parsed;
}

void load_file(const fs::path& file, std::vector<job::ParsedWanted>& jobs) {
  auto content = disk::read_whole_file(file, kMostLocalFileBytes);
  if (!content && content.error().code != std::errc::file_too_large) {
    log::error(fmt::format("local job {} is not used: {}", file.string(), content.error().text));
    return;
  }
  if (!content) return set_aside(file, content.error().text);
  auto parsed = parse_file(file, *content);
  if (!parsed) return set_aside(file, parsed.error().text);
  jobs.push_back(std::move(*parsed));
}

/// The folder may have been removed since the start; the save makes it again.
Result<> write(const fs::path& file, std::string_view content) {
  if (auto made = disk::make_folders(file.parent_path()); !made) return made;
  return disk::write_whole_file(file, content);
}

}  // namespace

LocalJobs::LocalJobs(net::Loop& loop, net::Loop& disk, fs::path folder)
    : loop_{loop}, disk_{disk}, folder_{std::move(folder)} {}

std::vector<job::ParsedWanted> LocalJobs::load() {
  std::vector<job::ParsedWanted> jobs;
  std::error_code error;
  if (!fs::exists(folder_, error)) return jobs;
  for (const auto& file : files_in(folder_)) {
    const std::string name = file.filename().string();
    if (name.ends_with(kUnfinished)) {
      fs::remove(file, error);
    } else if (name.ends_with(kSuffix)) {
      load_file(file, jobs);
    }
  }
  return jobs;
}

void LocalJobs::save(Wanted job, Done done) {
  const fs::path file = file_of(job->wanted.job);
  on_disk([file, job = std::move(job)] { return write(file, job::to_json(job->wanted)); }, std::move(done));
}

void LocalJobs::remove(std::string_view job, Done done) {
  on_disk([file = file_of(job)] { return disk::remove_file(file); }, std::move(done));
}

void LocalJobs::when_done(std::function<void()> done) {
  on_disk([] { return Result<>{}; }, [done = std::move(done)](const Result<>&) { done(); });
}

void LocalJobs::on_disk(std::function<Result<>()> work, Done done) {
  disk_.post([&loop = loop_, alive = std::weak_ptr{alive_}, work = std::move(work), done = std::move(done)]() mutable {
    auto result = work();
    loop.post([alive = std::move(alive), result = std::move(result), done = std::move(done)]() mutable {
      if (!alive.expired()) done(std::move(result));
    });
  });
}

fs::path LocalJobs::file_of(std::string_view job) const { return folder_ / (std::string{job} + std::string{kSuffix}); }

}  // namespace m2c2::gateway
