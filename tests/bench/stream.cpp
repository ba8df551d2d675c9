// The stream on the disk beside a bare file and SQLite: the same records, made durable in the same batches, in turns.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

#include "stream/file_stream.hpp"
#include "stream/log.hpp"

namespace m2c2 {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;
constexpr std::size_t kPayload = 600;  // with id, topic and key 700 bytes a record
constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;
constexpr std::uint64_t kSegment = std::uint64_t{16} << 20;
constexpr std::size_t kValues = 10;  // a record

struct Setting {
  fs::path folder;
  std::size_t batches = 500;
  int rounds = 7;
  double seconds = 10;
  std::size_t fill_mib = 0;
};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void require(bool right, const char* what) {
  if (!right) throw std::runtime_error{fmt::format("{} failed", what)};
}

stream::Record record(std::uint64_t number) {
  stream::Record made{.id = fmt::format("b3e1f0a4-0000-4000-8000-{:012}", number),
                      .topic = "m2c2/job/bench/count",
                      .payload = fmt::format(R"({{"_id_":"{:012}","message":[],"filler":")", number),
                      .partition_key = "m2c2/job/bench/count/of/the/bench/0123",
                      .to_topic = true,
                      .to_stream = true};
  made.payload.resize(kPayload - 2, 'x');
  made.payload += "\"}";
  return made;
}

std::vector<stream::Record> batch(std::size_t count = kBatch) {
  std::vector<stream::Record> records;
  for (std::size_t i = 0; i < count; ++i) records.push_back(record(i));
  return records;
}

std::uint64_t disk_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& file : fs::directory_iterator{folder}) bytes += fs::file_size(file);
  return bytes;
}

/// One way to keep records, in a folder of its own.
class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual void append(const std::vector<stream::Record>&) = 0;
  /// All of them; how many.
  virtual std::size_t read_back() = 0;
  /// They are not needed any more.
  virtual void consume() {}
};

class BareFile final : public Keeper {
 public:
  explicit BareFile(const fs::path& folder)
      : file_{::open((folder / "bare").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)} {}
  ~BareFile() override { ::close(file_); }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  void append(const std::vector<stream::Record>& records) override {
    buffer_.clear();
    for (const auto& each : records) buffer_ += each.id + each.topic + each.payload + each.partition_key;
    const ssize_t wrote = ::pwrite(file_, buffer_.data(), buffer_.size(), offset_);
    require(wrote == static_cast<ssize_t>(buffer_.size()) && ::fdatasync(file_) == 0, "a write");
    offset_ += wrote;
    records_ += records.size();
  }
  std::size_t read_back() override {
    std::string into(std::size_t{1} << 20, '\0');
    for (off_t at = 0; at < offset_;) at += ::pread(file_, into.data(), into.size(), at);
    return records_;
  }

 private:
  int file_;
  off_t offset_ = 0;
  std::size_t records_ = 0;
  std::string buffer_;
};

class OurLog final : public Keeper {
 public:
  explicit OurLog(const fs::path& path) : folder_{*disk::make_folder(path)} {
    log_.emplace(*stream::Log::open(*folder_, kSegment, {}));
  }

  void append(const std::vector<stream::Record>& records) override {
    for (std::span<const stream::Record> rest{records}; !rest.empty();) {
      const auto stored = log_->append(rest, kMuch);
      require(stored.has_value(), "an append");
      rest = rest.subspan(*stored);
    }
  }
  /// As an exporter does, which acknowledges at the end.
  std::size_t read_back() override {
    log_.reset();
    stream_ = *stream::make_file_stream(std::move(folder_), {.max_bytes = kMuch, .segment_bytes = kSegment});
    cursor_ = stream_->open_cursor("bench", stream::Destination::topic);
    std::size_t count = 0;
    for (auto records = cursor_->read(500, 1 << 20); !records.empty(); records = cursor_->read(500, 1 << 20))
      count += records.size();
    return count;
  }
  /// What is given back is given back soon after; the last segment stays.
  void consume() override {
    const bool is_one = stream_->stats().bytes <= kSegment;
    cursor_->acknowledge();
    while (!is_one && stream_->stats().bytes > kSegment) std::this_thread::sleep_for(1ms);
    cursor_.reset();
    stream_.reset();
  }

