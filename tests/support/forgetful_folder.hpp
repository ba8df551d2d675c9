// A disk in memory that forgets what was not synced: power cuts and failing operations, whenever a test wants them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "disk/folder.hpp"

namespace m2c2::test {

/// One folder, and what a power cut leaves of it. Its operations that change something are counted from 0.
class ForgetfulDisk {
 public:
  ForgetfulDisk() : state_{std::make_shared<State>()} {}

  /// The folder as a program sees it.
  std::unique_ptr<disk::Folder> folder() { return std::make_unique<MemoryFolder>(state_); }

  std::uint64_t operations() const { return locked().state.operations; }
  /// That operation begins and then the power is gone: nothing more reaches the disk until restart().
  void cut_power_at(std::uint64_t operation) { locked().state.cut_at = operation; }
  bool power_is_cut() const { return locked().state.cut; }
  /// That operation fails, once; of a write a part is done.
  void fail_at(std::uint64_t operation, std::errc error) { locked().state.failures[operation] = error; }
  /// The next operation of that kind ("write", "sync", "truncate", "create", "remove", "sync folder", "read", "open")
  /// fails, once.
  void fail_next(const std::string& kind, std::errc error) { locked().state.next_failures.emplace_back(kind, error); }
  /// All of that kind fail, until ok().
  void fail_every(const std::string& kind, std::errc error) { locked().state.standing_failures[kind] = error; }
  void ok() { locked().state.standing_failures.clear(); }

  /// After a power cut, or as if there were one now. Tear 0 keeps only what was synced, 1 all that was written, every
  /// other number another selection of what was not synced: whole, torn at any byte, or not at all.
  void restart(std::uint32_t tear) { locked().state.restart(tear); }

  /// The power was not cut at all: the program alone was killed, and what it wrote is in the cache.
  void survive_kill() {
    const auto at = locked();
    at.state.cut_at = ~std::uint64_t{0};
    at.state.cut = at.state.is_locked = false;
  }

  /// A copy, to try several ways of a restart on.
  ForgetfulDisk copy() const {
    ForgetfulDisk other;
    other.state_->copy_from(locked().state);
    return other;
  }

  std::map<std::string, Bytes> files() const {
    std::map<std::string, Bytes> found;
    const auto at = locked();
    for (const auto& [name, node] : at.state.names) found[name] = node->data;
    return found;
  }
  /// Rots a bit of what is there, durably.
  void flip(const std::string& name, std::size_t byte, unsigned bit = 0) {
    const auto at = locked();
    const auto& node = at.state.names.at(name);
    node->data.at(byte) ^= std::byte{1} << bit;
    node->durable = node->data;
    node->unsynced.clear();
  }
  void lose(const std::string& name) {
    const auto at = locked();
    at.state.names.erase(name);
    at.state.durable_names.erase(name);
  }
  void put(const std::string& name, Bytes bytes) {
    const auto at = locked();
    const auto node = std::make_shared<Node>();
    node->data = node->durable = std::move(bytes);
    at.state.names[name] = at.state.durable_names[name] = node;
  }

 private:
  struct Change {  ///< of a file: bytes written, or a new size
    std::uint64_t offset = 0;
    Bytes bytes;
    bool is_truncation = false;

    void apply(Bytes& to) const {
      if (is_truncation) return to.resize(offset);
      to.resize(std::max<std::size_t>(to.size(), offset + bytes.size()));
      std::ranges::copy(bytes, to.begin() + static_cast<std::ptrdiff_t>(offset));
    }
  };

  struct Node {
    Bytes data;     ///< as programs see it
    Bytes durable;  ///< as it was when last synced
    std::vector<Change> unsynced;

    void change(const Change& change) {
      change.apply(data);
      unsynced.push_back(change);
    }
  };
  using Names = std::map<std::string, std::shared_ptr<Node>, std::less<>>;

  struct State {
    std::mutex mutex;
    Names names;
    Names durable_names;
    std::vector<std::pair<std::string, std::shared_ptr<Node>>> unsynced;  ///< names created, or removed (none)
    std::uint64_t operations = 0;
    std::uint64_t cut_at = ~std::uint64_t{0};
    bool cut = false;
    bool is_locked = false;
    std::map<std::uint64_t, std::errc> failures;
    std::map<std::string, std::errc> standing_failures;
    std::vector<std::pair<std::string, std::errc>> next_failures;

    /// What becomes of an operation that is about to be done: nothing is wrong, or the error. When the power goes with
    /// it, it is still begun: its effect may reach the disk.
    std::errc fate(const std::string& kind) {
      if (cut) return std::errc::io_error;
      const bool changes = kind != "read" && kind != "open";
      const std::uint64_t n = changes ? operations++ : ~std::uint64_t{0};
      if (changes && n >= cut_at) cut = true;
      if (const auto at = failures.find(n); changes && at != failures.end()) return at->second;
      if (const auto at = standing_failures.find(kind); at != standing_failures.end()) return at->second;
      const auto next = std::ranges::find(next_failures, kind, &std::pair<std::string, std::errc>::first);
      if (next == next_failures.end()) return {};
      const std::errc error = next->second;
      next_failures.erase(next);
      return error;
    }

    void restart(std::uint32_t tear) {
      std::minstd_rand random{tear + 1};
      const auto keeps = [&] { return tear == 1 || (tear > 1 && random() % 2 == 0); };
      for (const auto& [name, node] : unsynced) {
        if (!keeps()) continue;
        if (node) durable_names[name] = node;
        else durable_names.erase(name);
      }
      names = durable_names;
      for (const auto& [name, node] : names) forget(*node, tear, random);
      unsynced.clear();
      failures.clear();
      standing_failures.clear();
      next_failures.clear();
      operations = 0;
      cut_at = ~std::uint64_t{0};
      cut = is_locked = false;
    }

    static void forget(Node& node, std::uint32_t tear, std::minstd_rand& random) {
      for (Change& change : node.unsynced) {
        const auto how = tear < 2 ? tear : random() % 3;
        if (how == 0) continue;
        if (how == 2 && !change.bytes.empty()) change.bytes.resize(random() % (change.bytes.size() + 1));
        change.apply(node.durable);
      }
      node.unsynced.clear();
      node.data = node.durable;
    }

    void copy_from(const State& other) {
      std::map<const Node*, std::shared_ptr<Node>> copies;
      const auto copy = [&](const std::shared_ptr<Node>& node) -> std::shared_ptr<Node> {
        if (!node) return nullptr;
        auto& made = copies[node.get()];
        if (!made) made = std::make_shared<Node>(*node);
        return made;
      };
      for (const auto& [name, node] : other.names) names[name] = copy(node);
      for (const auto& [name, node] : other.durable_names) durable_names[name] = copy(node);
      for (const auto& [name, node] : other.unsynced) unsynced.emplace_back(name, copy(node));
    }
  };

  struct Locked {
    std::unique_lock<std::mutex> lock;
    State& state;
  };
  Locked locked() const { return {std::unique_lock{state_->mutex}, *state_}; }

  static std::unexpected<Error> failed(std::errc error, const std::string& what) {
    const auto code = std::make_error_code(error);
    return fail(code, "cannot " + what + ": " + code.message());
  }

  class MemoryFile final : public disk::File {
   public:
    MemoryFile(std::shared_ptr<State> state, std::shared_ptr<Node> node, std::string name)
        : state_{std::move(state)}, node_{std::move(node)}, name_{std::move(name)} {}

    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const override {
      const std::lock_guard lock{state_->mutex};
      if (const auto fate = state_->fate("read"); fate != std::errc{}) return failed(fate, "read " + name_);
      if (offset >= node_->data.size()) return 0;
      const std::size_t n = std::min<std::size_t>(into.size(), node_->data.size() - offset);
      std::copy_n(node_->data.begin() + static_cast<std::ptrdiff_t>(offset), n, into.begin());
      return n;
    }
    Result<> write(std::uint64_t offset, ByteView bytes) override {
      const std::lock_guard lock{state_->mutex};
      if (state_->cut) return failed(std::errc::io_error, "write " + name_);
      const auto fate = state_->fate("write");
      const ByteView done = fate == std::errc{} ? bytes : bytes.first(bytes.size() / 2);
      node_->change({offset, Bytes{done.begin(), done.end()}, false});
      if (fate != std::errc{} || state_->cut)
        return failed(fate == std::errc{} ? std::errc::io_error : fate, "write " + name_);
      return {};
    }
    /// One that fails leaves what it should have written in the cache alone, and no later one writes it.
    Result<> sync() override {
      const std::lock_guard lock{state_->mutex};
      if (state_->cut) return failed(std::errc::io_error, "sync " + name_);
      const auto fate = state_->fate("sync");
      if (state_->cut) return failed(std::errc::io_error, "sync " + name_);
      if (fate == std::errc{})
        for (const Change& change : node_->unsynced) change.apply(node_->durable);
      node_->unsynced.clear();
      return fate == std::errc{} ? Result<>{} : failed(fate, "sync " + name_);
    }
    Result<> truncate(std::uint64_t size) override {
      const std::lock_guard lock{state_->mutex};
      if (const auto fate = state_->fate("truncate"); fate != std::errc{}) return failed(fate, "truncate " + name_);
      node_->change({size, {}, true});
      return {};
    }
    Result<std::uint64_t> size() const override {
      const std::lock_guard lock{state_->mutex};
      return node_->data.size();
    }