 private:
  std::unique_ptr<disk::Folder> folder_;
  std::optional<stream::Log> log_;
  std::unique_ptr<stream::Stream> stream_;
  std::unique_ptr<stream::Cursor> cursor_;
};

class Sqlite final : public Keeper {
 public:
  explicit Sqlite(const fs::path& folder) {
    require(sqlite3_open((folder / "bench.db").c_str(), &db_) == SQLITE_OK, "opening the database");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE records (number INTEGER PRIMARY KEY, id TEXT, topic TEXT, payload TEXT, key TEXT)");
    insert_ = prepare("INSERT INTO records (id, topic, payload, key) VALUES (?, ?, ?, ?)");
  }
  ~Sqlite() override { close(); }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  void append(const std::vector<stream::Record>& records) override {
    run("BEGIN");
    for (const auto& each : records) {
      int column = 0;
      for (const auto* text : {&each.id, &each.topic, &each.payload, &each.partition_key})
        sqlite3_bind_text(insert_, ++column, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
      require(sqlite3_step(insert_) == SQLITE_DONE, "an insert");
      sqlite3_reset(insert_);
    }
    run("COMMIT");
  }
  std::size_t read_back() override {
    sqlite3_stmt* select = prepare("SELECT id, topic, payload, key FROM records ORDER BY number");
    std::size_t count = 0;
    for (std::string text; sqlite3_step(select) == SQLITE_ROW; ++count)
      for (int column = 0; column < 4; ++column)
        text = reinterpret_cast<const char*>(sqlite3_column_text(select, column));
    sqlite3_finalize(select);
    return count;
  }
  void consume() override {
    run("DELETE FROM records");
    close();
  }

 private:
  void run(const char* sql) { require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  void close() {
    sqlite3_finalize(std::exchange(insert_, nullptr));
    sqlite3_close(std::exchange(db_, nullptr));
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

/// Of one way, a value for each round.
struct Figures {
  std::vector<double> append_mb_s, append_cpu_us, read_mb_s, left_kib;
};

template <class Kind>
void measure(const Setting& setting, const std::vector<stream::Record>& records, Figures& figures) {
  const fs::path folder = setting.folder / "round";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::size_t count = setting.batches * records.size();
  const double megabytes = static_cast<double>(count * records.front().size()) / 1e6;
  {
    Kind keeper{folder};
    const double cpu = cpu_seconds(RUSAGE_THREAD);
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < setting.batches; ++i) keeper.append(records);
    figures.append_mb_s.push_back(megabytes / seconds_since(begin));
    figures.append_cpu_us.push_back(1e6 * (cpu_seconds(RUSAGE_THREAD) - cpu) / static_cast<double>(count));
    const auto read_begin = Clock::now();
    require(keeper.read_back() == count, "reading back");
    figures.read_mb_s.push_back(megabytes / seconds_since(read_begin));
    keeper.consume();
  }
  figures.left_kib.push_back(static_cast<double>(disk_bytes(folder)) / 1024);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string json(std::string_view name, const Figures& figures) {
  return fmt::format(
      R"("{}": {{"append_mb_s": {:.1f}, "append_cpu_us": {:.2f}, "read_mb_s": {:.0f}, "left_kib": {:.0f}}})", name,
      median(figures.append_mb_s), median(figures.append_cpu_us), median(figures.read_mb_s), median(figures.left_kib));
}

std::string compare(const Setting& setting) {
  Figures bare, ours, sqlite;
  const auto records = batch();
  std::vector<double> to_bare, to_sqlite;
  for (int round = 0; round < setting.rounds; ++round) {
    measure<BareFile>(setting, records, bare);
    measure<OurLog>(setting, records, ours);
    measure<Sqlite>(setting, records, sqlite);
    to_bare.push_back(ours.append_mb_s.back() / bare.append_mb_s.back());
    to_sqlite.push_back(ours.append_mb_s.back() / sqlite.append_mb_s.back());
  }
  return fmt::format(R"({}, {}, {}, "append_to_bare": {:.2f}, "append_to_sqlite": {:.2f})", json("bare", bare),
                     json("ours", ours), json("sqlite", sqlite), median(to_bare), median(to_sqlite));
}

/// An exporter that takes everything at once, on a thread of its own.
class Consumer {
 public:
  explicit Consumer(stream::Stream& stream) : cursor_{stream.open_cursor("bench", stream::Destination::topic)} {}

  void run_until(std::size_t all) {
    while (taken_ < all) {
      cursor_->when_available([this] {
        const std::lock_guard lock{mutex_};
        available_ = true;
        changed_.notify_one();
      });
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return std::exchange(available_, false); });
      }
      taken_ += cursor_->read(500, 1 << 20).size();
      cursor_->acknowledge();
    }
  }

 private:
  std::unique_ptr<stream::Cursor> cursor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool available_ = false;
  std::size_t taken_ = 0;
};

struct Flow {
  double seconds = 0;
  double cpu_seconds = 0;
};

/// That many records into a stream and out of it again; `wait` before each portion.
Flow flow(const Setting& setting, std::size_t portions, std::size_t portion,
          const std::function<void(const stream::Stream&, std::size_t)>& wait) {
  const fs::path folder = setting.folder / "flow";
  fs::remove_all(folder);
  const auto stream = *stream::make_file_stream(*disk::make_folder(folder));
  Consumer consumer{*stream};
  const auto records = batch(portion);
  const double cpu = cpu_seconds(RUSAGE_SELF);
  const auto begin = Clock::now();
  std::thread exporter{[&] { consumer.run_until(portions * portion); }};
  for (std::size_t i = 0; i < portions; ++i) {
    wait(*stream, i);
    stream->append(records);
  }
  exporter.join();
  return {seconds_since(begin), cpu_seconds(RUSAGE_SELF) - cpu};
}

std::string flows(const Setting& setting) {
  constexpr std::size_t kPortion = 100;
  constexpr double kPaced = 100'000;  // values a second
  const auto begin = Clock::now();
  const auto pace = [&](const stream::Stream&, std::size_t i) { std::this_thread::sleep_until(begin + i * 10ms); };
  const Flow paced = flow(setting, static_cast<std::size_t>(setting.seconds * 100), kPortion, pace);
  const auto most = [](const stream::Stream& stream, std::size_t) {
    while (stream.stats().waiting > (8 << 20)) std::this_thread::sleep_for(1ms);
  };
  const std::size_t portions = 2000;
  const Flow fast = flow(setting, portions, kPortion, most);
  return fmt::format(R"("paced_values_s": {:.0f}, "paced_cpu_percent": {:.1f}, "most_values_s": {:.0f})",
                     std::min(kPaced, setting.seconds * kPaced / paced.seconds),
                     100 * paced.cpu_seconds / paced.seconds,
                     static_cast<double>(portions * kPortion * kValues) / fast.seconds);
}

void fill(const Setting& setting) {
  OurLog log{setting.folder};
  const auto records = batch(1000);
  const std::size_t bytes = records.size() * records.front().size();
  for (std::size_t i = 0; i <= (setting.fill_mib << 20) / bytes; ++i) log.append(records);
}

void run(const Setting& setting) {
  if (setting.fill_mib > 0) fill(setting);
  else std::cout << fmt::format("{{{}, {}}}\n", compare(setting), flows(setting));
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"The stream on the disk beside a bare file and SQLite"};
  m2c2::Setting setting;
  app.add_option("--folder", setting.folder, "to work in, on the disk to measure")->required();
  app.add_option("--batches", setting.batches, "of 64 records, a round")->capture_default_str();
  app.add_option("--rounds", setting.rounds, "of each, in turns; the median counts")->capture_default_str();
  app.add_option("--seconds", setting.seconds, "of 100 000 values a second")->capture_default_str();
  app.add_option("--fill", setting.fill_mib, "only make a stream with so many MiB in it, as a backlog");
  CLI11_PARSE(app, argc, argv);
  try {
    m2c2::run(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