   private:
    std::shared_ptr<State> state_;
    std::shared_ptr<Node> node_;
    std::string name_;
  };

  class MemoryFolder final : public disk::Folder {
   public:
    explicit MemoryFolder(std::shared_ptr<State> state) : state_{std::move(state)} {}
    ~MemoryFolder() override {
      const std::lock_guard lock{state_->mutex};
      if (locked_) state_->is_locked = false;
    }

    Result<std::vector<std::string>> list() const override {
      const std::lock_guard lock{state_->mutex};
      std::vector<std::string> found;
      for (const auto& [name, node] : state_->names) found.push_back(name);
      return found;
    }
    Result<std::unique_ptr<disk::File>> create(std::string_view name) override {
      const std::lock_guard lock{state_->mutex};
      if (const auto fate = state_->fate("create"); fate != std::errc{}) return failed(fate, "create", name);
      if (state_->names.contains(name)) return failed(std::errc::file_exists, "create", name);
      const auto node = std::make_shared<Node>();
      state_->names.emplace(name, node);
      state_->unsynced.emplace_back(name, node);
      return std::make_unique<MemoryFile>(state_, node, std::string{name});
    }
    Result<std::unique_ptr<disk::File>> open(std::string_view name) override { return open_to_read(name); }
    Result<std::unique_ptr<disk::File>> open_to_read(std::string_view name) const override {
      const std::lock_guard lock{state_->mutex};
      if (const auto fate = state_->fate("open"); fate != std::errc{}) return failed(fate, "open", name);
      const auto at = state_->names.find(name);
      if (at == state_->names.end()) return failed(std::errc::no_such_file_or_directory, "open", name);
      return std::make_unique<MemoryFile>(state_, at->second, std::string{name});
    }
    Result<> remove(std::string_view name) override {
      const std::lock_guard lock{state_->mutex};
      if (const auto fate = state_->fate("remove"); fate != std::errc{}) return failed(fate, "remove", name);
      const auto at = state_->names.find(name);
      if (at == state_->names.end()) return failed(std::errc::no_such_file_or_directory, "remove", name);
      state_->names.erase(at);
      state_->unsynced.emplace_back(name, nullptr);
      return {};
    }
    Result<> sync() override {
      const std::lock_guard lock{state_->mutex};
      const auto fate = state_->fate("sync folder");
      if (fate != std::errc{} || state_->cut) return failed(std::errc::io_error, "sync", "the folder");
      state_->durable_names = state_->names;
      state_->unsynced.clear();
      return {};
    }
    Result<> lock() override {
      const std::lock_guard lock{state_->mutex};
      if (state_->is_locked) return failed(std::errc::resource_unavailable_try_again, "lock", "the folder");
      return locked_ = state_->is_locked = true, Result<>{};
    }
    std::string name() const override { return "memory"; }

   private:
    static std::unexpected<Error> failed(std::errc error, std::string_view what, std::string_view name) {
      return ForgetfulDisk::failed(error, std::string{what} + " " + std::string{name});
    }

    std::shared_ptr<State> state_;
    bool locked_ = false;
  };

  std::shared_ptr<State> state_;
};

}  // namespace m2c2::test
